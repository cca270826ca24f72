import {hasCode} from '../errors.js'
import {CURABLE_REASONS, isImmutable, type TableMapping} from '../mapping/index.js'
import {quarantineTableName} from '../changelog/index.js'
import type {QueryEngine, QueryValue} from '../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import type {LoadWork, SourceWork} from './load-work.js'
import type {SampledLine} from './sample-items.js'
import {check, counted, figure, type Check} from './verify-check.js'
import {expectedRows, type Expected} from './verify-expected.js'
import {differenceOf, findRows, rowName, type FoundRows} from './verify-found.js'

interface SamplePorts {
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

/** The lines of a file that were compared. */
export interface SampledFile {
  readonly file: string
  readonly lines: readonly number[]
}

interface Sampling {
  readonly work: LoadWork
  readonly source: SourceWork
  readonly run: string
  /** Null where the export is not there as it was loaded. */
  readonly lines: readonly SampledLine[] | null
  /** Files of the table stand beside what they were merged to. */
  readonly isDoubled: boolean
}

type Rows = Extract<Expected, {state: 'rows'}>
type Sample = SampledLine & Rows

/** As many at a time: a statement has its limits. */
const SAMPLES_AT_ONCE = 500

/** Compares sampled lines, field by field, with the rows that the row function makes of them. */
export async function checkSamples(
  {work, source, run, lines, isDoubled}: Sampling,
  ports: SamplePorts,
): Promise<Check> {
  if (lines === null)
    return check('samples', 'unknown', 'without the export as it was loaded nothing can be compared field by field')
  const expect = await expectedRows(work.mapping, source)
  const judged = lines.map((line) => ({...line, ...expect(line)}))
  const samples = judged.filter((line): line is Sample => line.state === 'rows')
  const refused = judged.filter(({state}) => state === 'refused')
  const tally = {compared: 0, filtered: 0, details: refused.map((line) => `${placeOf(line)}: its policy stops a load`)}
  for (let start = 0; start < samples.length; start += SAMPLES_AT_ONCE) {
    await compareSome(samples.slice(start, start + SAMPLES_AT_ONCE), {work, run, isDoubled}, tally, ports)
  }
  return judge(judged, tally)
}

/** Lines that a run set aside and another one read anew, spread over them in a fixed order. */
export async function sampleQuarantine(
  table: string,
  {reloads}: Pick<SourceWork, 'reloads'>,
  count: number,
  {query, signal}: SamplePorts,
): Promise<SampledLine[]> {
  const result = await query.run({
    sql: `SELECT file, line, raw FROM ${quoteIdentifier(quarantineTableName(table))}
WHERE run = $run AND reason IN (${CURABLE_REASONS.map(quoteText).join(', ')}) ORDER BY line * 7919 % 1009, file, line LIMIT ${count}`,
    parameters: {run: reloads},
    signal,
  })
  const lines: SampledLine[] = []
  for await (const [file, line, raw] of result.rows) {
    lines.push({file: String(file), line: Number(line), format: 'quarantine', bytes: Buffer.from(String(raw))})
  }
  return lines
}

/** The sampled lines by file. */
export function sampledFiles(lines: readonly SampledLine[]): SampledFile[] {
  const files = new Map<string, number[]>()
  for (const {file, line} of lines) files.set(file, [...(files.get(file) ?? []), line])
  return [...files].map(([file, ofFile]) => ({file, lines: ofFile.sort((a, b) => a - b)}))
}

interface Tally {
  compared: number
  filtered: number
  readonly details: string[]
}

async function compareSome(
  samples: readonly Sample[],
  {work, run, isDoubled}: Pick<Sampling, 'work' | 'run' | 'isDoubled'>,
  tally: Tally,
  ports: SamplePorts,
): Promise<void> {
  const {mapping, where} = work
  const keys = samples.map((sample) => keyOf(sample, mapping))
  const found = await readRows(
    {mapping, run, keys, readsDeletes: isImmutable(mapping) && samples.some(isSpread), isDoubled},
    ports,
  )
  for (const [index, sample] of samples.entries()) {
    const rows = found?.get(rowName(keys[index]!, sample.version)) ?? []
    // Whether the condition held is not evaluated twice: a row is there, or it did not.
    if (where !== null && found !== null && rows.length === 0) tally.filtered += 1
    else {
      tally.compared += 1
      const difference = found === null ? 'its row cannot be read' : differenceOf(sample.rows, rows, mapping)
      if (difference !== null) tally.details.push(`${placeOf(sample)}: ${difference}`)
    }
  }
}

/** Null: rows that cannot be read are a difference, not the end of the check. */
async function readRows(asked: Parameters<typeof findRows>[0], ports: SamplePorts): Promise<FoundRows | null> {
  try {
    return await findRows(asked, ports)
  } catch (error) {
    if (!hasCode(error, 'QUERY_FAILED', 'QUERY_INVALID')) throw error
    return null
  }
}

function keyOf({rows}: Rows, {key}: TableMapping): QueryValue[] {
  return key.map((name) => rows[0]!.values[name]!)
}

function isSpread({rows}: Rows): boolean {
  return rows.some(({partition}) => partition === null)
}

function placeOf({file, line}: SampledLine): string {
  return `${file}, line ${figure(line)}`
}

function judge(judged: readonly (SampledLine & Expected)[], {compared, filtered, details}: Tally): Check {
  const ofState = (state: Expected['state']): number => judged.filter((line) => line.state === state).length
  const firstIs = (op: string): number =>
    judged.filter((line) => line.state === 'rows' && line.rows[0]!.op === op).length
  const counts = {
    sampled: judged.length,
    compared,
    deletes: firstIs('delete'),
    quarantined: firstIs('quarantined'),
    filtered,
    leftOut: ofState('left-out'),
    unreadable: ofState('unreadable'),
    differing: details.length,
  }
  if (details.length > 0) {
    const text = `${figure(details.length)} of ${counted(judged.length, 'sampled line')} have not the rows that the row function makes of them`
    return check('samples', 'fail', text, counts, details)
  }
  const others: [number, string][] = [
    [filtered, 'filtered by the load'],
    [counts.leftOut, 'left out by the definition'],
    [counts.unreadable, 'unreadable'],
  ]
  const rest = others.flatMap(([value, what]) => (value > 0 ? [`; ${figure(value)} ${what}`] : []))
  const lines = counted(compared, 'sampled line')
  return check(
    'samples',
    'pass',
    `${lines}, mapped by the row function, equal their rows field by field${rest.join('')}`,
    counts,
  )
}
