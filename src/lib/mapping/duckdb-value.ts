import {quoteText} from '../sql/index.js'
import {attributePath} from './attributes.js'
import {columnType, duckdbType, elementTag, sourceTag, type ArrayType, type ScalarType} from './column-type.js'
import type {ItemReader} from './duckdb-item.js'
import type {SourceColumn} from './types.js'

/** First and last millisecond of the years 1 to 9999: what every engine's timestamp can hold and print. */
export const EPOCH_MS_RANGE = {first: -62_135_596_800_000, last: 253_402_300_799_999} as const

const ISO_MILLISECONDS = quoteText('%Y-%m-%dT%H:%M:%S.%gZ')

/** The column's value, NULL where there is none or where it would not be exact under the column's policies. */
export function valueSql(column: SourceColumn, reader: ItemReader): string {
  const type = columnType(column.type)
  const raw = reader.text(attributePath(column), sourceTag(column))
  return type.kind === 'array' ? arraySql(column, type, raw) : scalarSql(column, type, raw)
}

function scalarSql(column: SourceColumn, type: ScalarType, raw: string): string {
  const round = column.inexact === 'round'
  switch (type.kind) {
    case 'string':
      return column.tag === 'B' ? `CASE WHEN sluice_is_base64(${raw}) THEN ${raw} END` : raw
    case 'binary':
      return `CASE WHEN sluice_is_base64(${raw}) THEN TRY(from_base64(${raw})) END`
    case 'boolean':
      return `CASE ${raw} WHEN 'true' THEN true WHEN 'false' THEN false END`
    case 'double':
      return `CASE WHEN regexp_full_match(${raw}, '[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?') THEN TRY_CAST(${raw} AS DOUBLE) END`
    case 'integer':
    case 'bigint':
      return integerSql(raw, duckdbType(type), round)
    case 'decimal':
      return decimalSql(raw, type, round)
    case 'date':
      return `CASE WHEN regexp_full_match(${raw}, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND ${raw} >= '0001' THEN TRY_CAST(${raw} AS DATE) END`
    case 'timestamp':
      return timestampSql(column, raw, round)
  }
}

/** A text that survives the round trip is exact; anything else takes the slow, deciding branch. */
function integerSql(raw: string, type: string, round: boolean): string {
  const fast = `TRY_CAST(${raw} AS ${type})`
  const slow = `TRY_CAST(TRY_CAST(sluice_plain(${raw}) AS DECIMAL(38,0)) AS ${type})`
  return `CASE WHEN CAST(${fast} AS VARCHAR) = ${raw} THEN ${fast} WHEN ${allowed(raw, 0, round)} THEN ${slow} END`
}

function decimalSql(raw: string, type: Extract<ScalarType, {kind: 'decimal'}>, round: boolean): string {
  const integerDigits = Math.max(type.precision - type.scale, 1)
  const fraction = type.scale === 0 ? '' : `(\\.[0-9]{1,${type.scale}})?`
  const fast = `TRY_CAST(${raw} AS ${duckdbType(type)})`
  const slow = `TRY_CAST(sluice_plain(${raw}) AS ${duckdbType(type)})`
  return `CASE WHEN regexp_full_match(${raw}, '-?[0-9]{1,${integerDigits}}${fraction}') THEN ${fast} WHEN ${allowed(raw, type.scale, round)} THEN ${slow} END`
}

function allowed(raw: string, scale: number, round: boolean): string {
  return round ? `sluice_decimals(${raw}) IS NOT NULL` : `sluice_decimals(${raw}) <= ${scale}`
}

function timestampSql(column: SourceColumn, raw: string, round: boolean): string {
  switch (column.format) {
    case 'epoch_ms':
      return epochSql(integerSql(raw, 'BIGINT', round))
    case 'epoch_s':
      return epochSql(
        `CASE WHEN ${allowed(raw, 3, round)} THEN TRY_CAST(TRY_CAST(sluice_plain(${raw}) AS DECIMAL(20,3)) * 1000 AS BIGINT) END`,
      )
    case 'iso_local': {
      const exact = round ? '' : ` AND sluice_iso_exact(${raw})`
      return `CASE WHEN ${raw} >= '1900' AND ${raw} < '2100'${exact} THEN sluice_zone_instant(sluice_local_time(${raw}), ${quoteText(column.zone ?? 'UTC')}, ${round}) END`
    }
    default: {
      // 24 characters that parse are the plain form; the first comparison keeps signs, spaces and the year 0 out.
      const fast = `CASE WHEN length(${raw}) = 24 AND ${raw} >= '0001' THEN try_strptime(${raw}, ${ISO_MILLISECONDS}) END`
      const slow = `CASE WHEN ${raw} >= '0001'${round ? '' : ` AND sluice_iso_exact(${raw})`} THEN sluice_in_range(sluice_iso_timestamp(${raw})) END`
      return `coalesce(${fast}, ${slow})`
    }
  }
}

