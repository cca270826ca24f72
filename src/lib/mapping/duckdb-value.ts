import {quoteText} from '../sql/index.js'
import {attributePath} from './attribute-tree.js'
import {columnType, duckdbType, sourceTag, type ColumnType} from './column-type.js'
import type {SourceColumn} from './types.js'

/** First and last millisecond of the years 1 to 9999: what every engine's timestamp can hold and print. */
export const EPOCH_MS_RANGE = {first: -62_135_596_800_000, last: 253_402_300_799_999} as const

const ISO_MILLISECONDS = quoteText('%Y-%m-%dT%H:%M:%S.%gZ')

function extract(container: string, field: string): string {
  return `struct_extract(${container}, ${quoteText(field)})`
}

/** The node of every attribute on the column's path, outermost first. */
function pathNodes(column: SourceColumn): string[] {
  const nodes: string[] = []
  let container = '_item'
  for (const name of attributePath(column)) {
    const node = extract(container, name)
    nodes.push(node)
    container = extract(node, 'M')
  }
  return nodes
}

function rawValue(column: SourceColumn): string {
  return extract(pathNodes(column).at(-1)!, sourceTag(column))
}

/** The column's value, NULL where there is none or where it would not be exact under the column's policies. */
export function valueSql(column: SourceColumn): string {
  const type = columnType(column.type)
  const raw = rawValue(column)
  const round = column.inexact === 'round'
  switch (type.kind) {
    case 'string':
    case 'boolean':
      return raw
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

function decimalSql(raw: string, type: Extract<ColumnType, {kind: 'decimal'}>, round: boolean): string {
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

/**
 * NULL, or what is wrong with the column's attribute: a word (`quarantine` or `error`), the reason and the column,
 * as one text. Looks at values only where the mapped value is NULL, so clean rows pay one comparison.
 */
export function problemSql(column: SourceColumn, value: string): string | null {
  const nodes = pathNodes(column)
  const present = nodes.map((node, index) => {
    const isAttribute = `${node} IS NOT NULL AND ${extract(node, 'NULL')} IS NULL`
    return index === nodes.length - 1 ? isAttribute : `(${isAttribute} AND ${extract(node, 'M')} IS NULL)`
  })
  const branches: string[] = []
  const bad = badValueSql(column)
  if (bad !== null) branches.push(`WHEN ${present.join(' OR ')} THEN ${bad}`)
  if (column.missing !== 'null') branches.push(`ELSE ${quoteText(`${column.missing} missing ${column.name}`)}`)
  return branches.length === 0 ? null : `CASE WHEN ${value} IS NULL THEN CASE ${branches.join(' ')} END END`
}

function badValueSql(column: SourceColumn): string | null {
  const wrongType = column.wrong_type === 'null' ? 'NULL' : quoteText(`${column.wrong_type} wrong_type ${column.name}`)
  const test = inexactTest(column)
  if (test === null) return wrongType === 'NULL' ? null : wrongType
  // A value past the column's range cannot be rounded into it, so `round` quarantines it.
  const word = column.inexact === 'error' ? 'error' : 'quarantine'
  return `CASE WHEN ${test} THEN ${quoteText(`${word} inexact ${column.name}`)} ELSE ${wrongType} END`
}

/** True for a value of the right type that the column cannot hold exactly. */
function inexactTest(column: SourceColumn): string | null {
  const raw = rawValue(column)
  switch (columnType(column.type).kind) {
    case 'string':
    case 'boolean':
    case 'date':
      return null
    case 'timestamp':
      if (sourceTag(column) === 'S') return `${raw} >= '0001' AND sluice_iso_timestamp(${raw}) IS NOT NULL`
      return `sluice_decimals(${raw}) IS NOT NULL`
    default:
      return `sluice_decimals(${raw}) IS NOT NULL`
  }
}
