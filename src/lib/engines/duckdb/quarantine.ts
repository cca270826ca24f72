import {createWriteStream} from 'node:fs'
import {writeFile} from 'node:fs/promises'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {SluiceError} from '../../errors.js'
import {isKeyPrivate, QUARANTINE_COLUMNS, redactedValue, type QuarantinedLine} from '../../mapping/index.js'
import type {ByteLine} from '../../ports/byte-lines.js'
import type {
  LoadRequest,
  ProblemCount,
  QuarantinedRow,
  QuarantineDigestRequest,
  RowDigest,
} from '../../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {quarantinedKeys, type LineProbe, type QuarantinedKeys} from './key-probe.js'
import {lineJudge} from './line-judge.js'
import {fileList, localFiles} from './local-files.js'
import type {TapCounts} from './row-tap.js'
import type {DuckDbSession} from './session.js'
import {linesOf, type SourceLines} from './source-lines.js'

/** What was set aside, before it is stored. */
export interface WrittenQuarantine extends RowDigest {
  /** Null when nothing was set aside. */
  readonly file: string | null
  readonly problems: readonly ProblemCount[]
}

/** So many lines of a file are held in memory. */
const MAXIMUM_PROBED_LINES = 5000

type Finding = Pick<QuarantinedLine, 'reason' | 'column_name' | 'value' | 'key'>

const COLUMN_NAMES = QUARANTINE_COLUMNS.map(({name}) => quoteIdentifier(name)).join(', ')

/** A file with lines that were set aside, and how many. */
export interface AffectedFile {
  readonly lines: SourceLines
  readonly expected: number
}

/**
 * Writes a row for every line that the load set aside. The files that have such lines are read once more, by the row
 * function: an independent reading, which must find as many as the load did. `rowFiles` hold the load's rows. Throws
 * `PROOF_FAILED`.
 */
export async function writeQuarantine(
  session: DuckDbSession,
  request: LoadRequest,
  {sources, tap, rowFiles}: {sources: readonly SourceLines[]; tap: TapCounts; rowFiles: readonly string[]},
  folder: string,
): Promise<WrittenQuarantine> {
  const affected = sources
    .map((lines, index) => ({lines, expected: tap.problemsOfFile[index]! + lines.faults.size}))
    .filter(({expected}) => expected > 0)
  if (affected.length === 0) return {rows: 0, digest: '0', file: null, problems: []}
  const keys = await quarantinedKeys(session, request.mapping, rowFiles, request.signal)
  return writeAffected(session, request, affected, keys, folder)
}

/** Writes a row for every line of these files that was set aside. Throws `PROOF_FAILED`. */
export async function writeAffected(
  session: DuckDbSession,
  request: LoadRequest,
  affected: Iterable<AffectedFile> | AsyncIterable<AffectedFile>,
  keys: QuarantinedKeys,
  folder: string,
): Promise<WrittenQuarantine> {
  const counts = new Map<string, ProblemCount>()
  const text = path.join(folder, 'quarantine.json')
  await pipeline(quarantinedLines(request, affected, keys, counts), createWriteStream(text, {mode: 0o600}), {
    ...(request.signal === undefined ? {} : {signal: request.signal}),
  })
  const file = await parquetOf(session, text, request.signal)
  const problems = [...counts.values()].sort((a, b) => b.rows - a.rows || (problemName(a) < problemName(b) ? -1 : 1))
  return {...(await digestOf(session, linesSql(text), request.signal)), file, problems}
}

/** Writes quarantined lines that were found elsewhere to a Parquet file in a folder. */
export async function quarantineFile(
  session: DuckDbSession,
  rows: readonly QuarantinedRow[],
  folder: string,
  signal?: AbortSignal,
): Promise<string> {
  const text = path.join(folder, 'quarantine.json')
  await writeFile(text, rows.map((row) => `${JSON.stringify(row)}\n`).join(''), {mode: 0o600})
  return parquetOf(session, text, signal)
}

async function parquetOf(session: DuckDbSession, text: string, signal?: AbortSignal): Promise<string> {
  const file = text.replace(/\.json$/, '.parquet')
  await session.execute(
    [`COPY (SELECT ${COLUMN_NAMES} FROM ${linesSql(text)}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`],
    signal,
  )
  return file
}

/** Reads quarantined lines back: their number and their multiset digest. */
export async function digestQuarantine(session: DuckDbSession, request: QuarantineDigestRequest): Promise<RowDigest> {
  if (request.objects.length === 0) return {rows: 0, digest: '0'}
  const files = await localFiles(request.store, request.objects, session.spoolFolder)
  return digestOf(session, `read_parquet(${fileList(files)}, hive_partitioning = false)`, request.signal)
}

async function digestOf(session: DuckDbSession, from: string, signal?: AbortSignal): Promise<RowDigest> {
  const [row] = await session.rows(
    `SELECT count(*) AS rows, sum(CAST(hash(${COLUMN_NAMES}) AS HUGEINT)) AS digest FROM ${from}`,
    signal,
  )
  return {rows: Number(row?.['rows']), digest: BigInt(String(row?.['digest'] ?? 0)).toString(16)}
}

