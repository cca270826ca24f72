import {isImmutable, type TableMapping} from '../mapping/index.js'
import type {QueryEngine} from '../ports/query-engine.js'
import {quoteIdentifier, rowHashSql} from '../sql/index.js'
import {currentRowsSql, rowsOfRunsSql, type AdmittedRuns} from './current-view.js'
import {deletesTableName, PLACE} from './ranked-rows.js'
import {activeRuns, standingFloor, type RunRecord, type StoredRunRecord} from './run-records.js'

/** What admitting a run does to the current state, in keys. */
export interface CurrentChange {
  /** Keys that stand now. */
  readonly standing: number
  readonly added: number
  readonly changed: number
  readonly vanished: number
  /** Keys that would be shown twice, or although something newer of them lies in another partition; new ones only. */
  readonly doubled: number
}

/**
 * Compares the current state as it is with what it would be once `candidates` are admitted beside `records`. Their
 * rows must be stored and registered.
 */
export async function compareCurrent(
  mapping: TableMapping,
  records: readonly StoredRunRecord[],
  candidates: readonly RunRecord[],
  query: QueryEngine,
  signal: AbortSignal,
): Promise<CurrentChange> {
  const before = admittedRuns(records)
  const after = admittedRuns([...records, ...candidates.map((record) => ({record}))])
  const [counts] = await numbers(compareSql(mapping, before, after, query.name), query, signal)
  const [standing = 0, added = 0, changed = 0, vanished = 0, doubtful = 0] = counts ?? []
  // Those that are shown so already are no reason to refuse another load.
  const shadowed = async (runs: AdmittedRuns): Promise<number> => shadowedKeys(mapping, runs, query, signal)
  const found = doubtful > 0 ? await shadowed(after) : 0
  const doubled = found > 0 ? Math.max(0, found - (await shadowed(before))) : 0
  return {standing, added, changed, vanished, doubled}
}

/**
 * Keys that `admitted` shows twice, or although something newer of them lies in another partition: a row, or a delete
 * that went where an old image said, which may be older than what it should delete. Only where partitions are immutable.
 */
async function shadowedKeys(
  mapping: TableMapping,
  admitted: AdmittedRuns,
  query: QueryEngine,
  signal: AbortSignal,
): Promise<number> {
  const key = mapping.key.map(quoteIdentifier)
  const keys = key.join(', ')
  const ofTable = key.map((name) => `t.${name}`).join(', ')
  const counts = rowsOfRunsSql(admitted)
  const shown = currentRowsSql(mapping, `${keys}, _place`, `${ofTable}, t._op, ${PLACE} AS _place`, counts)
  const newest = `SELECT ${ofTable}, max(${PLACE}) AS _newest FROM ${quoteIdentifier(mapping.table)} t WHERE ${counts} GROUP BY ${ofTable}`
  const on = key.map((name) => `s.${name} = n.${name}`).join(' AND ')
  const once = `SELECT ${keys}, COUNT(*) AS _times, MIN(_place) AS _place FROM (${shown}) c GROUP BY ${keys}`
  const sql = `SELECT COUNT(*) FROM (${once}) s JOIN (${newest}) n ON ${on} WHERE s._times > 1 OR s._place < n._newest`
  const [found] = await numbers(sql, query, signal)
  return found?.[0] ?? 0
}

async function numbers(sql: string, query: QueryEngine, signal: AbortSignal): Promise<number[][]> {
  const {rows} = await query.run({sql, signal})
  const found: number[][] = []
  for await (const row of rows) found.push(row.map(Number))
  return found
}

/** Whether the stream has written a row: the statistics of the files answer it. */
export async function hasStreamRows(mapping: TableMapping, query: QueryEngine, signal: AbortSignal): Promise<boolean> {
  const deletes = isImmutable(mapping) ? [deletesTableName(mapping.table)] : []
  for (const table of [mapping.table, ...deletes]) {
    const sql = `SELECT 1 FROM ${quoteIdentifier(table)} t WHERE t._source = 'stream' LIMIT 1`
    if ((await numbers(sql, query, signal)).length > 0) return true
  }
  return false
}

/** Keys that readers see twice, or an older row of, now; always 0 where partitions are not immutable. */
export async function wronglyShownKeys(
  mapping: TableMapping,
  records: readonly {readonly record: RunRecord}[],
  query: QueryEngine,
  signal: AbortSignal,
): Promise<number> {
  return isImmutable(mapping) ? shadowedKeys(mapping, admittedRuns(records), query, signal) : 0
}

function admittedRuns(records: readonly {readonly record: RunRecord}[]): AdmittedRuns {
  return {runs: activeRuns(records).map(({record}) => record.run), floor: BigInt(standingFloor(records) ?? 0)}
}

function compareSql(
  mapping: TableMapping,
  before: AdmittedRuns,
  after: AdmittedRuns,
  engine: QueryEngine['name'],
): string {
  const key = mapping.key.map(quoteIdentifier)
  const values = mapping.columns.map(({name, type}) => ({sql: `t.${quoteIdentifier(name)}`, type}))
  // One number a row goes through the window and the join, not every column.
  const keys = mapping.columns
    .filter(({name}) => mapping.key.includes(name))
    .map(({name, type}) => ({sql: `t.${quoteIdentifier(name)}`, type}))
  const inner = `${key.map((name) => `t.${name}`).join(', ')}, t._op, ${rowHashSql(values, engine)} AS _hash, ${rowHashSql(keys, engine)} AS _key`
  const rows = (runs: AdmittedRuns): string =>
    currentRowsSql(mapping, `${key.join(', ')}, _hash, _key`, inner, rowsOfRunsSql(runs))
  const first = key[0]!
  // Equal hashes of different keys, and rows that hide nothing, only lead to the exact question.
  const hiding = `SELECT COUNT(*) FROM ${quoteIdentifier(mapping.table)} t WHERE t._op <> 'upsert' AND ${rowsOfRunsSql(after)}`
  const doubtful = isImmutable(mapping) ? `COUNT(a._key) - COUNT(DISTINCT a._key) + (${hiding})` : '0'
  return `SELECT COUNT(b.${first}) AS standing,
  COUNT(CASE WHEN b.${first} IS NULL THEN 1 END) AS added,
  COUNT(CASE WHEN b._hash <> a._hash THEN 1 END) AS changed,
  COUNT(CASE WHEN a.${first} IS NULL THEN 1 END) AS vanished,
  ${doubtful} AS doubtful
FROM (${rows(before)}) b
FULL OUTER JOIN (${rows(after)}) a ON ${key.map((name) => `b.${name} = a.${name}`).join(' AND ')}`
}
