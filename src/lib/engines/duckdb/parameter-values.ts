import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  BIGINT,
  DOUBLE,
  LIST,
  VARCHAR,
  listValue,
  structValue,
  type DuckDBType,
  type DuckDBValue,
} from './node-api.js'
import type {ParameterType, QueryRequest, QueryValue} from '../../ports/query-engine.js'

/** Parameters as DuckDB binds them. */
export interface BoundParameters {
  readonly values: Record<string, DuckDBValue>
  /** Of those whose value does not tell. */
  readonly types: Record<string, DuckDBType>
}

const MS_PER_DAY = 86_400_000
const WIDEST_DECIMAL = 38

/** The parameters of a request that a statement needs. */
export function boundParameters(
  {parameters = {}, parameterTypes = {}}: Pick<QueryRequest, 'parameters' | 'parameterTypes'>,
  names: readonly string[],
): BoundParameters {
  const known = names.filter((name) => name in parameters)
  return {
    values: Object.fromEntries(known.map((name) => [name, duckdbValue(parameters[name]!, parameterTypes[name])])),
    types: Object.fromEntries(
      known.flatMap((name) => typeEntry(name, typeOf(parameters[name]!, parameterTypes[name]))),
    ),
  }
}

function typeEntry(name: string, type: DuckDBType | undefined): [string, DuckDBType][] {
  return type === undefined ? [] : [[name, type]]
}

/** Where the driver would take another type: an integer for a whole double, its widest for a bigint, none for an empty list. */
function typeOf(value: QueryValue, given?: ParameterType): DuckDBType | undefined {
  if (given === 'double') return DOUBLE
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? BIGINT : undefined
  if (!Array.isArray(value)) return undefined
  const items = (value as readonly QueryValue[]).filter((item) => item !== null)
  if (items.length === 0) return LIST(VARCHAR)
  const types = items.map((item) => typeOf(item))
  return types.every((type) => type === types[0]) && types[0] !== undefined ? LIST(types[0]) : undefined
}

function duckdbValue(value: QueryValue, type?: ParameterType): DuckDBValue {
  if (type !== undefined && typeof value === 'string') return typedValue(value, type)
  if (Array.isArray(value)) return listValue((value as readonly QueryValue[]).map((item) => duckdbValue(item)))
  if (value !== null && typeof value === 'object') {
    return structValue(
      Object.fromEntries(Object.entries(value).map(([name, field]) => [name, duckdbValue(field as QueryValue)])),
    )
  }
  return value as DuckDBValue
}

function typedValue(text: string, type: ParameterType): DuckDBValue {
  if (type === 'date') return new DuckDBDateValue(new Date(text).getTime() / MS_PER_DAY)
  if (type === 'timestamp') return new DuckDBTimestampValue(BigInt(new Date(text).getTime()) * 1000n)
  const [whole = '', fraction = ''] = text.split('.')
  return new DuckDBDecimalValue(BigInt(whole + fraction), WIDEST_DECIMAL, fraction.length)
}
