import {Decimal} from 'decimal.js'
import type {QueryValue} from '../ports/query-engine.js'
import {columnType, type ColumnType} from './column-type.js'
import {EPOCH_MS_RANGE} from './duckdb-value.js'
import type {SourceColumn} from './types.js'

/** DynamoDB numbers have 38 digits between 1E-130 and 1E126: exact with room for sums. */
export const Exact = Decimal.clone({precision: 400, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -1000, toExpPos: 1000})

export type ReadValue = {readonly value: QueryValue} | {readonly problem: 'wrong_type' | 'inexact'}

const NUMBER = /^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/
const LIMITED_NUMBER = /^[-+]?[0-9]{1,60}(\.[0-9]{1,150})?([eE][-+]?[0-9]{1,3})?$/
const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const INTEGER_BITS = {integer: 32, bigint: 64} as const

/** Reads the text behind an attribute's tag into the column's type, exactly or not at all. */
export function readValue(column: SourceColumn, raw: string | boolean): ReadValue {
  const type = columnType(column.type)
  if (typeof raw === 'boolean' || type.kind === 'string') return {value: raw}
  switch (type.kind) {
    case 'double':
      return NUMBER.test(raw) ? {value: Number(raw)} : {problem: 'wrong_type'}
    case 'integer':
    case 'bigint':
      return readInteger(raw, type.kind, column.inexact === 'round')
    case 'decimal':
      return readDecimal(raw, type, column.inexact === 'round')
    case 'timestamp':
      return readTimestamp(column, raw)
    case 'date':
      return readDate(raw)
    default:
      return {problem: 'wrong_type'}
  }
}

/** The number rounded to `scale` decimals; a problem when that loses something and may not. */
function exactNumber(raw: string, scale: number, round: boolean): Decimal | ReadValue {
  if (!LIMITED_NUMBER.test(raw)) return {problem: 'wrong_type'}
  const number = new Exact(raw)
  const rounded = number.toDecimalPlaces(scale)
  return rounded.equals(number) || round ? rounded : {problem: 'inexact'}
}

function readInteger(raw: string, kind: 'integer' | 'bigint', round: boolean): ReadValue {
  const number = exactNumber(raw, 0, round)
  if (!(number instanceof Exact)) return number as ReadValue
  const value = BigInt(number.toFixed(0))
  if (BigInt.asIntN(INTEGER_BITS[kind], value) !== value) return {problem: 'inexact'}
  return {value: kind === 'integer' ? Number(value) : value}
}

function readDecimal(raw: string, type: Extract<ColumnType, {kind: 'decimal'}>, round: boolean): ReadValue {
  const number = exactNumber(raw, type.scale, round)
  if (!(number instanceof Exact)) return number as ReadValue
  return decimalValue(number, type) ?? {problem: 'inexact'}
}

/** A decimal as its canonical text with all decimals of the type; null when it does not fit. */
export function decimalValue(
  number: Decimal,
  type: Extract<ColumnType, {kind: 'decimal'}>,
): {readonly value: string} | null {
  if (number.abs().gte(new Exact(10).pow(type.precision - type.scale))) return null
  return {value: (number.isZero() ? number.abs() : number).toFixed(type.scale)}
}

function readTimestamp(column: SourceColumn, raw: string): ReadValue {
  const round = column.inexact === 'round'
  if (column.format === 'epoch_ms' || column.format === 'epoch_s') {
    const decimals = column.format === 'epoch_s' ? 3 : 0
    const number = exactNumber(raw, decimals, round)
    if (!(number instanceof Exact)) return number as ReadValue
    return instant(number.times(new Exact(10).pow(decimals)).toNumber(), 'inexact')
  }
  return readIso(raw, round)
}

function readIso(raw: string, round: boolean): ReadValue {
  const match = ISO.exec(raw)
  if (match === null || raw < '0001') return {problem: 'wrong_type'}
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match
  const seconds = utcMilliseconds(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  const offset = offsetMinutes(zone!)
  if (seconds === null || offset === null) return {problem: 'wrong_type'}
  const nanoseconds = Number(fraction.padEnd(9, '0'))
  if (nanoseconds % 1_000_000 !== 0 && !round) return {problem: 'inexact'}
  return instant(seconds + Math.round(nanoseconds / 1_000_000) - offset * 60_000, 'inexact')
}

function offsetMinutes(zone: string): number | null {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (hours > 23 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** Milliseconds since 1970 of a calendar time; null when there is no such day or time. */
function utcMilliseconds(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number | null {
  if (hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  return date.setUTCHours(hour, minute, second, 0)
}

function instant(milliseconds: number, problem: 'wrong_type' | 'inexact'): ReadValue {
  const outside = milliseconds < EPOCH_MS_RANGE.first || milliseconds > EPOCH_MS_RANGE.last
  return outside ? {problem} : {value: new Date(milliseconds).toISOString()}
}

function readDate(raw: string): ReadValue {
  const match = DATE.exec(raw)
  if (match === null || raw < '0001') return {problem: 'wrong_type'}
  return utcMilliseconds(Number(match[1]), Number(match[2]), Number(match[3])) === null
    ? {problem: 'wrong_type'}
    : {value: raw}
}
