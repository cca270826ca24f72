import type {KpiDefinition} from '../lake/index.js'
import {
  answerOf,
  exactText,
  excludedOf,
  invalidAnswer,
  nothingExcluded,
  type Answer,
  type AnswerRow,
  type Question,
  type ReadPorts,
} from './sql-answer.js'

/** One row of a KPI's answer; numbers are exact decimal text, null where SQL gave NULL. */
export interface KpiRow {
  readonly currency: string | null
  readonly numerator: string | null
  readonly denominator: string | null
  /** Sample size, where the SQL answers one. */
  readonly n: string | null
  readonly p50: string | null
  readonly p95: string | null
  /** Rows that do not count, by reason. */
  readonly excluded: Readonly<Record<string, number>>
}

/** Rows of a KPI by what `bucket` says; a bucket without rows is not there. */
export interface KpiAnswer {
  readonly byBucket: ReadonlyMap<string, readonly KpiRow[]>
  /** What a currency has for which there is no row. */
  readonly empty: KpiRow
}

/** Rows of a statement that does not name `bucket` are of this one. */
export const ONLY_BUCKET = ''

/** Runs a KPI's SQL. Throws `QUERY_INVALID` for an answer that is no KPI's. */
export async function readRows(kpi: KpiDefinition, question: Question, ports: ReadPorts): Promise<KpiAnswer> {
  const answer = await answerOf(question, ports)
  refuseIncomplete(kpi, answer)
  const byBucket = new Map<string, KpiRow[]>()
  for (const row of answer.rows) {
    const bucket = bucketOf(kpi, row)
    byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), rowOf(kpi, row)])
  }
  for (const rows of byBucket.values()) refuseAmbiguous(kpi, rows)
  return {byBucket, empty: emptyRow(answer.names)}
}

/**
 * A row for each currency that is asked for, and for the judged one: what has no data is said, never left out.
 * A KPI without any row has one.
 */
export function completeRows(
  kpi: KpiDefinition,
  rows: readonly KpiRow[],
  empty: KpiRow,
  currencies: readonly (string | null)[] = [],
): KpiRow[] {
  const judged = kpi.thresholds?.currency
  const wanted = [...new Set([...(judged === undefined ? [] : [judged]), ...currencies])]
  const missing = wanted.filter((currency) => !rows.some((row) => row.currency === currency))
  const complete = [...missing.map((currency) => ({...empty, currency})), ...rows]
  return complete.length === 0 ? [empty] : complete
}

function refuseIncomplete(kpi: KpiDefinition, {names}: Answer): void {
  const missing = ['numerator', 'denominator'].filter((name) => !names.includes(name))
  if (missing.length > 0) throw invalid(kpi, `answers no ${missing.join(' and no ')}`)
}

function bucketOf(kpi: KpiDefinition, row: AnswerRow): string {
  if (!row.has('bucket')) return ONLY_BUCKET
  const bucket = row.get('bucket')
  if (typeof bucket === 'string') return bucket
  throw invalid(kpi, 'answers a bucket that is no text')
}

function rowOf(kpi: KpiDefinition, row: AnswerRow): KpiRow {
  const who = {noun: 'KPI', name: kpi.name} as const
  const number = (name: string): string | null => exactText(who, name, row.get(name) ?? null)
  const currency = row.get('currency') ?? null
  if (currency !== null && typeof currency !== 'string') throw invalid(kpi, 'answers a currency that is no text')
  return {
    currency,
    numerator: number('numerator'),
    denominator: number('denominator'),
    n: number('n'),
    p50: number('p50'),
    p95: number('p95'),
    excluded: excludedOf(who, row),
  }
}

function refuseAmbiguous(kpi: KpiDefinition, rows: readonly KpiRow[]): void {
  const currencies = new Set(rows.map(({currency}) => currency))
  if (currencies.size < rows.length) throw invalid(kpi, `answers ${rows.length} rows that no currency tells apart`)
}

function emptyRow(names: readonly string[]): KpiRow {
  return {
    currency: null,
    numerator: '0',
    denominator: '0',
    n: names.includes('n') ? '0' : null,
    p50: null,
    p95: null,
    excluded: nothingExcluded(names),
  }
}

function invalid(kpi: KpiDefinition, what: string): Error {
  return invalidAnswer({noun: 'KPI', name: kpi.name}, what)
}