function linesSql(file: string): string {
  const columns = QUARANTINE_COLUMNS.map(
    ({name, type}) => `${quoteIdentifier(name)}: '${type === 'string' ? 'VARCHAR' : type}'`,
  )
  // A raw line is quoted once more, which can double it.
  const maximumBytes = 64 * 1024 * 1024
  return `read_json(${fileList([file])}, format = 'newline_delimited', maximum_object_size = ${maximumBytes}, columns = {${columns.join(', ')}})`
}

async function* quarantinedLines(
  request: LoadRequest,
  affected: Iterable<AffectedFile> | AsyncIterable<AffectedFile>,
  {probe, isWanted}: QuarantinedKeys,
  counts: Map<string, ProblemCount>,
): AsyncGenerator<string> {
  const judge = judgeOf(request, request.where === null ? () => true : isWanted)
  const {source: run, version} = request.origin
  for await (const {lines, expected} of affected) {
    let found = 0
    for await (const {line, finding, raw} of foundLines(lines, judge, expected, probe)) {
      found += 1
      countProblem(counts, finding)
      const row = {run, _version: version.toString(), ...finding, file: lines.source.key, line}
      yield `${JSON.stringify({...row, raw: raw.toString('utf8')})}\n`
    }
    if (found !== expected) throw readingsDiffer(lines.source.key, found, expected)
  }
}

interface FoundLine {
  readonly line: number
  readonly finding: Finding
  readonly raw: Buffer
}

/** The lines that were set aside: few of them by the probe, many of them, or where it is misled, one by one. */
async function* foundLines(
  lines: SourceLines,
  judge: Judge,
  expected: number,
  probe: LineProbe | null,
): AsyncGenerator<FoundLine> {
  if (probe !== null && expected <= MAXIMUM_PROBED_LINES) {
    const found: FoundLine[] = []
    for await (const line of judgedLines(lines, judge, probe)) found.push(line)
    if (found.length === expected) return yield* found
  }
  yield* judgedLines(lines, judge, () => true)
}

async function* judgedLines(lines: SourceLines, judge: Judge, probe: LineProbe): AsyncGenerator<FoundLine> {
  const unseen = new Map(lines.faults)
  for await (const line of linesOf(lines.original)) {
    if (!unseen.delete(line.number) && !probe(line.bytes)) continue
    const finding = findingOf(line, lines, judge)
    // A copy: the line is a view of the buffer that it came in.
    if (finding !== null) yield {line: line.number, finding, raw: Buffer.from(line.bytes)}
  }
  // Lines that are no Ion are empty where the others stand as JSON.
  if (unseen.size === 0) return
  for await (const {number, bytes} of linesOf(lines.stored)) {
    const reason = unseen.get(number)
    if (reason === undefined) continue
    yield {line: number, finding: {reason, column_name: null, value: null, key: null}, raw: Buffer.from(bytes)}
  }
}

function findingOf({number, bytes}: ByteLine, {faults}: SourceLines, judge: Judge): Finding | null {
  const fault = faults.get(number)
  return fault === undefined ? judge(bytes) : {reason: fault, column_name: null, value: null, key: null}
}

type Judge = (line: Buffer) => Finding | null

/** `isWanted`: whether the load set a row of that key aside, which a condition on its rows decides too. */
function judgeOf(request: LoadRequest, isWanted: (key: readonly string[]) => boolean): Judge {
  const {mapping} = request
  const judge = lineJudge(request)
  const hidesKey = isKeyPrivate(mapping)
  return (line) => {
    const {state, fault, problem, item, values} = judge(line)
    const whole = fault ?? (state === 'no_key' ? state : null)
    if (whole !== null) return {reason: whole, column_name: null, value: null, key: null}
    if (problem === null) return null
    const key = mapping.key.map((name) => String(values[name]))
    if (!isWanted(key)) return null
    const {reason, column} = problem
    return {
      reason,
      column_name: column,
      value: redactedValue(mapping, column, item),
      key: hidesKey ? null : JSON.stringify(key),
    }
  }
}

function countProblem(counts: Map<string, ProblemCount>, {reason, column_name: column}: Finding): void {
  const name = problemName({reason, column})
  counts.set(name, {reason, column, rows: (counts.get(name)?.rows ?? 0) + 1})
}

function problemName({reason, column}: Pick<ProblemCount, 'reason' | 'column'>): string {
  return `${column ?? ''} ${reason}`
}

function readingsDiffer(file: string, found: number, expected: number): SluiceError {
  return new SluiceError(
    'PROOF_FAILED',
    `Two readings of ${file} disagree: ${expected} lines were set aside, ${found} should have been.`,
    {
      fix: 'Nothing was stored. Run the same command again; if it happens twice, this is a fault of sluice: report it.',
      details: {file, found, expected},
    },
  )
}
