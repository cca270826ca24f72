import {EPOCH_MS_RANGE} from './duckdb-value.js'
import {WRONG_TYPE} from './row-attribute.js'
import {exactNumber, INEXACT, type ReadValue, type TextReader} from './row-number.js'
import {localInstantReader} from './row-zone.js'
import type {SourceColumn} from './types.js'

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/
/** The form that Parquet readers print: such a text is its own value when the calendar has it. */
const PLAIN_ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const NANOSECONDS_PER_MS = 1_000_000
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export function readDate(text: string): ReadValue {
  return DATE.test(text) && isCalendarDay(text) ? text : WRONG_TYPE
}

export function timestampReader(column: SourceColumn): TextReader {
  const round = column.inexact === 'round'
  switch (column.format) {
    case 'epoch_ms':
      return epochReader(0, round)
    case 'epoch_s':
      return epochReader(3, round)
    case 'iso_local':
      return localReader(column.zone ?? 'UTC', round)
    default:
      return (text) => (PLAIN_ISO.test(text) && isCalendarDay(text) && isTimeOfDay(text) ? text : readIso(text, round))
  }
}

function epochReader(decimals: number, round: boolean): TextReader {
  return (text) => {
    const number = exactNumber(text, decimals, round)
    return typeof number === 'symbol' ? number : instant(number.times(10 ** decimals).toNumber())
  }
}

function readIso(text: string, round: boolean): ReadValue {
  const match = ISO.exec(text)
  if (match === null || !isCalendarDay(text) || !isTimeOfDay(text)) return WRONG_TYPE
  const offset = offsetMinutes(match[8]!)
  if (offset === null) return WRONG_TYPE
  const milliseconds = wallClock(match, round)
  return milliseconds === null ? INEXACT : instant(milliseconds - offset * 60_000)
}

function localReader(zone: string, round: boolean): TextReader {
  const instantOf = localInstantReader(zone, round)
  return (text) => {
    const match = LOCAL.exec(text)
    if (match === null || !isCalendarDay(text) || !isTimeOfDay(text)) return WRONG_TYPE
    const milliseconds = text >= '1900' && text < '2100' ? wallClock(match, round) : null
    const found = milliseconds === null ? null : instantOf(milliseconds)
    return found === null ? INEXACT : instant(found)
  }
}

/** Milliseconds of a matched time as if it were UTC; null when there is more than milliseconds and may not be. */
function wallClock(
  [, year, month, day, hour, minute, second, fraction = '']: RegExpExecArray,
  round: boolean,
): number | null {
  const nanoseconds = Number(fraction.padEnd(9, '0'))
  if (nanoseconds % NANOSECONDS_PER_MS !== 0 && !round) return null
  const date = new Date(0)
  // Unlike Date.UTC, this takes the years before 100 for what they are.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  return date.getTime() + Math.round(nanoseconds / NANOSECONDS_PER_MS)
}

function offsetMinutes(zone: string): number | null {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (hours > 23 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function instant(milliseconds: number): ReadValue {
  const isOutside = milliseconds < EPOCH_MS_RANGE.first || milliseconds > EPOCH_MS_RANGE.last
  return isOutside ? INEXACT : new Date(milliseconds).toISOString()
}

/** Whether a text that begins with `YYYY-MM-DD` names a day of the years 1 to 9999. */
function isCalendarDay(text: string): boolean {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (year === 0 || month < 1 || month > 12 || day < 1) return false
  const isLeapDay = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= DAYS_OF_MONTH[month - 1]! || isLeapDay
}

/** Whether `hh:mm:ss` after the day is a time; there are no leap seconds. */
function isTimeOfDay(text: string): boolean {
  return twoDigits(text, 11) <= 23 && twoDigits(text, 14) <= 59 && twoDigits(text, 17) <= 59
}

function twoDigits(text: string, at: number): number {
  const zero = 48
  return (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero
}
