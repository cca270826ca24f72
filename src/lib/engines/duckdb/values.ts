import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  type DuckDBType,
  type DuckDBValue,
} from './node-api.js'
import {fieldKey, losesFields} from './struct-fields.js'
import type {QueryValue} from '../../ports/query-engine.js'

const MS_PER_DAY = 86_400_000
const MICROS_PER_MS = 1000n

/** A DuckDB value of a type as the port promises it: nothing exact passes through a JavaScript number. */
export function queryValue(value: DuckDBValue, type: DuckDBType): QueryValue {
  if (value === null) return null
  if (typeof value === 'bigint') return isWide(type) ? value.toString() : value
  if (typeof value !== 'object') return value
  if (value instanceof DuckDBDecimalValue) return value.toString()
  if (value instanceof DuckDBTimestampValue) return isoInstant(value.micros) ?? value.toString()
  if (value instanceof DuckDBTimestampTZValue) return isoInstant(value.micros) ?? value.toString()
  if (value instanceof DuckDBDateValue) return dayText(value)
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64')
  return nestedValue(value, type)
}

function nestedValue(value: object, type: DuckDBType): QueryValue {
  if (value instanceof DuckDBListValue && type instanceof DuckDBListType) {
    return value.items.map((item) => queryValue(item, type.valueType))
  }
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType) {
    return structFields(value, type)
  }
  if (value instanceof DuckDBMapValue && type instanceof DuckDBMapType) {
    const pairs = value.entries.map(({key, value: entry}) => [
      String(queryValue(key, type.keyType)),
      queryValue(entry, type.valueType),
    ])
    return Object.fromEntries(pairs) as QueryValue
  }
  return String(value)
}

/** An object by the fields' names; a list where some have none, as `ROW(1, 2)` has. */
function structFields({entries}: DuckDBStructValue, type: DuckDBStructType): QueryValue {
  const isLosing = losesFields(type)
  const values = type.entryNames.map((name, index) =>
    queryValue(entries[isLosing ? fieldKey(index) : name] ?? null, type.entryTypes[index]!),
  )
  if (type.entryNames.includes('')) return values
  return Object.fromEntries(type.entryNames.map((name, index) => [name, values[index]!]))
}

/** Integers that Athena has as decimals. */
function isWide({typeId}: DuckDBType): boolean {
  return typeId === DuckDBTypeId.UHUGEINT || typeId === DuckDBTypeId.UBIGINT
}

/** The years that ISO 8601 writes with four digits; the engine has its own texts for others, and for infinity. */
const FIRST_INSTANT_MS = Date.parse('0001-01-01T00:00:00.000Z')
const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z')

function isWritable(milliseconds: number): boolean {
  return milliseconds >= FIRST_INSTANT_MS && milliseconds <= LAST_INSTANT_MS
}

function dayText(value: DuckDBDateValue): string {
  // The driver writes these two as the days that they would be.
  if (value.days === DuckDBDateValue.PosInf.days) return 'infinity'
  if (value.days === DuckDBDateValue.NegInf.days) return '-infinity'
  const milliseconds = value.days * MS_PER_DAY
  return isWritable(milliseconds) ? new Date(milliseconds).toISOString().slice(0, 10) : value.toString()
}

/** ISO 8601 in UTC: milliseconds, and microseconds where there are any; undefined for what it cannot write. */
function isoInstant(micros: bigint): string | undefined {
  const rest = ((micros % MICROS_PER_MS) + MICROS_PER_MS) % MICROS_PER_MS
  const milliseconds = Number((micros - rest) / MICROS_PER_MS)
  if (!isWritable(milliseconds)) return undefined
  const text = new Date(milliseconds).toISOString()
  return rest === 0n ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

const ATHENA_NAMES: Partial<Record<DuckDBTypeId, string>> = {
  [DuckDBTypeId.VARCHAR]: 'varchar',
  [DuckDBTypeId.INTEGER]: 'integer',
  // The type of every sum of bigint, which Athena adds as bigint, and refuses beyond it.
  [DuckDBTypeId.HUGEINT]: 'bigint',
  [DuckDBTypeId.UHUGEINT]: 'decimal(38,0)',
  [DuckDBTypeId.UBIGINT]: 'decimal(20,0)',
  [DuckDBTypeId.BLOB]: 'varbinary',
  [DuckDBTypeId.TIMESTAMP_TZ]: 'timestamp with time zone',
  [DuckDBTypeId.FLOAT]: 'real',
}

/** Athena's name of a result type. */
export function athenaTypeName(type: DuckDBType): string {
  if (type instanceof DuckDBListType) return `array<${athenaTypeName(type.valueType)}>`
  if (type instanceof DuckDBMapType) return `map<${athenaTypeName(type.keyType)},${athenaTypeName(type.valueType)}>`
  if (type instanceof DuckDBStructType) {
    const fields = type.entryNames.map(
      (name, index) => `${name === '' ? '' : `${name}:`}${athenaTypeName(type.entryTypes[index]!)}`,
    )
    return `struct<${fields.join(',')}>`
  }
  return ATHENA_NAMES[type.typeId] ?? type.toString().toLowerCase()
}
