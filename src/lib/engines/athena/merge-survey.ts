import {compareColumn, disproven} from '../../parquet/compare-columns.js'
import {lossy} from '../../parquet/merge-errors.js'
import type {ReadSources} from '../../parquet/source-groups.js'
import type {MergeRequest} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {LONGEST_STATEMENT} from './inserts.js'
import {unfit, type AthenaColumns} from './merge-columns.js'
import {factsSql, keptSql, readColumnOf, readFacts, type AthenaFacts} from './merge-facts.js'
import type {MergeTableParts, MergeTables} from './merge-tables.js'
import type {StatementRunner, StatementWriter, WritePlace} from './ports.js'

export interface MergeParts extends MergeTableParts {
  readonly statements: StatementRunner
  readonly writer: StatementWriter
  readonly writePlace: WritePlace
}

/** What was read of the sources before a row was written. */
export interface Survey extends AthenaFacts {
  /** Rows that are left out, by run. */
  readonly dropped: Readonly<Record<string, number>>
}

export interface Work {
  readonly request: MergeRequest
  readonly parts: MergeParts
  readonly read: ReadSources
  readonly united: AthenaColumns
  readonly tables: MergeTables
}

/** An attempt that goes on does not look again: its sources are those that were looked at. */
export async function surveyOnce(work: Work): Promise<Survey> {
  const {steps, place} = work.request
  const step = `survey ${place.name}`
  const noted = steps.noted.get(step) as Survey | undefined
  if (noted !== undefined) return noted
  const checkedBytes = await checkMicros(work)
  const survey = await surveySources(work)
  const whole = {...survey, scannedBytes: survey.scannedBytes + checkedBytes}
  await steps.note(step, whole)
  return whole
}

/** Athena cuts times to milliseconds in silence: where files hold finer ones, they are read as numbers first. */
async function checkMicros({request, parts, read, united, tables}: Work): Promise<number> {
  let scannedBytes = 0
  for (const [group, names] of united.micros.entries()) {
    if (names.length === 0) continue
    const keys = read.files.filter((file) => file.group === group).map(({source}) => source.key)
    const columns = names.map((name) => ({name, type: 'bigint'}))
    const table = await tables.over(`times${group}`, keys, columns)
    const counts = names.map((name) => `count_if(${quoteIdentifier(name)} % 1000 <> 0)`)
    const sql = `SELECT ${counts.join(', ')} FROM ${quoteIdentifier(table)}`
    const {rows, statistics} = await parts.statements.run(sql, {signal: request.signal, isRepeatable: true})
    scannedBytes += statistics.scannedBytes
    for await (const row of rows) {
      const odd = names.findIndex((_, index) => row[index] !== '0')
      if (odd !== -1)
        throw lossy(keys[0]!, names[odd]!, `${row[odd]} times are finer than the milliseconds that Athena reads`)
    }
  }
  return scannedBytes
}

async function surveySources(work: Work): Promise<Survey> {
  const {request, parts, read, united} = work
  const table = quoteIdentifier(await openSources(work))
  const runs = droppedRunsOf(work)
  const sql = factsSql(united.columns, `${table}${keptSql(runs)}`)
  refuseLong(sql, request)
  const look = {signal: request.signal, isRepeatable: true}
  const {rows, statistics} = await parts.statements.run(sql, look)
  let facts = null
  for await (const row of rows) facts = readFacts(row, united.columns)
  if (facts === null) throw disproven('Athena gave no answer about the sources.', {table: request.place.table})
  const left = await countDropped(table, runs, work)
  const kept = facts.rows + Object.values(left.dropped).reduce((sum, count) => sum + count, 0)
  if (kept !== read.rows)
    throw disproven(`The sources hold ${read.rows} rows by their footers, ${kept} were read.`, {
      expected: read.rows,
      read: kept,
    })
  // Footers tell of all rows, not of those that are kept.
  if (Object.keys(left.dropped).length === 0)
    for (const [index, known] of united.facts.entries()) compareColumn(known, [readColumnOf(facts.columns[index]!)])
  return {...facts, dropped: left.dropped, scannedBytes: statistics.scannedBytes + left.scannedBytes}
}

export function droppedRunsOf({request, united}: Work): readonly string[] {
  return united.columns.some(({name}) => name === '_source') ? request.droppedRuns : []
}

async function countDropped(
  table: string,
  runs: readonly string[],
  {request, parts}: Work,
): Promise<Pick<Survey, 'dropped' | 'scannedBytes'>> {
  if (runs.length === 0) return {dropped: {}, scannedBytes: 0}
  const sql = `SELECT "_source", count(*) FROM ${table} WHERE NOT coalesce(${keptSql(runs).replace(' WHERE ', '')}, false) GROUP BY 1`
  const {rows, statistics} = await parts.statements.run(sql, {signal: request.signal, isRepeatable: true})
  const dropped: Record<string, number> = {}
  for await (const [run, count] of rows) dropped[run ?? ''] = Number(count)
  return {dropped, scannedBytes: statistics.scannedBytes}
}

/** A table over exactly the sources, with the columns of the merge. */
export function openSources({request, united, tables}: Work): Promise<string> {
  return tables.over(
    'sources',
    request.sources.map(({key}) => key),
    united.columns,
  )
}

/** Throws `ENGINE_UNFIT`. */
export function refuseLong(sql: string, {place}: MergeRequest): void {
  if (Buffer.byteLength(sql) >= LONGEST_STATEMENT)
    throw unfit('its statement would be longer than Athena takes.', {table: place.table})
}
