import {SluiceError} from '../errors.js'
import type {KpiDefinition} from '../lake/index.js'
import type {QueryEngine, QueryResult, QueryValue} from '../ports/query-engine.js'
import {Exact} from './exact.js'
import {periodParameters, type Period} from './period.js'

/** One row of a KPI's answer; numbers are exact decimal text, null where SQL gave NULL. */
export interface KpiRow {
  readonly currency: string | null
  readonly numerator: string | null
  readonly denominator: string | null
  readonly p50: string | null
  readonly p95: string | null
  /** Rows that do not count, by reason. */
  readonly excluded: Readonly<Record<string, number>>
}

export interface ReadPorts {
  readonly query: QueryEngine
  readonly signal: AbortSignal
}

const EXCLUDED = 'excluded_'

/**
 * Runs a KPI's SQL over a period. A judged currency without a row gets an empty one, and so does a KPI without any:
 * what has no data is said, never left out. Throws `QUERY_INVALID` for an answer that is no KPI's.
 */
export async function readRows(kpi: KpiDefinition, period: Period, {query, signal}: ReadPorts): Promise<KpiRow[]> {
  const parameters = namedParameters(kpi.sql, periodParameters(period))
  const result = await query.run({sql: kpi.sql, parameters, signal})
  const names = columnNames(kpi, result)
  const rows: KpiRow[] = []
  for await (const values of result.rows) {
    rows.push(rowOf(kpi, new Map(names.map((name, index) => [name, values[index] ?? null]))))
  }
  refuseAmbiguous(kpi, rows)
  return withJudgedRow(kpi, rows, emptyRow(names, kpi.thresholds?.currency ?? null))
}

/** Only those that the SQL names: engines refuse a value that nothing asks for. */
function namedParameters(
  sql: string,
  values: Readonly<Record<string, QueryValue>>,
): Readonly<Record<string, QueryValue>> {
  const tokens = sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(?<name>\w+)/g)
  const named = new Set([...tokens].map(({groups}) => groups?.['name']))
  return Object.fromEntries(Object.entries(values).filter(([name]) => named.has(name)))
}

/** Athena gives every name in lower case. */
function columnNames(kpi: KpiDefinition, {columns}: QueryResult): string[] {
  const names = columns.map(({name}) => name.toLowerCase())
  const missing = ['numerator', 'denominator'].filter((name) => !names.includes(name))
  if (missing.length > 0) throw invalid(kpi, `answers no ${missing.join(' and no ')}`)
  return names
}

function rowOf(kpi: KpiDefinition, values: ReadonlyMap<string, QueryValue>): KpiRow {
  const number = (name: string): string | null => exactText(kpi, name, values.get(name) ?? null)
  const currency = values.get('currency') ?? null
  if (currency !== null && typeof currency !== 'string') throw invalid(kpi, 'answers a currency that is no text')
  const reasons = [...values.keys()].filter((name) => name.startsWith(EXCLUDED))
  return {
    currency,
    numerator: number('numerator'),
    denominator: number('denominator'),
    p50: number('p50'),
    p95: number('p95'),
    excluded: Object.fromEntries(reasons.map((name) => [name.slice(EXCLUDED.length), Number(number(name) ?? 0)])),
  }
}

/** Integers and decimals as they came; a double as the shortest text that names it. */
function exactText(kpi: KpiDefinition, name: string, value: QueryValue): string | null {
  if (value === null) return null
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isFinite(value)) return new Exact(value).toFixed()
  if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return value
  throw invalid(kpi, `answers a ${name} that is no number`)
}

function refuseAmbiguous(kpi: KpiDefinition, rows: readonly KpiRow[]): void {
  const currencies = new Set(rows.map(({currency}) => currency))
  if (currencies.size < rows.length) throw invalid(kpi, `answers ${rows.length} rows that no currency tells apart`)
}

function withJudgedRow(kpi: KpiDefinition, rows: KpiRow[], empty: KpiRow): KpiRow[] {
  const judged = kpi.thresholds?.currency
  const isThere = judged === undefined ? rows.length > 0 : rows.some(({currency}) => currency === judged)
  return isThere ? rows : [empty, ...rows]
}

function emptyRow(names: readonly string[], currency: string | null): KpiRow {
  const reasons = names.filter((name) => name.startsWith(EXCLUDED)).map((name) => [name.slice(EXCLUDED.length), 0])
  return {
    currency,
    numerator: '0',
    denominator: '0',
    p50: null,
    p95: null,
    excluded: Object.fromEntries(reasons) as Record<string, number>,
  }
}

function invalid(kpi: KpiDefinition, what: string): SluiceError {
  return new SluiceError('QUERY_INVALID', `The KPI ${kpi.name} ${what}.`, {
    fix: `Correct the sql of ${kpi.name}: sluice lake show`,
    details: {kpi: kpi.name},
  })
}
