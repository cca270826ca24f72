import type {KpiDefinition, KpiUnit} from '../lake/index.js'
import {Exact, fixedText, quotient} from './exact.js'
import {stateOf, type KpiState} from './judge.js'
import type {KpiRow} from './read-rows.js'
import {wilsonInterval, type Interval} from './wilson.js'

/** One value of a KPI over one period: the only one, or that of a currency. */
export interface Measurement {
  readonly currency: string | null
  /** Decimal text: whole milliseconds, else 6 decimals, rounded half up; null without data. */
  readonly value: string | null
  /** Judged before the value was rounded. */
  readonly state: KpiState
  /** Exact decimal text. */
  readonly numerator: string | null
  readonly denominator: string | null
  /** Sample size: what the SQL says, else the denominator, where it is a count. */
  readonly n: number | null
  /** Wilson's 95% interval of a share. */
  readonly interval: Interval | null
  readonly p50: string | null
  readonly p95: string | null
  readonly excluded: Readonly<Record<string, number>>
}

/** How far a value is from the one before it. */
export interface Change {
  /** `difference`: of ratios and scores, in their own unit. `relative`: of the rest, as a share of the one before. */
  readonly kind: 'difference' | 'relative'
  /** Decimal text with 6 decimals, of the unrounded values. */
  readonly value: string
}

/** A value beside that of the period before. */
export interface KpiValue extends Measurement {
  /** Null where nothing is compared. */
  readonly before: Measurement | null
  /** Null where one of the two has no data, and relative to 0. */
  readonly change: Change | null
}

export const DECIMALS: Readonly<Record<KpiUnit, number>> = {ratio: 6, money: 6, milliseconds: 0, score: 6}
const CHANGE_DECIMALS = 6

/** Value, state and interval of a row: the division that no SQL does, exact on every engine. */
export function measurementOf({unit, thresholds}: KpiDefinition, row: KpiRow, minN: number): Measurement {
  const {currency, numerator, denominator} = row
  const value = quotient(numerator, denominator)
  // A share of money is no share of trials, nor is a score.
  const isShare = unit === 'ratio' && currency === null && row.n === null && numerator !== null && denominator !== null
  const n = sampleSize(row.n ?? denominator)
  return {
    currency,
    value: roundedText(value, unit),
    state: stateOf(value, {thresholds, currency, n, minN}),
    numerator,
    denominator,
    n,
    interval: isShare ? wilsonInterval(numerator, denominator) : null,
    p50: roundedText(percentile(row.p50), unit),
    p95: roundedText(percentile(row.p95), unit),
    excluded: row.excluded,
  }
}

/** The value with its change from the one before it. */
export function comparedWith(unit: KpiUnit, now: Measurement, before: Measurement | null): KpiValue {
  return {...now, before, change: before === null ? null : changeOf(unit, now, before)}
}

function changeOf(unit: KpiUnit, now: Measurement, before: Measurement): Change | null {
  const value = quotient(now.numerator, now.denominator)
  const earlier = quotient(before.numerator, before.denominator)
  if (value === null || earlier === null) return null
  const difference = value.minus(earlier)
  if (unit === 'ratio' || unit === 'score') {
    return {kind: 'difference', value: fixedText(difference, CHANGE_DECIMALS)}
  }
  if (earlier.isZero()) return null
  return {kind: 'relative', value: fixedText(difference.div(earlier.abs()), CHANGE_DECIMALS)}
}

function percentile(text: string | null): Exact | null {
  return text === null ? null : new Exact(text)
}

function roundedText(value: Exact | null, unit: KpiUnit): string | null {
  return value === null ? null : fixedText(value, DECIMALS[unit])
}

function sampleSize(count: string | null): number | null {
  const size = Number(count ?? Number.NaN)
  return Number.isSafeInteger(size) && size >= 0 ? size : null
}
