import {decimalSql, integerSql, isNumber} from './athena-number.js'
import {zoneSteps} from './athena-zone.js'
import {EPOCH_MS_RANGE} from './duckdb-value.js'
import type {SourceColumn} from './types.js'

const DAY = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
const CLOCK = `${DAY}T[0-9]{2}:[0-9]{2}:[0-9]{2}`
const FRACTION = String.raw`(?:\.[0-9]{1,9})?`
const PATTERN = {
  date: `'\\A${DAY}\\z'`,
  /** The form that most writers use; no time of it needs an offset or rounding. */
  plain: `'\\A${CLOCK}\\.[0-9]{3}Z\\z'`,
  iso: `'\\A${CLOCK}${FRACTION}(?:Z|[-+](?:[01][0-9]|2[0-3]):[0-5][0-9])\\z'`,
  local: `'\\A${CLOCK}${FRACTION}\\z'`,
  /** A time down to its fraction, without its zone. */
  clock: String.raw`'\A.{19}(?:\.[0-9]+)?'`,
  /** More than milliseconds. */
  fine: String.raw`'\.[0-9]{3}[0-9]*[1-9]'`,
} as const

const EPOCH = `TIMESTAMP '1970-01-01 00:00:00.000'`
const FIRST_INSTANT = `TIMESTAMP '0001-01-01 00:00:00.000'`
const LAST_INSTANT = `TIMESTAMP '9999-12-31 23:59:59.999'`

export function dateSql(text: string): string {
  return `IF(regexp_like(${text}, ${PATTERN.date}) AND ${text} >= '0001', TRY_CAST(${text} AS DATE))`
}

export function timestampSql(column: SourceColumn, text: string): string {
  const round = column.inexact === 'round'
  switch (column.format) {
    case 'epoch_ms':
      return epochSql(integerSql(text, 'bigint', round))
    case 'epoch_s':
      // Seconds of the years 1 to 9999 have 12 digits.
      return epochSql(
        `TRY_CAST(${decimalSql(text, {kind: 'decimal', precision: 20, scale: 3}, round)} * 1000 AS BIGINT)`,
      )
    case 'iso_local':
      return localSql(text, column.zone ?? 'UTC', round)
    default:
      return isoSql(text, round)
  }
}

/** True for a text that is a time, though the column cannot hold it. */
export function isTime(column: SourceColumn, text: string): string {
  if (column.format === 'epoch_ms' || column.format === 'epoch_s') return isNumber(text)
  const pattern = column.format === 'iso_local' ? PATTERN.local : PATTERN.iso
  return `(regexp_like(${text}, ${pattern}) AND ${text} >= '0001' AND ${clockSql(`substr(${text}, 1, 19)`)} IS NOT NULL)`
}

/** Trino rounds what is finer than milliseconds half up, and refuses days and times that no calendar has. */
function clockSql(text: string): string {
  return `TRY_CAST(replace(${text}, 'T', ' ') AS TIMESTAMP(3))`
}

function isoSql(text: string, round: boolean): string {
  const plain = clockSql(`substr(${text}, 1, 23)`)
  const minutes = `IF(${text} LIKE '%Z', 0, CAST(substr(${text}, -6, 3) AS INTEGER) * 60 + CAST(substr(${text}, -6, 1) || substr(${text}, -2) AS INTEGER))`
  const instant = `date_add('minute', -(${minutes}), ${clockSql(`regexp_extract(${text}, ${PATTERN.clock})`)})`
  const inRange = once(instant, '_t', `IF(_t BETWEEN ${FIRST_INSTANT} AND ${LAST_INSTANT}, _t)`)
  const slow = `IF(regexp_like(${text}, ${PATTERN.iso}) AND ${text} >= '0001'${orExact(text, round)}, ${inRange})`
  return `IF(regexp_like(${text}, ${PATTERN.plain}) AND ${text} >= '0001', ${plain}, ${slow})`
}

function localSql(text: string, zone: string, round: boolean): string {
  const {bounds, offsets} = zoneSteps(zone, round)
  const seconds = `CAST(date_diff('millisecond', ${EPOCH}, _t) AS DOUBLE) / 1000`
  const place = bounds.length === 0 ? '1' : `width_bucket(${seconds}, ARRAY[${bounds.join(',')}]) + 1`
  const offset = `element_at(ARRAY[${offsets.map((value) => value ?? 'NULL').join(',')}], ${place})`
  const instant = once(clockSql(text), '_t', `date_add('second', -${offset}, _t)`)
  return `IF(regexp_like(${text}, ${PATTERN.local}) AND ${text} >= '1900' AND ${text} < '2100'${orExact(text, round)}, ${instant})`
}

function orExact(text: string, round: boolean): string {
  return round ? '' : ` AND NOT regexp_like(${text}, ${PATTERN.fine})`
}

function epochSql(milliseconds: string): string {
  const {first, last} = EPOCH_MS_RANGE
  return once(milliseconds, '_m', `IF(_m BETWEEN ${first} AND ${last}, ${EPOCH} + _m * INTERVAL '0.001' SECOND)`)
}

/** An expression of a value that is computed once and named. */
export function once(value: string, name: string, expression: string): string {
  return `transform(ARRAY[${value}], ${name} -> ${expression})[1]`
}
