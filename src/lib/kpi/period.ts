import {SluiceError} from '../errors.js'
import type {QueryValue} from '../ports/query-engine.js'

/** Half-open: `from` is included, `to` is not. */
export interface Period {
  readonly from: Date
  readonly to: Date
}

export interface PeriodRequest {
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly asOf: Date
}

export const DAY_MS = 86_400_000
const DEFAULT_DAYS = 90
const WEEK_DAYS = 7

/**
 * The period that was asked for. Without an end it ends with the UTC day of `asOf` (at `asOf`, where that is midnight);
 * without a start it has 90 days. Throws `USAGE` when nothing lies between its ends.
 */
export function periodOf({from, to, asOf}: PeriodRequest): Period {
  const end = to ?? new Date(Math.ceil(asOf.getTime() / DAY_MS) * DAY_MS)
  const start = from ?? new Date(end.getTime() - DEFAULT_DAYS * DAY_MS)
  if (start < end) return {from: start, to: end}
  throw new SluiceError('USAGE', `The period from ${start.toISOString()} to ${end.toISOString()} is empty.`, {
    fix: 'Name a --from before --to; --to itself is excluded.',
  })
}

/** The period of the same length that ends where this one begins. */
export function periodBefore({from, to}: Period): Period {
  return {from: new Date(2 * from.getTime() - to.getTime()), to: from}
}

/** What SQL may name: the period as text in UTC, and its first and last day for the partition columns. */
export function periodParameters({from, to}: Period): Readonly<Record<string, QueryValue>> {
  const lastInstant = new Date(to.getTime() - 1)
  return {from: sqlTimestamp(from), to: sqlTimestamp(to), from_day: sqlDay(from), to_day: sqlDay(lastInstant)}
}

/**
 * What a panel's SQL may name besides: the last seven days of the period, and the instant of which a state is asked:
 * the end of the period, or now where that is earlier.
 */
export function panelParameters({from, to}: Period, asOf: Date): Readonly<Record<string, QueryValue>> {
  const weekFrom = new Date(Math.max(from.getTime(), to.getTime() - WEEK_DAYS * DAY_MS))
  return {
    ...periodParameters({from, to}),
    week_from: sqlTimestamp(weekFrom),
    week_from_day: sqlDay(weekFrom),
    as_of: sqlTimestamp(asOf < to ? asOf : to),
  }
}

/** With a space: Trino casts no text with a T or a zone to TIMESTAMP. */
export function sqlTimestamp(instant: Date): string {
  return instant.toISOString().replace('T', ' ').replace('Z', '')
}

function sqlDay(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}
