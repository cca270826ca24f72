import {SluiceError} from '../errors.js'
import type {QueryValue} from '../ports/query-engine.js'
import {attributePath} from './attribute-tree.js'
import {columnType, sourceTag} from './column-type.js'
import {decimalValue, Exact, readValue} from './row-value.js'
import {isDerived, type Derivation, type DerivedColumn, type SourceColumn, type TableMapping} from './types.js'

/** One attribute value in DynamoDB's JSON: exactly one tag. */
export type AttributeValue = {readonly [tag: string]: unknown}
export type DynamoItem = {readonly [attribute: string]: AttributeValue}

export interface RowProblem {
  readonly policy: 'quarantine' | 'error'
  readonly reason: 'missing' | 'inexact' | 'wrong_type'
  readonly column: string
}

export type MappedRow =
  | {
      readonly state: 'row'
      readonly values: Readonly<Record<string, QueryValue>>
      readonly problem: RowProblem | null
      readonly partition: readonly (string | null)[]
    }
  | {readonly state: 'no_key' | 'skipped' | 'elsewhere'}

type Values = Record<string, QueryValue>

/**
 * Compiles a mapping to a function of one item: the path of stream rows, and the independent witness of the SQL
 * compilers (they share the mapping and nothing else). `loadDay` as for `compileDuckdb`.
 */
export function compileRowFunction(mapping: TableMapping, loadDay: string): (item: DynamoItem) => MappedRow {
  const sources = mapping.columns.filter((column): column is SourceColumn => !isDerived(column))
  const derived = mapping.columns.filter(isDerived)
  return (item) => {
    const values: Values = {}
    const problems = [
      ...sources.map((column) => readColumn(column, item, values)),
      ...derived.map((column) => deriveColumn(column, values)),
    ]
    if (mapping.key.some((name) => values[name] === null)) return {state: 'no_key'}
    const problem = problems.find((found) => found !== null) ?? null
    return {state: 'row', values, problem, partition: partitionOf(mapping, values, loadDay)}
  }
}

/** Puts the column's value into `values` and returns what is wrong with it. */
function readColumn(column: SourceColumn, item: DynamoItem, values: Values): RowProblem | null {
  values[column.name] = null
  const found = findAttribute(column, item)
  if (found === 'missing')
    return column.missing === 'null' ? null : {policy: column.missing, reason: 'missing', column: column.name}
  const read = found === 'wrong_type' ? {problem: found} : readValue(column, found.raw)
  if ('value' in read) {
    values[column.name] = read.value
    return null
  }
  if (read.problem === 'wrong_type') {
    return column.wrong_type === 'null' ? null : {policy: column.wrong_type, reason: 'wrong_type', column: column.name}
  }
  return {policy: column.inexact === 'error' ? 'error' : 'quarantine', reason: 'inexact', column: column.name}
}

function findAttribute(
  column: SourceColumn,
  item: DynamoItem,
): 'missing' | 'wrong_type' | {readonly raw: string | boolean} {
  const path = attributePath(column)
  let attributes: Readonly<Record<string, unknown>> = item
  for (const [index, name] of path.entries()) {
    const value = Object.hasOwn(attributes, name) ? (attributes[name] as AttributeValue) : undefined
    if (value === undefined || 'NULL' in value) return 'missing'
    const tag = index === path.length - 1 ? sourceTag(column) : 'M'
    if (!(tag in value)) return 'wrong_type'
    if (tag === 'M' && index < path.length - 1) attributes = value['M'] as Record<string, unknown>
    else return {raw: value[tag] as string | boolean}
  }
  return 'missing'
}

function deriveColumn(column: DerivedColumn, values: Values): RowProblem | null {
  const type = columnType(column.type)
  const result = derive(column.derive, values)
  values[column.name] = null
  if (result === null) return null
  if (!(result instanceof Exact)) {
    values[column.name] = type.kind === 'bigint' && typeof result === 'number' ? BigInt(result) : result
    return null
  }
  const fitted = fitNumber(result, type)
  if (fitted === null) return {policy: 'quarantine', reason: 'inexact', column: column.name}
  values[column.name] = fitted
  return null
}

function fitNumber(number: InstanceType<typeof Exact>, type: ReturnType<typeof columnType>): QueryValue {
  if (type.kind === 'decimal') return decimalValue(number.toDecimalPlaces(type.scale), type)?.value ?? null
  const value = BigInt(number.toFixed(0))
  const bits = type.kind === 'integer' ? 32 : 64
  if (BigInt.asIntN(bits, value) !== value) return null
  return type.kind === 'integer' ? Number(value) : value
}

function derive(derivation: Derivation, values: Values): QueryValue | InstanceType<typeof Exact> {
  if ('equal' in derivation) return both(derivation.equal, values, (a, b) => a === b)
  if ('not_equal' in derivation) return both(derivation.not_equal, values, (a, b) => a !== b)
  if ('add' in derivation) return both(derivation.add, values, (a, b) => number(a).plus(number(b)))
  if ('subtract' in derivation) return both(derivation.subtract, values, (a, b) => number(a).minus(number(b)))
  if ('millis_between' in derivation) {
    return both(derivation.millis_between, values, (a, b) => Date.parse(String(b)) - Date.parse(String(a)))
  }
  if ('format_date' in derivation) {
    const [operand, pattern] = derivation.format_date
    const value = operandValue(operand, values)
    return value === null ? null : formatDate(String(value), pattern)
  }
  throw new SluiceError('DEFINITION_INVALID', `${Object.keys(derivation)[0]} is not built yet.`)
}

function number(value: QueryValue): InstanceType<typeof Exact> {
  return new Exact(String(value))
}

function both<Result>(
  operands: readonly [string, string],
  values: Values,
  combine: (a: QueryValue, b: QueryValue) => Result,
): Result | null {
  const a = operandValue(operands[0], values)
  const b = operandValue(operands[1], values)
  return a === null || b === null ? null : combine(a, b)
}

function operandValue(operand: string, values: Values): QueryValue {
  const value = values[operand]
  if (value === undefined)
    throw new SluiceError('DEFINITION_INVALID', `Operand ${operand} is no column.`, {fix: 'sluice lake check'})
  return value
}

/** UTC text of an ISO instant; the pattern knows %Y %m %d %H. */
function formatDate(instant: string, pattern: string): string {
  const fields: Record<string, string> = {
    '%Y': instant.slice(0, 4),
    '%m': instant.slice(5, 7),
    '%d': instant.slice(8, 10),
    '%H': instant.slice(11, 13),
  }
  return pattern.replaceAll(/%[YmdH]/g, (field) => fields[field] ?? field)
}

function partitionOf(mapping: TableMapping, values: Values, loadDay: string): (string | null)[] {
  if (mapping.partition === null) return []
  const {by, fallback} = mapping.partition
  const filled = fallback === 'load_day' ? withLoadDay(values, `${loadDay}T00:00:00.000Z`) : values
  return by.map((column) => {
    const value = derive(column.derive, filled)
    return value === null ? null : String(value)
  })
}

/** Missing partition sources read as the day of the load; only time expressions partition with a fallback. */
function withLoadDay(values: Values, instant: string): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? instant]))
}
