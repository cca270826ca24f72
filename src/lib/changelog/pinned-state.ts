import {hasDoubledRows} from '../generations/index.js'
import {isImmutable, type TableMapping} from '../mapping/index.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {QueryEngine} from '../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {rowsOfRunsSql} from './current-view.js'
import {deletesTableName, rankedRowsSql} from './ranked-rows.js'
import {activeRuns, listRunRecords, standingFloor, type RunRecord} from './run-records.js'

export interface PinPorts {
  readonly store: ObjectStore
  readonly query: QueryEngine
  readonly signal: AbortSignal
  /** Of the statements that are built on the state; see `QueryRequest`. */
  readonly snapshot?: string
}

/** The current state at one instant: the same for every statement that is built on it, whatever is admitted later. */
export interface PinnedState {
  /** A SELECT of the rows that count, with `_rank`: 1 for the newest of each key, deleted and quarantined ones too. */
  readonly rankedRowsSql: string
  /** Whether rows have to be compared to rank them, which is worth doing once. */
  readonly isRanked: boolean
}

/**
 * Reads which runs count now. Where all rows that count are of one full export, no key has two of them (a load with
 * doubled keys is refused), so each row is the newest of its key and nothing has to be compared: 0.05 s in place of
 * 0.5 s for 1 M rows. That no other row counts is asked of the data itself, not told from names of objects.
 */
export async function pinState(mapping: TableMapping, ports: PinPorts): Promise<PinnedState> {
  const records = await listRunRecords(ports.store, mapping.table)
  const active = activeRuns(records).map(({record}) => record)
  const floor = BigInt(standingFloor(records) ?? 0)
  const counts = rowsOfRunsSql({runs: active.map(({run}) => run), floor})
  const only = active.find((record) => record.kind === 'full' && BigInt(record.floor ?? -1) === floor)
  if (only === undefined || !(await isAlone(mapping, only, active, floor, ports))) {
    return {rankedRowsSql: rankedRowsSql(mapping, 't.*', counts), isRanked: true}
  }
  const where = `t._source = ${quoteText(only.run)} AND t._version >= ${floor}`
  const rows = `SELECT t.*, 1 AS _rank FROM ${quoteIdentifier(mapping.table)} t WHERE ${where}`
  return {rankedRowsSql: rows, isRanked: false}
}

/**
 * Whether each row that counts is of this run, and stands once. Files that were merged stand beside what they were
 * merged to for a while: that is written down before the first of those comes, so it is looked for after the files of
 * the snapshot are known. An engine that lists the files anew with every statement can never be sure.
 */
async function isAlone(
  mapping: TableMapping,
  only: RunRecord,
  active: readonly RunRecord[],
  floor: bigint,
  ports: PinPorts,
): Promise<boolean> {
  if (ports.query.name === 'athena') return false
  if (await hasOtherRows(mapping, only, active, floor, ports)) return false
  return !(await hasDoubledRows(ports.store, mapping.table))
}

/** Whether a row counts that is not of this run. The statistics of the files answer it, where there is none. */
async function hasOtherRows(
  mapping: TableMapping,
  only: RunRecord,
  active: readonly RunRecord[],
  floor: bigint,
  {query, signal, snapshot}: PinPorts,
): Promise<boolean> {
  const others = active.map(({run}) => run).filter((run) => run !== only.run)
  const counts = rowsOfRunsSql({runs: others, floor})
  const deletes = isImmutable(mapping) ? [deletesTableName(mapping.table)] : []
  for (const table of [mapping.table, ...deletes]) {
    const {rows} = await query.run({
      sql: `SELECT 1 FROM ${quoteIdentifier(table)} t WHERE ${counts} LIMIT 1`,
      signal,
      ...(snapshot === undefined ? {} : {snapshot}),
    })
    for await (const _ of rows) return true
  }
  return false
}
