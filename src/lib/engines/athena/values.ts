import type {QueryValue} from '../../ports/query-engine.js'
import {fieldKey, type ResultType, type RowField} from './types.js'

/** A value as JSON has it, with every number as its text. */
type JsonValue = null | boolean | string | readonly JsonValue[] | {readonly [name: string]: JsonValue}

/** A text of a result as the port promises its value: nothing exact passes through a JavaScript number. */
export function queryValue(text: string | null, type: ResultType): QueryValue {
  if (text === null) return null
  return type.kind === 'plain' ? plainValue(text, type.name) : jsonValue(parseExact(text), type)
}

/** Numbers become texts, so that none is rounded. */
function parseExact(json: string): JsonValue {
  const quoted = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (part) =>
    part.startsWith('"') ? part : `"${part}"`,
  )
  return JSON.parse(quoted) as JsonValue
}

function jsonValue(value: JsonValue, type: ResultType): QueryValue {
  if (value === null) return null
  if (type.kind === 'plain') return typeof value === 'boolean' ? value : plainValue(String(value), type.name)
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[]
    if (type.kind === 'array') return items.map((item) => jsonValue(item, type.item))
    // Engines before row fields had names in JSON.
    return type.kind === 'row' ? rowValue(items, type.fields) : null
  }
  const entries = value as Readonly<Record<string, JsonValue>>
  if (type.kind === 'row')
    return rowValue(
      type.fields.map((_, index) => entries[fieldKey(type.fields, index)] ?? null),
      type.fields,
    )
  if (type.kind !== 'map') return null
  const {key: keyType, value: valueType} = type
  return Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => [
      keyType.kind === 'plain' ? String(plainValue(key, keyType.name)) : key,
      jsonValue(entry, valueType),
    ]),
  )
}

/** An object by the fields' names; a list where some have none, as `ROW(1, 2)` has. */
function rowValue(values: readonly JsonValue[], fields: readonly RowField[]): QueryValue {
  const decoded = fields.map(({type}, index) => jsonValue(values[index] ?? null, type))
  if (fields.some(({name}) => name === '')) return decoded
  return Object.fromEntries(fields.map(({name}, index) => [name, decoded[index]!]))
}

function plainValue(text: string, type: string): QueryValue {
  switch (type) {
    case 'boolean':
      return text === 'true'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'real':
    case 'double':
    case 'float':
      return Number(text)
    case 'bigint':
      return BigInt(text)
    case 'decimal':
      return plainDecimal(text)
    case 'timestamp':
    case 'timestamp with time zone':
      return isoInstant(text)
    default:
      return text
  }
}

/** JSON writes small decimals as 1E-10. */
function plainDecimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d+)$/.exec(text) ?? []
  if (exponent === undefined) return text
  const shift = Number(exponent)
  const digits = `${whole}${fraction}`
  const point = whole.length + shift
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`
  const padded = point > 0 ? digits : digits.padStart(digits.length - point + 1, '0')
  const at = point > 0 ? point : 1
  return `${sign}${padded.slice(0, at)}.${padded.slice(at)}`
}

const INSTANT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?: UTC)?$/

/** ISO 8601 in UTC: milliseconds, and more digits where there are any; other texts stay. */
function isoInstant(text: string): string {
  const [, day, time, fraction = ''] = INSTANT.exec(text) ?? []
  if (day === undefined) return text
  const digits = fraction.replace(/0+$/, '')
  const width = digits.length <= 3 ? 3 : digits.length <= 6 ? 6 : digits.length
  return `${day}T${time}.${digits.padEnd(width, '0')}Z`
}
