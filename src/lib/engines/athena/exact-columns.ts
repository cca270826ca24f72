import {quoteIdentifier} from '../../sql/index.js'
import {fieldKey, losesFields, type ResultType, type RowField} from './types.js'

/**
 * SQL of a column as exact text, where Athena's own text of it loses something or can be read in two ways: JSON for
 * nested values, base64 for bytes, UTC for instants with a zone. Null where the text is exact as it is.
 */
export function exactColumn(column: string, type: ResultType): string | null {
  if (type.kind !== 'plain') return `json_format(CAST(${jsonable(column, type)} AS json))`
  return isExact(type) ? null : textOf(column, type.name)
}

/** Athena writes bytes as hex, instants in their own zones, and rounds timestamps to milliseconds. */
function isExact({name, text}: Extract<ResultType, {kind: 'plain'}>): boolean {
  if (name === 'timestamp') return !/^timestamp\(([4-9]|1\d)\)$/.test(text)
  return name !== 'varbinary' && name !== 'timestamp with time zone'
}

/** Types that a cast to JSON keeps whole. */
const JSON_SAFE = /^(boolean|tinyint|smallint|integer|bigint|real|double|decimal|varchar|date|timestamp|unknown)$/
/** Of these, keys of maps. */
const KEY_SAFE = /^(boolean|tinyint|smallint|integer|bigint|real|double|decimal|varchar|unknown)$/

function isSafe(type: ResultType): boolean {
  if (type.kind === 'plain') return JSON_SAFE.test(type.name)
  if (type.kind === 'array') return isSafe(type.item)
  if (type.kind === 'map') return isSafeKey(type.key) && isSafe(type.value)
  return !losesFields(type.fields) && type.fields.every((field) => isSafe(field.type))
}

function isSafeKey(type: ResultType): boolean {
  return type.kind === 'plain' && KEY_SAFE.test(type.name)
}

/** A value of the same shape that can be cast to JSON. */
function jsonable(sql: string, type: ResultType, depth = 0): string {
  if (isSafe(type)) return sql
  if (type.kind === 'plain') return textOf(sql, type.name)
  if (type.kind === 'row') return rebuiltRow(sql, type.fields, depth)
  const item = `x${depth}`
  if (type.kind === 'array') return `transform(${sql}, ${item} -> ${jsonable(item, type.item, depth + 1)})`
  const [key, value] = [`k${depth}`, `v${depth}`]
  const keyed = isSafeKey(type.key)
    ? sql
    : `transform_keys(${sql}, (${key}, ${value}) -> ${type.key.kind === 'plain' ? textOf(key, type.key.name) : `json_format(CAST(${jsonable(key, type.key, depth + 1)} AS json))`})`
  if (isSafe(type.value)) return keyed
  return `transform_values(${keyed}, (${key}, ${value}) -> ${jsonable(value, type.value, depth + 1)})`
}

function rebuiltRow(sql: string, fields: readonly RowField[], depth: number): string {
  const values = fields.map(({type}, index) => jsonable(`${sql}[${index + 1}]`, type, depth + 1))
  const types = fields.map(({type}, index) => `${quoteIdentifier(fieldKey(fields, index))} ${jsonableType(type)}`)
  return `IF(${sql} IS NULL, NULL, CAST(ROW(${values.join(', ')}) AS row(${types.join(', ')})))`
}

/** The type that `jsonable` gives. */
function jsonableType(type: ResultType): string {
  if (type.kind === 'plain') return JSON_SAFE.test(type.name) ? type.text : 'varchar'
  if (type.kind === 'array') return `array(${jsonableType(type.item)})`
  if (type.kind === 'map') {
    return `map(${isSafeKey(type.key) ? jsonableType(type.key) : 'varchar'}, ${jsonableType(type.value)})`
  }
  const fields = type.fields.map(
    (field, index) => `${quoteIdentifier(fieldKey(type.fields, index))} ${jsonableType(field.type)}`,
  )
  return `row(${fields.join(', ')})`
}

function textOf(sql: string, type: string): string {
  if (type === 'varbinary') return `to_base64(${sql})`
  if (type === 'json') return `json_format(${sql})`
  if (type === 'timestamp with time zone') return `CAST(${sql} AT TIME ZONE 'UTC' AS varchar)`
  return `CAST(${sql} AS varchar)`
}