function epochSql(milliseconds: string): string {
  const {first, last} = EPOCH_MS_RANGE
  return `CASE WHEN ${milliseconds} BETWEEN ${first} AND ${last} THEN make_timestamp(${milliseconds} * 1000) END`
}

/** An array is good when all of its elements are: a list around the converted list names it for the second look. */
function arraySql(column: SourceColumn, type: ArrayType, raw: string): string {
  const values = `list_transform(${elementTexts(column, type, raw)}, lambda element: ${scalarSql(column, type.element, 'element')})`
  return `list_transform([${values}], lambda list: CASE WHEN list_count(list) = len(list) THEN list END)[1]`
}

/** Texts of an array's elements; NULL when one of a list has another tag. */
function elementTexts(column: SourceColumn, type: ArrayType, raw: string): string {
  if (sourceTag(column) !== 'L') return `json_extract_string(${raw}, '$[*]')`
  const texts = `json_extract_string(${raw}, '$[*].${elementTag(type.element)}')`
  return `CASE WHEN len(${texts}) = json_array_length(${raw}) THEN ${texts} END`
}

/**
 * NULL, or what is wrong with the column's attribute: a word (`quarantine` or `error`), the reason and the column,
 * as one text. Looks at values only where the mapped value is NULL, so clean rows pay one comparison.
 */
export function problemSql(column: SourceColumn, value: string, reader: ItemReader): string | null {
  const present = presentSql(column, reader)
  const branches: string[] = []
  const bad = badValueSql(column, reader)
  if (bad !== null) branches.push(`WHEN ${present} THEN ${bad}`)
  if (column.missing !== 'null') {
    // Without the first branch a bad value would pass for a missing one.
    if (bad === null) branches.push(`WHEN ${present} THEN NULL`)
    branches.push(`ELSE ${quoteText(`${column.missing} missing ${column.name}`)}`)
  }
  return branches.length === 0 ? null : `CASE WHEN ${value} IS NULL THEN CASE ${branches.join(' ')} END END`
}

/** True wherever `problemSql` is not NULL, and cheaper: nearly all rows are asked this only. */
export function suspectSql(column: SourceColumn, value: string, reader: ItemReader): string {
  return column.missing === 'null' ? `${value} IS NULL AND (${presentSql(column, reader)})` : `${value} IS NULL`
}

/** True where the item has the attribute, or something else in the place of a map that should hold it. */
function presentSql(column: SourceColumn, reader: ItemReader): string {
  const path = attributePath(column)
  const present = path.map((_, index) => {
    const outer = path.slice(0, index + 1)
    return index === path.length - 1
      ? reader.isPresent(path)
      : `(${reader.isPresent(outer)} AND ${reader.hasNoMap(outer)})`
  })
  return present.join(' OR ')
}

function badValueSql(column: SourceColumn, reader: ItemReader): string | null {
  const wrongType = column.wrong_type === 'null' ? 'NULL' : quoteText(`${column.wrong_type} wrong_type ${column.name}`)
  const test = inexactTest(column, reader)
  if (test === null) return wrongType === 'NULL' ? null : wrongType
  // A value past the column's range cannot be rounded into it, so `round` quarantines it.
  const word = column.inexact === 'error' ? 'error' : 'quarantine'
  return `CASE WHEN ${test} THEN ${quoteText(`${word} inexact ${column.name}`)} ELSE ${wrongType} END`
}

/** True for a value of the right type that the column cannot hold exactly. */
function inexactTest(column: SourceColumn, reader: ItemReader): string | null {
  const type = columnType(column.type)
  const raw = reader.text(attributePath(column), sourceTag(column))
  if (type.kind !== 'array') return scalarInexactTest(column, type, raw)
  const test = scalarInexactTest(column, type.element, 'element')
  if (test === null) return null
  // An element of another type is the worse fault, so the others must all be of the right one.
  return `len(list_filter(${elementTexts(column, type, raw)}, lambda element: NOT coalesce(${test}, false))) = 0`
}

function scalarInexactTest(column: SourceColumn, type: ScalarType, raw: string): string | null {
  switch (type.kind) {
    case 'string':
    case 'boolean':
    case 'binary':
    case 'date':
      return null
    case 'timestamp':
      if (column.format === 'iso_local') return `${raw} >= '0001' AND sluice_local_time(${raw}) IS NOT NULL`
      if (sourceTag(column) === 'S') return `${raw} >= '0001' AND sluice_iso_timestamp(${raw}) IS NOT NULL`
      return `sluice_decimals(${raw}) IS NOT NULL`
    default:
      return `sluice_decimals(${raw}) IS NOT NULL`
  }
}

/** Whether a problem of the column can be one that stops a load. */
export function canBeError(column: SourceColumn): boolean {
  return [column.missing, column.inexact, column.wrong_type].includes('error')
}
