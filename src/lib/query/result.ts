import type {Clock} from '../ports/clock.js'
import type {PortabilityWarning, QueryColumn, QueryStatistics, QueryValue} from '../ports/query-engine.js'
import type {JudgedScan} from './guard.js'
import type {QueryPlan, QueryPorts} from './plan.js'
import {dollarsText, scanCostUsdMicros} from './price.js'
import {runQuery, type RunningQuery} from './run.js'

export interface AnswerPorts extends QueryPorts {
  readonly ports: {readonly clock: Clock}
}

/** The `--json` document of a query, and of its dry run. */
export interface QueryResult {
  readonly asOf: string
  readonly lake: string
  readonly environment: string
  readonly engine: 'duckdb' | 'athena'
  readonly scans: readonly JudgedScan[]
  /** Sizes of the files that may be read, so an upper bound; null where nobody can tell. */
  readonly maxBytesScanned: number | null
  /** Decimal text; an estimate. */
  readonly costUsd: string | null
  readonly portability: readonly PortabilityWarning[]
  /** Null in a dry run. */
  readonly answer: QueryAnswer | null
}

export interface QueryAnswer {
  readonly columns: readonly QueryColumn[]
  readonly rows: readonly Readonly<Record<string, QueryValue>>[]
  readonly rowCount: number
  /** There are more rows than `rows` holds. */
  readonly truncated: boolean
  readonly durationMs: number
  /** As the engine counted them; null where nothing is billed. */
  readonly bytesScanned: number | null
  /** Decimal text, of what was scanned; null where nothing is billed. */
  readonly billedUsd: string | null
  /** Name of the run in the engine's own history. */
  readonly executionId: string | null
}

export function resultOf(plan: QueryPlan, answer: QueryAnswer | null): QueryResult {
  const {asOf, lake, environment, engine, scans, estimate, portability} = plan
  return {
    asOf,
    lake,
    environment,
    engine,
    scans,
    maxBytesScanned: estimate.sizeBytes,
    costUsd: estimate.costUsdMicros === null ? null : dollarsText(estimate.costUsdMicros),
    portability,
    answer,
  }
}

/** Runs a plan and holds its first `maxRows` rows, for one document. */
export async function answerQuery(plan: QueryPlan, context: AnswerPorts, maxRows: number): Promise<QueryResult> {
  const {clock} = context.ports
  const startedMs = clock.monotonicMs()
  const running = await runQuery(plan, context)
  const collected = await collect(running, maxRows)
  const durationMs = clock.monotonicMs() - startedMs
  return resultOf(plan, {...collected, durationMs, ...billOf(plan, running.statistics)})
}

function billOf(
  {engine}: QueryPlan,
  statistics: QueryStatistics | null,
): Pick<QueryAnswer, 'bytesScanned' | 'billedUsd' | 'executionId'> {
  if (statistics === null) return {bytesScanned: null, billedUsd: null, executionId: null}
  const {scannedBytes, executionId} = statistics
  return {bytesScanned: scannedBytes, billedUsd: dollarsText(scanCostUsdMicros(engine, scannedBytes)), executionId}
}

type CollectedRows = Pick<QueryAnswer, 'columns' | 'rows' | 'rowCount' | 'truncated'>

async function collect({columns, rows}: RunningQuery, maxRows: number): Promise<CollectedRows> {
  const kept: Readonly<Record<string, QueryValue>>[] = []
  let truncated = false
  for await (const row of rows) {
    truncated = kept.length === maxRows
    if (truncated) break
    kept.push(Object.fromEntries(columns.map(({name}, index) => [name, documentValue(row[index] ?? null)])))
  }
  return {columns, rows: kept, rowCount: kept.length, truncated}
}

/** As a line of NDJSON has it: numbers where a reader keeps them, else text. */
function documentValue(value: QueryValue): QueryValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value)) return (value as readonly QueryValue[]).map(documentValue)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, documentValue(field as QueryValue)]))
}
