import {quoteText} from '../sql/index.js'
import type {AthenaItem} from './athena-item.js'
import {decimalSql, doubleSql, integerSql, isNumber} from './athena-number.js'
import {dateSql, isTime, once, timestampSql} from './athena-time.js'
import {attributePath} from './attributes.js'
import {
  columnType,
  elementTag,
  isContainer,
  sourceTag,
  type ArrayType,
  type ColumnType,
  type ScalarType,
} from './column-type.js'
import type {SourceColumn} from './types.js'

/** Base64 without spare bits, so that the bytes have no other text. */
const BASE64 = String.raw`'\A[A-Za-z0-9+/]*(?:[AEIMQUYcgkosw048]=|[AQgw]==)?\z'`

/** Trino's name of a column type. */
export function athenaType(type: ColumnType): string {
  switch (type.kind) {
    case 'string':
      return 'VARCHAR'
    case 'binary':
      return 'VARBINARY'
    case 'timestamp':
      return 'TIMESTAMP(3)'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'array':
      return `ARRAY(${athenaType(type.element)})`
    default:
      return type.kind.toUpperCase()
  }
}

/** The column's value, NULL where there is none or where it would not be exact under the column's policies. */
export function athenaValueSql(column: SourceColumn, item: AthenaItem): string {
  const type = columnType(column.type)
  const path = attributePath(column)
  const tag = sourceTag(column)
  if (type.kind === 'array') {
    const values = `transform(${textsOf(column, type, item)}, _e -> ${scalarSql(column, type.element, '_e')})`
    return once(values, '_l', `IF(none_match(_l, _v -> _v IS NULL), _l)`)
  }
  return isContainer(tag) ? item.containerText(path, tag) : scalarSql(column, type, item.text(path, tag))
}

function textsOf(column: SourceColumn, type: ArrayType, item: AthenaItem): string {
  const tag = sourceTag(column)
  return item.elementTexts(attributePath(column), tag, tag === 'L' ? elementTag(type.element) : null)
}

function scalarSql(column: SourceColumn, type: ScalarType, text: string): string {
  const round = column.inexact === 'round'
  switch (type.kind) {
    case 'string':
      return column.tag === 'B' ? `IF(${isBase64(text)}, ${text})` : text
    case 'binary':
      return `IF(${isBase64(text)}, TRY(from_base64(${text})))`
    case 'boolean':
      return `CASE ${text} WHEN 'true' THEN true WHEN 'false' THEN false END`
    case 'double':
      return doubleSql(text)
    case 'integer':
    case 'bigint':
      return integerSql(text, type.kind, round)
    case 'decimal':
      return decimalSql(text, type, round)
    case 'date':
      return dateSql(text)
    case 'timestamp':
      return timestampSql(column, text)
  }
}

function isBase64(text: string): string {
  return `length(${text}) % 4 = 0 AND regexp_like(${text}, ${BASE64})`
}

/**
 * NULL, or what is wrong with the column's attribute: a word (`quarantine` or `error`), the reason and the column, as
 * one text. Looks at texts only where the mapped value is NULL.
 */
export function athenaProblemSql(column: SourceColumn, value: string, item: AthenaItem): string | null {
  const present = presentSql(column, item)
  const branches: string[] = []
  const bad = badValueSql(column, item)
  if (bad !== null) branches.push(`WHEN ${present} THEN ${bad}`)
  if (column.missing !== 'null') {
    // Without the first branch a bad value would pass for a missing one.
    if (bad === null) branches.push(`WHEN ${present} THEN NULL`)
    branches.push(`ELSE ${quoteText(`${column.missing} missing ${column.name}`)}`)
  }
  return branches.length === 0 ? null : `IF(${value} IS NULL, CASE ${branches.join(' ')} END)`
}

/** True where the item has the attribute, or something else in the place of a map that should hold it. */
function presentSql(column: SourceColumn, item: AthenaItem): string {
  const path = attributePath(column)
  const places = path.map((_, index) => {
    const outer = path.slice(0, index + 1)
    return index === path.length - 1 ? item.isPresent(path) : `(${item.isPresent(outer)} AND ${item.hasNoMap(outer)})`
  })
  return places.join(' OR ')
}

function badValueSql(column: SourceColumn, item: AthenaItem): string | null {
  const wrongType = column.wrong_type === 'null' ? null : quoteText(`${column.wrong_type} wrong_type ${column.name}`)
  const test = inexactTest(column, item)
  if (test === null) return wrongType
  // A value past the column's range cannot be rounded into it, so `round` quarantines it.
  const word = column.inexact === 'error' ? 'error' : 'quarantine'
  return `CASE WHEN ${test} THEN ${quoteText(`${word} inexact ${column.name}`)} ELSE ${wrongType ?? 'NULL'} END`
}

/** True for a value of the right type that the column cannot hold exactly. */
function inexactTest(column: SourceColumn, item: AthenaItem): string | null {
  const type = columnType(column.type)
  const tag = sourceTag(column)
  if (type.kind !== 'array') {
    return isContainer(tag) ? null : scalarInexactTest(column, type, () => item.text(attributePath(column), tag))
  }
  const test = scalarInexactTest(column, type.element, () => '_e')
  // An element of another type is the worse fault, so all of them must be of the right one.
  return test === null ? null : `all_match(${textsOf(column, type, item)}, _e -> coalesce(${test}, false))`
}

function scalarInexactTest(column: SourceColumn, type: ScalarType, text: () => string): string | null {
  switch (type.kind) {
    case 'string':
    case 'boolean':
    case 'binary':
    case 'date':
      return null
    case 'timestamp':
      return isTime(column, text())
    default:
      return isNumber(text())
  }
}
