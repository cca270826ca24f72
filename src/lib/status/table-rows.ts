import {currentViewName, quarantineViewName, type StoredRunRecord} from '../changelog/index.js'
import type {QueryEngine, QueryValue} from '../ports/query-engine.js'
import {quoteIdentifier} from '../sql/index.js'
import {countingRuns, versionOf, type ReadableRuns} from './run-records.js'

export interface RowPorts {
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

/** What is known of a change log before its rows are asked for. */
export interface RowBasis {
  readonly table: string
  readonly runs: ReadableRuns
  /** Objects that no load wrote, its deletes among them: a stream's. */
  readonly foreign: number
  /** Every object of the runs that count is where its record says, and in a registered partition. */
  readonly isWhole: boolean
}

/**
 * Rows that readers see. Keys of one full export are unique, so the record of a load that stands alone says it without
 * reading a row; with a stream, or loads beside each other, the rows are counted.
 */
export async function currentRows(basis: RowBasis, ports: RowPorts): Promise<number> {
  const counting = countingRuns(basis.runs)
  if (counting.length === 0 && basis.foreign === 0) return 0
  const [only] = counting
  const isAlone = counting.length === 1 && basis.foreign === 0 && basis.isWhole
  if (only !== undefined && isAlone && only.record.kind === 'full' && only.record.floor !== null) {
    return only.record.rows - only.record.quarantined
  }
  return Number(await single(`SELECT count(*) FROM ${quoteIdentifier(currentViewName(basis.table))}`, ports))
}

/** Microseconds of the newest version that counts, or null. Only a stream's rows have to be asked. */
export async function newestVersion({table, runs, foreign}: RowBasis, ports: RowPorts): Promise<number | null> {
  const versions = countingRuns(runs).map(versionOf)
  if (foreign > 0) {
    const sql = `SELECT max(_version) FROM ${quoteIdentifier(table)} WHERE _source = 'stream' AND _version >= ${runs.floor ?? 0}`
    const newest = await single(sql, ports)
    if (newest !== null) versions.push(Number(newest))
  }
  return versions.length === 0 ? null : Math.max(...versions)
}

/** Quarantined items and lines that wait: none where no run that counts has any, else as many as the view holds. */
export async function waitingInQuarantine({table, runs, foreign}: RowBasis, ports: RowPorts): Promise<number> {
  if (foreign === 0 && countingRuns(runs).every(hasNoQuarantine)) return 0
  return Number(await single(`SELECT count(*) FROM ${quoteIdentifier(quarantineViewName(table))}`, ports))
}

function hasNoQuarantine({record}: StoredRunRecord): boolean {
  return record.quarantined === 0 && record.unreadable === 0
}

/** Rows of a table that is no change log. */
export async function countRows(table: string, ports: RowPorts): Promise<number> {
  return Number(await single(`SELECT count(*) FROM ${quoteIdentifier(table)}`, ports))
}

async function single(sql: string, {query, signal}: RowPorts): Promise<QueryValue> {
  const {rows} = await query.run({sql, signal})
  for await (const [value = null] of rows) return value
  return null
}
