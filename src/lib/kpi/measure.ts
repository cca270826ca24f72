import type {KpiDefinition, KpiUnit} from '../lake/index.js'
import {Exact, fixedText, quotient} from './exact.js'
import {stateOf, type KpiState} from './judge.js'
import type {KpiRow} from './read-rows.js'
import {wilsonInterval, type Interval} from './wilson.js'

/** One value of a KPI: the only one, or that of a currency. */
export interface KpiValue {
  readonly currency: string | null
  /** Decimal text: whole milliseconds, else 6 decimals, rounded half up; null without data. */
  readonly value: string | null
  /** Judged before the value was rounded. */
  readonly state: KpiState
  /** Exact decimal text. */
  readonly numerator: string | null
  readonly denominator: string | null
  /** Sample size: the denominator, where it is a count. */
  readonly n: number | null
  /** Wilson's 95% interval of a ratio. */
  readonly interval: Interval | null
  readonly p50: string | null
  readonly p95: string | null
  readonly excluded: Readonly<Record<string, number>>
}

const DECIMALS: Readonly<Record<KpiUnit, number>> = {ratio: 6, money: 6, milliseconds: 0}

/** Value, state and interval of a row: the division that no SQL does, exact on every engine. */
export function valueOf({unit, thresholds}: KpiDefinition, row: KpiRow): KpiValue {
  const {currency, numerator, denominator} = row
  const value = quotient(numerator, denominator)
  const isShare = unit === 'ratio' && numerator !== null && denominator !== null
  return {
    currency,
    value: roundedText(value, unit),
    state: stateOf(value, thresholds, currency),
    numerator,
    denominator,
    n: sampleSize(denominator),
    interval: isShare ? wilsonInterval(numerator, denominator) : null,
    p50: roundedText(percentile(row.p50), unit),
    p95: roundedText(percentile(row.p95), unit),
    excluded: row.excluded,
  }
}

function percentile(text: string | null): Exact | null {
  return text === null ? null : new Exact(text)
}

function roundedText(value: Exact | null, unit: KpiUnit): string | null {
  return value === null ? null : fixedText(value, DECIMALS[unit])
}

function sampleSize(denominator: string | null): number | null {
  const size = Number(denominator ?? Number.NaN)
  return Number.isSafeInteger(size) && size >= 0 ? size : null
}
