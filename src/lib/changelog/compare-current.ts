import type {TableMapping} from '../mapping/index.js'
import type {QueryEngine} from '../ports/query-engine.js'
import {quoteIdentifier, rowHashSql} from '../sql/index.js'
import {currentRowsSql, rowsOfRunsSql, type AdmittedRuns} from './current-view.js'
import {activeRuns, standingFloor, type RunRecord, type StoredRunRecord} from './run-records.js'

/** What admitting a run does to the current state, in keys. */
export interface CurrentChange {
  /** Keys that stand now. */
  readonly standing: number
  readonly added: number
  readonly changed: number
  readonly vanished: number
}

/**
 * Compares the current state as it is with what it would be once `candidate` is admitted beside `records`. Its rows
 * must be stored and registered.
 */
export async function compareCurrent(
  mapping: TableMapping,
  records: readonly StoredRunRecord[],
  candidate: RunRecord,
  query: QueryEngine,
  signal: AbortSignal,
): Promise<CurrentChange> {
  const before = admittedRuns(records)
  const after = admittedRuns([...records, {key: '', etag: '', record: candidate}])
  const {rows} = await query.run({sql: compareSql(mapping, before, after, query.name), signal})
  for await (const [standing, added, changed, vanished] of rows) {
    return {standing: Number(standing), added: Number(added), changed: Number(changed), vanished: Number(vanished)}
  }
  return {standing: 0, added: 0, changed: 0, vanished: 0}
}

function admittedRuns(records: readonly StoredRunRecord[]): AdmittedRuns {
  return {runs: activeRuns(records).map(({record}) => record.run), floor: BigInt(standingFloor(records) ?? 0)}
}

function compareSql(
  mapping: TableMapping,
  before: AdmittedRuns,
  after: AdmittedRuns,
  engine: QueryEngine['name'],
): string {
  const key = mapping.key.map(quoteIdentifier)
  const values = mapping.columns.map(({name}) => `t.${quoteIdentifier(name)}`)
  // One number a row goes through the window and the join, not every column.
  const inner = `${key.map((name) => `t.${name}`).join(', ')}, t._op, ${rowHashSql(values, engine)} AS _hash`
  const rows = (runs: AdmittedRuns): string =>
    currentRowsSql(mapping, `${key.join(', ')}, _hash`, inner, rowsOfRunsSql(runs))
  const first = key[0]!
  return `SELECT COUNT(b.${first}) AS standing,
  COUNT(CASE WHEN b.${first} IS NULL THEN 1 END) AS added,
  COUNT(CASE WHEN b._hash <> a._hash THEN 1 END) AS changed,
  COUNT(CASE WHEN a.${first} IS NULL THEN 1 END) AS vanished
FROM (${rows(before)}) b
FULL OUTER JOIN (${rows(after)}) a ON ${key.map((name) => `b.${name} = a.${name}`).join(' AND ')}`
}
