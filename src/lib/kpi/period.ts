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

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 90

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

/** What a KPI's SQL may name: the period as text in UTC, and its first and last day for the partition columns. */
export function periodParameters({from, to}: Period): Readonly<Record<string, QueryValue>> {
  const lastInstant = new Date(to.getTime() - 1)
  return {from: sqlTimestamp(from), to: sqlTimestamp(to), from_day: sqlDay(from), to_day: sqlDay(lastInstant)}
}

/** With a space: Trino casts no text with a T or a zone to TIMESTAMP. */
function sqlTimestamp(instant: Date): string {
  return instant.toISOString().replace('T', ' ').replace('Z', '')
}

function sqlDay(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}
