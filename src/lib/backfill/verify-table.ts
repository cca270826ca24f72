import {currentViewName, deletesTableName, wronglyShownKeys, type RunRecord} from '../changelog/index.js'
import {hasCode} from '../errors.js'
import {isImmutable, type TableMapping} from '../mapping/index.js'
import type {QueryEngine} from '../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {chainShape, inOrder, linkOf, type Link, type TimeRange} from './chain.js'
import {check, counted, figure, type Check} from './verify-check.js'

interface TablePorts {
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

/** Rows that readers of the table see, by run; null where it cannot be read. */
export async function visibleRows(
  mapping: TableMapping,
  runs: readonly string[],
  ports: TablePorts,
): Promise<ReadonlyMap<string, number> | null> {
  const tables = [mapping.table, ...(isImmutable(mapping) ? [deletesTableName(mapping.table)] : [])]
  const wanted = runs.map(quoteText).join(', ')
  const seen = new Map(runs.map((run) => [run, 0]))
  for (const table of tables) {
    const sql = `SELECT _source, COUNT(*) FROM ${quoteIdentifier(table)} WHERE _source IN (${wanted}) GROUP BY _source`
    const rows = await readable(sql, ports)
    if (rows === null) return null
    for (const [run, count] of rows) seen.set(String(run), (seen.get(String(run)) ?? 0) + Number(count))
  }
  return seen
}

/** No key stands in two partitions of the current view, and none is older there than in another; null for tables that rank each key over all partitions. */
export async function checkKeys(
  mapping: TableMapping,
  records: readonly RunRecord[],
  ports: TablePorts,
): Promise<Check | null> {
  if (!isImmutable(mapping)) return null
  const key = mapping.key.map(quoteIdentifier).join(', ')
  const view = currentViewName(mapping.table)
  const rows = await readable(
    `SELECT COUNT(*), COUNT(CASE WHEN n > 1 THEN 1 END) FROM (SELECT COUNT(*) AS n FROM ${quoteIdentifier(view)} GROUP BY ${key}) k`,
    ports,
  )
  if (rows === null) return check('keys', 'unknown', `${view} cannot be read`)
  const [keys = 0, doubled = 0] = (rows[0] ?? []).map(Number)
  const overtaken = await wronglyShownKeys(
    mapping,
    records.map((record) => ({record})),
    ports.query,
    ports.signal,
  )
  const counts = {keys, doubled, overtaken}
  if (doubled === 0 && overtaken > 0) {
    const text = `${figure(overtaken)} of ${counted(keys, 'key')} of ${view} are shown although something newer lies in another partition`
    return check('keys', 'fail', text, counts)
  }
  return doubled === 0
    ? check('keys', 'pass', `${counted(keys, 'key')} of ${view}, none of them in two partitions`, counts)
    : check('keys', 'fail', `${figure(doubled)} of ${counted(keys, 'key')} of ${view} stand in two partitions`, counts)
}

/** Whether the loaded exports follow each other without a stretch of time that none of them holds. */
export function checkChain(records: readonly RunRecord[]): Check {
  const links = inOrder(records.flatMap((record) => linkOf(record) ?? []))
  const {gaps, overlaps} = chainShape(links)
  const fulls = links.filter(({exportFrom}) => exportFrom === null)
  const counts = {exports: links.length, fulls: fulls.length, gaps: gaps.length, overlaps: overlaps.length}
  if (gaps.length > 0) {
    const missing = gaps.map((gap) => `no loaded export holds the changes of ${rangeText(gap)}`)
    return check('chain', 'unknown', missing.slice(0, 1).join(''), counts, missing.length > 1 ? missing : [])
  }
  return check('chain', 'pass', coveredText(links, fulls), counts)
}

function coveredText(links: readonly Link[], fulls: readonly Link[]): string {
  if (links.length === 0) return 'no export is loaded as a whole, so nothing is claimed of a stretch of time'
  const base = newest(fulls)
  const follows = links.filter(({exportFrom, exportTime}) => exportFrom !== null && !isBefore(exportTime, base))
  if (follows.length === 0) return `the table as of ${base!.exportTime}, by the full export ${base!.exportId}`
  const end = newest(follows)!.exportTime
  const exports = counted(follows.length, 'incremental export')
  if (base === null) {
    const from = follows[0]!.exportFrom!
    return `${from} to ${end} by ${exports} without a gap; no full export is loaded, so items that did not change are not known`
  }
  return `${base.exportTime} to ${end}, by the full export ${base.exportId} and ${exports} without a gap`
}

function newest(links: readonly Link[]): Link | null {
  return links.toSorted((a, b) => Date.parse(b.exportTime) - Date.parse(a.exportTime))[0] ?? null
}

function isBefore(time: string, base: Link | null): boolean {
  return base !== null && Date.parse(time) <= Date.parse(base.exportTime)
}

/** `A to B (69 s)`. */
function rangeText({from, to}: TimeRange): string {
  return `${from} to ${to} (${figure(Math.round((Date.parse(to) - Date.parse(from)) / 1000))} s)`
}

async function readable(sql: string, {query, signal}: TablePorts): Promise<(readonly unknown[])[] | null> {
  try {
    const {rows} = await query.run({sql, signal})
    const found: (readonly unknown[])[] = []
    for await (const row of rows) found.push(row)
    return found
  } catch (error) {
    if (!hasCode(error, 'QUERY_FAILED', 'QUERY_INVALID')) throw error
    return null
  }
}
