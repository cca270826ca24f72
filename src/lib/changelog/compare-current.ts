import type {TableMapping} from '../mapping/index.js'
import type {QueryEngine} from '../ports/query-engine.js'
import {quoteIdentifier} from '../sql/index.js'
import {currentViewSql, type CandidateRun} from './current-view.js'

/** What admitting a run does to the current state, in keys. */
export interface CurrentChange {
  /** Keys that stand now. */
  readonly standing: number
  readonly added: number
  readonly changed: number
  readonly vanished: number
}

/** Compares the current state as it is with what it would be. The run's rows must be stored and registered. */
export async function compareCurrent(
  mapping: TableMapping,
  candidate: CandidateRun,
  query: QueryEngine,
  signal: AbortSignal,
): Promise<CurrentChange> {
  const {rows} = await query.run({sql: compareSql(mapping, candidate), signal})
  for await (const [standing, added, changed, vanished] of rows) {
    return {standing: Number(standing), added: Number(added), changed: Number(changed), vanished: Number(vanished)}
  }
  return {standing: 0, added: 0, changed: 0, vanished: 0}
}

function compareSql(mapping: TableMapping, candidate: CandidateRun): string {
  const key = mapping.key.map(quoteIdentifier)
  const differs = mapping.columns
    .map(({name}) => quoteIdentifier(name))
    .filter((name) => !key.includes(name))
    .map((name) => `b.${name} IS DISTINCT FROM a.${name}`)
  const first = key[0]!
  const both = `b.${first} IS NOT NULL AND a.${first} IS NOT NULL`
  return `SELECT COUNT(b.${first}) AS standing,
  COUNT(CASE WHEN b.${first} IS NULL THEN 1 END) AS added,
  COUNT(CASE WHEN ${both} AND (${differs.length === 0 ? 'false' : differs.join(' OR ')}) THEN 1 END) AS changed,
  COUNT(CASE WHEN a.${first} IS NULL THEN 1 END) AS vanished
FROM (${currentViewSql(mapping)}) b
FULL OUTER JOIN (${currentViewSql(mapping, candidate)}) a ON ${key.map((name) => `b.${name} = a.${name}`).join(' AND ')}`
}
