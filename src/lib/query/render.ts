import {renderBlock, renderHeading, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {durationText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import {plural} from '../cli/output/text.js'
import type {Column} from '../cli/output/table.js'
import type {PortabilityWarning, QueryColumn, QueryStatistics, QueryValue} from '../ports/query-engine.js'
import type {JudgedScan} from './guard.js'
import type {QueryPlan} from './plan.js'
import {scanCostUsdMicros} from './price.js'

const FIGURE = /^(tinyint|smallint|integer|bigint|real|double|float|decimal\(.*\))$/
/** Values that mean something else when their end is missing. */
const WHOLE = /^(boolean|date|timestamp.*|time)$/

/** The columns of an answer, for the writers of rows. */
export function rowColumns(columns: readonly QueryColumn[]): Column<readonly QueryValue[]>[] {
  return columns.map(({name, type}, index) => ({
    title: name,
    value: (row) => row[index],
    align: FIGURE.test(type) ? 'right' : 'left',
    prose: !FIGURE.test(type) && !WHOLE.test(type),
    bare: true,
  }))
}

/** A plan, for `--dry-run`. */
export function renderQueryPlan(plan: QueryPlan): string {
  const {scans, engine, estimate} = plan
  const entries: Labelled[] = [
    ['engine', engine === 'duckdb' ? 'duckdb on this machine' : engine],
    ['reads', scans.length === 0 ? 'no table' : scanLines(scans)],
    ['estimate', estimateText(estimate)],
  ]
  const notes = warningLines(plan)
  const body = renderBlock(notes.length === 0 ? entries : [...entries, ['warnings', notes]])
  return [renderHeading('Query', `env ${plan.environment}`), '', body, '', 'Nothing has been run.'].join('\n')
}

/** What the user should know before the rows come: one line each. */
export function warningLines({scans, portability}: QueryPlan): string[] {
  return [
    ...new Set([...scans.flatMap(fullScanText), ...scans.flatMap(unsizedText)]),
    ...cutText(scans),
    ...portability.map(portabilityText),
  ]
}

/** The closing line of the conversation. */
export function closingLine(
  {engine, estimate, scans}: QueryPlan,
  {rows, isTruncated, durationMs}: {rows: number; isTruncated: boolean; durationMs: number},
  statistics: QueryStatistics | null,
): string {
  const files = scans.reduce((total, scan) => total + (scan.files?.read ?? 0), 0)
  const shown = isTruncated ? `the first ${plural(rows, 'row')} (--max-rows for more)` : plural(rows, 'row')
  const price = (micros: number): string => microsText(BigInt(micros))
  const bill =
    statistics === null
      ? [
          `scanned at most ${mostText(estimate.sizeBytes)} in ${plural(files, 'file')}`,
          `cost ${price(estimate.costUsdMicros ?? 0)} (estimate)`,
        ]
      : [
          `scanned ${bytesText(statistics.scannedBytes)}`,
          `about ${price(scanCostUsdMicros(engine, statistics.scannedBytes))} at list price`,
          `Athena run ${statistics.executionId}`,
        ]
  return [`${shown} in ${durationText(durationMs)}`, ...bill].join(', ')
}

/** A view may read one table in several places. */
function scanLines(scans: readonly JudgedScan[]): string[] {
  const times = new Map<string, number>()
  for (const text of scans.map(scanText)) times.set(text, (times.get(text) ?? 0) + 1)
  return [...times].map(([text, count]) => (count === 1 ? text : `${text}, ${count} times`))
}

function scanText({table, view, partitions, files, sizeBytes}: JudgedScan): string {
  const name = view === null ? table : `${table} through ${view}`
  const parts = partitions === null ? '' : `${countText(partitions.read)} of ${plural(partitions.total, 'partition')}, `
  if (files === null || sizeBytes === null) return `${name}: ${parts}of unknown size`
  return `${name}: ${parts}${plural(files.read, 'file')}, ${bytesText(sizeBytes.read)}`
}

function estimateText({sizeBytes, costUsdMicros}: QueryPlan['estimate']): string {
  if (sizeBytes === null || costUsdMicros === null) return 'none: the size of what is read is not known'
  return `scans at most ${bytesText(sizeBytes)}, costs ${microsText(BigInt(costUsdMicros))}`
}

function mostText(sizeBytes: number | null): string {
  return sizeBytes === null ? 'an unknown size' : bytesText(sizeBytes)
}

function unsizedText({table, view, sizeBytes}: JudgedScan): string[] {
  return sizeBytes === null ? [`How much is read of ${view ?? table} is not known beforehand, nor what it costs.`] : []
}

function cutText(scans: readonly JudgedScan[]): string[] {
  const tables = [...new Set(scans.flatMap(({table, mayBeCut}) => (mayBeCut === true ? [table] : [])))]
  if (tables.length === 0) return []
  return [`Lake Formation may hide rows or columns of ${tables.join(', ')}: this may not be the whole.`]
}

function fullScanText({table, view, partitions, sizeBytes, whole}: JudgedScan): string[] {
  const size = sizeBytes === null ? 'of unknown size' : `at most ${bytesText(sizeBytes.read)}`
  const all = `all ${plural(partitions?.total ?? 0, 'partition')}, ${size}`
  if (whole === 'mutable') return [`Every query of ${view} reads the whole table: ${all}.`]
  return whole === 'unfiltered' ? [`No condition says which partitions of ${view ?? table} to read: ${all}.`] : []
}

function portabilityText({message, portable, position}: PortabilityWarning): string {
  const place = position === null ? '' : `Line ${position.line}, column ${position.column}: `
  return `${place}${message} Portable: ${portable}`
}
