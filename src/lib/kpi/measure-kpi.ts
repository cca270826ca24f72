import type {KpiDefinition, PanelStep} from '../lake/index.js'
import {comparedWith, measurementOf, type KpiValue, type Measurement} from './measure.js'
import {periodParameters, type Period} from './period.js'
import {ONLY_BUCKET, completeRows, readRows, type KpiAnswer, type KpiRow} from './read-rows.js'
import {BUCKET, type Slice} from './relations.js'
import type {Measuring} from './show.js'
import {stepsOf} from './steps.js'

/** A KPI over one step of a series. */
export interface SeriesPoint {
  /** First day of the step, as `2026-01-05`. */
  readonly step: string
  /** What of the step lies in the period, half-open, ISO 8601. */
  readonly from: string
  readonly to: string
  /** One, or one a currency. */
  readonly values: readonly Measurement[]
}

/** A bucket of a KPI, with what it covers. */
interface Wanted {
  readonly bucket: string
  readonly period: Period
}

/** The KPI over the period and over the one before it. */
export async function compareKpi(kpi: KpiDefinition, measuring: Measuring): Promise<KpiValue[]> {
  const {period, before, minN} = measuring
  const wanted = [{bucket: BUCKET.now, period}, ...(before === null ? [] : [{bucket: BUCKET.before, period: before}])]
  const answer = await bucketRows(kpi, wanted, {kind: before === null ? 'period' : 'compared'}, measuring)
  const earlier = before === null ? [] : (answer.byBucket.get(BUCKET.before) ?? [])
  const rows = completeRows(kpi, answer.byBucket.get(BUCKET.now) ?? [], answer.empty, currenciesOf(earlier))
  return rows.map((row) => {
    const other = earlier.find(({currency}) => currency === row.currency) ?? {...answer.empty, currency: row.currency}
    const measured = before === null ? null : measurementOf(kpi, other, minN)
    return comparedWith(kpi.unit, measurementOf(kpi, row, minN), measured)
  })
}

/** The KPI over every step of the period. Currencies that occur in one step have a value in each. */
export async function seriesOfKpi(kpi: KpiDefinition, by: PanelStep, measuring: Measuring): Promise<SeriesPoint[]> {
  const steps = stepsOf(measuring.period, by)
  const wanted = steps.map((step) => ({bucket: step.day, period: step}))
  const {byBucket, empty} = await bucketRows(kpi, wanted, {kind: 'series', step: by}, measuring)
  const currencies = [...new Set([...byBucket.values()].flatMap(currenciesOf))]
  return steps.map(({day, from, to}) => ({
    step: day,
    from: from.toISOString(),
    to: to.toISOString(),
    values: completeRows(kpi, byBucket.get(day) ?? [], empty, currencies)
      .sort(byCurrency)
      .map((row) => measurementOf(kpi, row, measuring.minN)),
  }))
}

/** In one statement where the SQL names `bucket`; else one a bucket, each over its own part of time. */
async function bucketRows(
  kpi: KpiDefinition,
  wanted: readonly Wanted[],
  slice: Slice,
  measuring: Measuring,
): Promise<KpiAnswer> {
  const {relations, ports} = measuring
  if (relations.hasBuckets(kpi)) {
    const parameters = periodParameters(measuring.period)
    return readRows(kpi, {sql: kpi.sql, parameters, shared: await relations.of(kpi, slice)}, ports)
  }
  const byBucket = new Map<string, readonly KpiRow[]>()
  let empty: KpiRow | null = null
  for (const {bucket, period} of wanted) {
    const shared = await relations.of(kpi, {kind: 'within', period})
    const answer = await readRows(kpi, {sql: kpi.sql, parameters: periodParameters(period), shared}, ports)
    byBucket.set(bucket, answer.byBucket.get(ONLY_BUCKET) ?? [])
    empty ??= answer.empty
  }
  return {byBucket, empty: empty!}
}

function currenciesOf(rows: readonly KpiRow[]): (string | null)[] {
  return rows.map(({currency}) => currency)
}

/** NULL last. */
function byCurrency(left: KpiRow, right: KpiRow): number {
  if (left.currency === right.currency) return 0
  if (left.currency === null || right.currency === null) return left.currency === null ? 1 : -1
  return left.currency < right.currency ? -1 : 1
}
