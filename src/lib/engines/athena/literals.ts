import {SluiceError} from '../../errors.js'
import type {ParameterType, QueryValue} from '../../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'

/** A value as SQL that holds nothing but that value, and its type. */
export interface Literal {
  readonly sql: string
  readonly type: string
}

const LARGEST_INTEGER = 2 ** 31 - 1
const WIDEST_DECIMAL = 38
const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)Z$/
const DECIMAL = /^-?\d+(?:\.(\d+))?$/

/** A parameter's value with the type that it has of itself, or that it is given. Throws `QUERY_INVALID`. */
export function literalOf(value: QueryValue, type?: ParameterType): Literal {
  if (value === null) return {sql: 'NULL', type: 'varchar'}
  if (typeof value === 'boolean') return {sql: String(value), type: 'boolean'}
  if (typeof value === 'bigint') return wholeLiteral(value)
  if (typeof value === 'number') return numberLiteral(value, type)
  if (typeof value === 'string') return type === undefined ? textLiteral(value) : typedLiteral(value, type)
  if (Array.isArray(value)) return listLiteral(value as readonly QueryValue[])
  return rowLiteral(value as Readonly<Record<string, QueryValue>>)
}

function textLiteral(value: string): Literal {
  if (/\p{Cs}/u.test(value)) throw unusable('a text that is no Unicode')
  const sql = quoteText(value)
  return {sql: value.includes('\u0000') ? `(${sql})` : sql, type: 'varchar'}
}

function wholeLiteral(value: bigint): Literal {
  if (BigInt.asIntN(64, value) === value) return {sql: `BIGINT '${value}'`, type: 'bigint'}
  return decimalLiteral(value.toString())
}

function numberLiteral(value: number, type: ParameterType | undefined): Literal {
  if (type === undefined && Number.isInteger(value) && Math.abs(value) <= LARGEST_INTEGER) {
    return {sql: `INTEGER '${value}'`, type: 'integer'}
  }
  if (type === undefined && Number.isSafeInteger(value)) return wholeLiteral(BigInt(value))
  if (Number.isNaN(value)) return {sql: 'nan()', type: 'double'}
  if (!Number.isFinite(value)) return {sql: value > 0 ? 'infinity()' : '(-infinity())', type: 'double'}
  return {sql: `DOUBLE '${Object.is(value, -0) ? '-0' : value}'`, type: 'double'}
}

function typedLiteral(text: string, type: ParameterType): Literal {
  if (type === 'double') return numberLiteral(Number(text), type)
  if (type === 'decimal') return decimalLiteral(text)
  if (type === 'date') {
    if (!DAY.test(text)) throw unusable('a date that is no ISO 8601 day')
    return {sql: `DATE '${text}'`, type: 'date'}
  }
  const [, day, time] = INSTANT.exec(text) ?? []
  if (day === undefined) throw unusable('a timestamp that is no ISO 8601 instant in UTC')
  return {sql: `TIMESTAMP '${day} ${time}'`, type: 'timestamp(6)'}
}

function decimalLiteral(text: string): Literal {
  const [, fraction = ''] = DECIMAL.exec(text) ?? [undefined]
  if (!DECIMAL.test(text) || text.replace(/\D/g, '').length > WIDEST_DECIMAL) {
    throw unusable(`a decimal that has more than ${WIDEST_DECIMAL} digits, or is none`)
  }
  const type = `decimal(${WIDEST_DECIMAL},${fraction.length})`
  return {sql: `CAST('${text}' AS ${type})`, type}
}

function listLiteral(values: readonly QueryValue[]): Literal {
  const items = values.map((value) => literalOf(value))
  const type = `array(${itemType(values, items)})`
  return {sql: `CAST(ARRAY[${items.map(({sql}) => sql).join(', ')}] AS ${type})`, type}
}

/** Of lists of one type, and of numbers of several. */
function itemType(values: readonly QueryValue[], items: readonly Literal[]): string {
  const types = new Set(items.filter((_, index) => values[index] !== null).map(({type}) => type))
  if (types.size <= 1) return [...types][0] ?? 'varchar'
  if ([...types].every((type) => /^(integer|bigint)$/.test(type))) return 'bigint'
  if ([...types].every((type) => /^(integer|double)$/.test(type))) return 'double'
  throw unusable('a list of values of different types')
}

function rowLiteral(value: Readonly<Record<string, QueryValue>>): Literal {
  const fields = Object.entries(value).map(([name, field]) => ({name, ...literalOf(field)}))
  if (fields.length === 0) throw unusable('an object without fields')
  const type = `row(${fields.map((field) => `${quoteIdentifier(field.name)} ${field.type}`).join(', ')})`
  return {sql: `CAST(ROW(${fields.map(({sql}) => sql).join(', ')}) AS ${type})`, type}
}

function unusable(what: string): SluiceError {
  return new SluiceError('QUERY_INVALID', `A parameter is ${what}.`, {fix: 'Give it another value, or another type.'})
}
