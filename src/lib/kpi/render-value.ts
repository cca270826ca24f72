import {countText} from '../cli/output/count.js'
import {durationText} from '../cli/output/duration.js'
import type {KpiThresholds, KpiUnit} from '../lake/index.js'
import {Exact} from './exact.js'
import type {Change} from './measure.js'

/** How much room a text takes: the first form that tells the truth is used. */
type Form = (value: Exact) => string

export const NOTHING = '–'
/** What Intl can do. */
const MOST_DECIMALS = 20

/**
 * A value for people: `91.4%`, `4 min 12 s`, `£0.31`. It gets more digits where rounding would make it read as a
 * threshold, or a ratio or an amount as 0 or 100%, that it is not: 89.96% is yellow, and `90.0%` beside `≥ 90%` a lie.
 */
export function valueText(
  value: Exact | null,
  unit: KpiUnit,
  currency: string | null,
  thresholds: KpiThresholds | null,
): string {
  if (value === null) return NOTHING
  const forms = formsOf(unit, currency)
  const anchors = anchorsOf(unit, thresholds).filter((anchor) => !anchor.eq(value))
  const honest = forms.find((form) => !anchors.some((anchor) => readsAs(anchor, value, form)))
  return (honest ?? forms.at(-1)!)(value)
}

/** When the KPI is green: `≥ 90%`, `< 5 min`, `< £0.50`; exact. */
export function targetText(unit: KpiUnit, thresholds: KpiThresholds | null): string {
  if (thresholds === null) return NOTHING
  const sign = thresholds.better === 'higher' ? '≥' : '<'
  const green = new Exact(thresholds.green)
  return `${sign} ${exactText(green, unit, thresholds.currency ?? null)}`
}

/** How far a value is from the one before: `+1.5 pp`, `+0.01`, `-3.2%`. */
export function changeText(change: Change | null, unit: KpiUnit): string {
  if (change === null) return NOTHING
  const value = new Exact(change.value)
  const options = (decimals: number): Intl.NumberFormatOptions => ({...placesOf(decimals), signDisplay: 'exceptZero'})
  if (unit === 'score') return format(value, options(2))
  return `${format(value.times(100), options(1))}${change.kind === 'difference' ? ' pp' : '%'}`
}

/** Any exact decimal with separators: `212,480`. */
export function decimalText(value: string): string {
  return format(new Exact(value), {maximumFractionDigits: MOST_DECIMALS})
}

/** An amount with the currency's usual decimals; bare where the currency is none. */
export function amountText(value: Exact, currency: string | null, options: Intl.NumberFormatOptions = {}): string {
  if (currency === null) return format(value, {minimumFractionDigits: 2, maximumFractionDigits: 2, ...options})
  if (!/^[A-Za-z]{3}$/.test(currency)) return `${amountText(value, null, options)} ${currency}`
  // a currency without a sign of its own stands before the amount with a no-break space
  return format(value, {style: 'currency', currency, ...options}).replaceAll('\u00a0', ' ')
}

/** `-£0.00` reads as nothing, too. */
function readsAs(anchor: Exact, value: Exact, form: Form): boolean {
  return form(anchor) === form(anchor.isZero() ? value.abs() : value)
}

function formsOf(unit: KpiUnit, currency: string | null): readonly Form[] {
  switch (unit) {
    case 'ratio':
      return [1, 2, 4, 6, MOST_DECIMALS].map((decimals) => (value) => percentText(value, decimals))
    case 'milliseconds':
      return [(value) => durationText(value.toNumber()), (value) => `${countText(value.toNumber())} ms`, preciseMs]
    case 'money':
      return [
        (value) => amountText(value, currency),
        ...[4, 6, MOST_DECIMALS].map((digits) => fineAmount(currency, digits)),
      ]
    case 'score':
      return [2, 4, 6, MOST_DECIMALS].map((decimals) => (value) => format(value, placesOf(decimals)))
  }
}

/** The last form shows whatever decimals there are. */
function placesOf(decimals: number): Intl.NumberFormatOptions {
  return {minimumFractionDigits: decimals === MOST_DECIMALS ? 2 : decimals, maximumFractionDigits: decimals}
}

function percentText(value: Exact, decimals: number): string {
  return `${format(value.times(100), {...placesOf(decimals), useGrouping: false})}%`
}

function preciseMs(value: Exact): string {
  return `${format(value, {maximumFractionDigits: MOST_DECIMALS})} ms`
}

/** Below a hundredth two significant digits say more than places. */
function fineAmount(currency: string | null, decimals: number): Form {
  return (value) =>
    amountText(value, currency, value.abs().lt('0.01') ? {maximumSignificantDigits: 2} : placesOf(decimals))
}

function anchorsOf(unit: KpiUnit, thresholds: KpiThresholds | null): Exact[] {
  const limits = thresholds === null ? [] : [thresholds.green, thresholds.yellow]
  const ends = unit === 'ratio' || unit === 'score' ? ['0', '1'] : ['0']
  return [...limits, ...ends].map((text) => new Exact(text))
}

function exactText(value: Exact, unit: KpiUnit, currency: string | null): string {
  switch (unit) {
    case 'ratio':
      return `${value.times(100).toFixed()}%`
    case 'milliseconds':
      return wholeDuration(value)
    case 'money':
      return amountText(value, currency, {maximumFractionDigits: MOST_DECIMALS})
    case 'score':
      return value.toFixed()
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** In the largest unit that leaves no rest: `5 min`, `90 s`, `1500 ms`. */
function wholeDuration(value: Exact): string {
  const unit = value.isZero() ? undefined : UNITS.find(([, lengthMs]) => value.mod(lengthMs).isZero())
  return unit === undefined ? `${value.toFixed()} ms` : `${value.div(unit[1]).toFixed()} ${unit[0]}`
}

/** From text, because a number would round before it is printed. */
function format(value: Exact, options: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat('en-US', options).format(value.toFixed() as Intl.StringNumericLiteral)
}
