import type {Sight} from './projection.js'

/** The parameters of a projected column of type date. */
export interface DateRule {
  readonly range: string
  readonly format: string
  readonly interval: string | undefined
  readonly unit: string | undefined
}

const FIELDS: Readonly<Record<string, {readonly pattern: string; readonly part: number}>> = {
  yyyy: {pattern: '(\\d{4})', part: 0},
  MM: {pattern: '(\\d{2})', part: 1},
  dd: {pattern: '(\\d{2})', part: 2},
  HH: {pattern: '(\\d{2})', part: 3},
  mm: {pattern: '(\\d{2})', part: 4},
  ss: {pattern: '(\\d{2})', part: 5},
}
const UNITS = ['YEARS', 'MONTHS', 'DAYS', 'HOURS', 'MINUTES', 'SECONDS'] as const
const UNIT_MS: Readonly<Record<string, number>> = {
  WEEKS: 604_800_000,
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
}
const MONTHS_A_UNIT: Readonly<Record<string, number>> = {YEARS: 12, MONTHS: 1}

/** Whether the range, format and interval of a date projection give this value. All times are UTC. */
export function projectedDate(value: string, {range, format, interval, unit}: DateRule, asOf: Date): Sight {
  const reader = readerOf(format)
  const [from, to] = range.split(',').map((one) => (reader === null ? null : endOf(one.trim(), reader.read, asOf)))
  if (reader === null || from === null || from === undefined || to === null || to === undefined)
    return {state: 'unknown', reason: `the range ${range} or the format ${format} is none that this version reads`}
  const instant = reader.read(value)
  if (instant === null) return {state: 'unseen', reason: `${value} has not the format ${format}`}
  const step = unit?.toUpperCase().replace(/S?$/, 'S') ?? UNITS[reader.finest]!
  if (instant < floored(from, step) || instant > to)
    return {state: 'unseen', reason: `${value} is outside of the range ${range}`}
  // Steps from NOW move with it: no value is wrong for good.
  const isFixed = !/now/i.test(range.split(',')[0] ?? '')
  if (isFixed && !isStep(from, instant, step, Number(interval ?? '1')))
    return {
      state: 'unseen',
      reason: `${value} is no step of ${interval} ${step.toLowerCase()} from ${range.split(',')[0]}`,
    }
  return {state: 'seen'}
}

interface Reader {
  readonly read: (text: string) => Date | null
  /** Which of the units the format ends with. */
  readonly finest: number
}

/** Java's patterns of digits; null for one with letters that have another meaning. */
function readerOf(format: string): Reader | null {
  const parts: number[] = []
  let pattern = ''
  for (const [token] of format.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    const field = FIELDS[token]
    if (field !== undefined) {
      parts.push(field.part)
      pattern += field.pattern
    } else if (/^[A-Za-z]/.test(token)) return null
    else pattern += literal(token)
  }
  if (!parts.includes(0)) return null
  const matcher = new RegExp(`^${pattern}$`)
  const read = (text: string): Date | null => {
    const found = matcher.exec(text)
    if (found === null) return null
    const fields = [0, 1, 1, 0, 0, 0]
    parts.forEach((part, index) => {
      fields[part] = Number(found[index + 1])
    })
    const [year, month, day, hour, minute, second] = fields as [number, number, number, number, number, number]
    const instant = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
    return instant.getUTCMonth() === month - 1 && instant.getUTCDate() === day && hour < 24 ? instant : null
  }
  return {read, finest: Math.max(...parts)}
}

function literal(token: string): string {
  const text = token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") : token
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}

/** An end of a range: a date in the format, or NOW with a distance: `NOW-3YEARS`. */
function endOf(text: string, read: Reader['read'], asOf: Date): Date | null {
  const relative = /^NOW\s*(?:([+-])\s*(\d+)\s*([A-Z]+?)S?)?$/i.exec(text)
  if (relative === null) return read(text)
  const [, sign, count, name] = relative
  if (count === undefined) return asOf
  const unit = `${name!.toUpperCase()}S`
  const amount = Number(count) * (sign === '-' ? -1 : 1)
  if (MONTHS_A_UNIT[unit] !== undefined) {
    const moved = new Date(asOf)
    moved.setUTCMonth(moved.getUTCMonth() + amount * MONTHS_A_UNIT[unit])
    return moved
  }
  return UNIT_MS[unit] === undefined ? null : new Date(asOf.getTime() + amount * UNIT_MS[unit])
}

/** A range that begins at 10:30 has its first hour at 10:00. */
function floored(instant: Date, step: string): Date {
  const ms = UNIT_MS[step]
  if (ms !== undefined && step !== 'WEEKS') return new Date(Math.floor(instant.getTime() / ms) * ms)
  const month = step === 'YEARS' ? 0 : instant.getUTCMonth()
  return step === 'WEEKS' ? instant : new Date(Date.UTC(instant.getUTCFullYear(), month, 1))
}

function isStep(from: Date, instant: Date, step: string, interval: number): boolean {
  if (!Number.isInteger(interval) || interval <= 1) return true
  const months = MONTHS_A_UNIT[step]
  if (months !== undefined) {
    const between = (instant.getUTCFullYear() - from.getUTCFullYear()) * 12 + instant.getUTCMonth() - from.getUTCMonth()
    return between % (months * interval) === 0
  }
  const ms = (UNIT_MS[step] ?? 1000) * interval
  return (instant.getTime() - from.getTime()) % ms === 0
}
