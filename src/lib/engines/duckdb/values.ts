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
} from '@duckdb/node-api'
import type {QueryValue} from '../../ports/query-engine.js'

const MS_PER_DAY = 86_400_000
const MICROS_PER_MS = 1000n

/** A DuckDB value of a type as the port promises it: nothing exact passes through a JavaScript number. */
export function queryValue(value: DuckDBValue, type: DuckDBType): QueryValue {
  if (value === null) return null
  if (typeof value === 'bigint') return isWide(type) ? value.toString() : value
  if (typeof value !== 'object') return value
  if (value instanceof DuckDBDecimalValue) return value.toString()
  if (value instanceof DuckDBTimestampValue) return isoInstant(value.micros)
  if (value instanceof DuckDBTimestampTZValue) return isoInstant(value.micros)
  if (value instanceof DuckDBDateValue) return new Date(value.days * MS_PER_DAY).toISOString().slice(0, 10)
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64')
  return nestedValue(value, type)
}

function nestedValue(value: object, type: DuckDBType): QueryValue {
  if (value instanceof DuckDBListValue && type instanceof DuckDBListType) {
    return value.items.map((item) => queryValue(item, type.valueType))
  }
  if (value instanceof DuckDBStructValue && type instanceof DuckDBStructType) {
    const fields = type.entryNames.map((name, index) => [name, type.entryTypes[index]!] as const)
    return Object.fromEntries(fields.map(([name, field]) => [name, queryValue(value.entries[name] ?? null, field)]))
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

/** Integers that no bigint column holds: Athena has them as decimal(38,0), the type of every sum of bigint here. */
function isWide({typeId}: DuckDBType): boolean {
  return typeId === DuckDBTypeId.HUGEINT || typeId === DuckDBTypeId.UHUGEINT || typeId === DuckDBTypeId.UBIGINT
}

/** ISO 8601 in UTC: milliseconds, and microseconds where there are any. */
function isoInstant(micros: bigint): string {
  const rest = ((micros % MICROS_PER_MS) + MICROS_PER_MS) % MICROS_PER_MS
  const milliseconds = Number((micros - rest) / MICROS_PER_MS)
  const text = new Date(milliseconds).toISOString()
  return rest === 0n ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

const ATHENA_NAMES: Partial<Record<DuckDBTypeId, string>> = {
  [DuckDBTypeId.VARCHAR]: 'varchar',
  [DuckDBTypeId.INTEGER]: 'integer',
  [DuckDBTypeId.HUGEINT]: 'decimal(38,0)',
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
    const fields = type.entryNames.map((name, index) => `${name}:${athenaTypeName(type.entryTypes[index]!)}`)
    return `struct<${fields.join(',')}>`
  }
  return ATHENA_NAMES[type.typeId] ?? type.toString().toLowerCase()
}
