import type {Clock} from '../ports/clock.js'
import type {PortabilityWarning, QueryColumn, QueryValue} from '../ports/query-engine.js'
import type {JudgedScan} from './guard.js'
import type {QueryPlan, QueryPorts} from './plan.js'
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
  /** Sizes of the files that may be read, so an upper bound. */
  readonly maxBytesScanned: number
  /** Decimal text; an estimate. */
  readonly costUsd: string
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
    costUsd: dollars(estimate.costUsdMicros),
    portability,
    answer,
  }
}

/** Runs a plan and holds its first `maxRows` rows, for one document. */
export async function answerQuery(plan: QueryPlan, context: AnswerPorts, maxRows: number): Promise<QueryResult> {
  const {clock} = context.ports
  const startedMs = clock.monotonicMs()
  const collected = await collect(await runQuery(plan, context), maxRows)
  return resultOf(plan, {...collected, durationMs: clock.monotonicMs() - startedMs})
}

async function collect({columns, rows}: RunningQuery, maxRows: number): Promise<Omit<QueryAnswer, 'durationMs'>> {
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

function dollars(micros: number): string {
  const text = String(micros).padStart(7, '0')
  return `${text.slice(0, -6)}.${text.slice(-6)}`
}
