import {SluiceError} from '../errors.js'
import type {AttributeTag, SourceColumn, TimeFormat} from './types.js'

export type ScalarType =
  | {readonly kind: 'string' | 'boolean' | 'integer' | 'bigint' | 'double' | 'timestamp' | 'date' | 'binary'}
  | {readonly kind: 'decimal'; readonly precision: number; readonly scale: number}
export type ArrayType = {readonly kind: 'array'; readonly element: ScalarType}
export type ColumnType = ScalarType | ArrayType

const PLAIN = ['string', 'boolean', 'integer', 'bigint', 'double', 'timestamp', 'date', 'binary'] as const
const NUMBERS: readonly ColumnType['kind'][] = ['integer', 'bigint', 'double', 'decimal']
const ELEMENTS: readonly ColumnType['kind'][] = [...NUMBERS, 'string', 'binary']
const MAX_DECIMAL_PRECISION = 38

/** Reads an Athena type name; null when it is none that a column can have. */
export function parseColumnType(text: string): ColumnType | null {
  const array = /^array<\s*(.+?)\s*>$/.exec(text)
  if (array === null) return parseScalar(text)
  const element = parseScalar(array[1]!)
  return element !== null && ELEMENTS.includes(element.kind) ? {kind: 'array', element} : null
}

function parseScalar(text: string): ScalarType | null {
  const plain = PLAIN.find((name) => name === text)
  if (plain !== undefined) return {kind: plain}
  const match = /^decimal\((\d{1,2}),\s*(\d{1,2})\)$/.exec(text)
  if (match === null) return null
  const precision = Number(match[1])
  const scale = Number(match[2])
  return precision >= 1 && precision <= MAX_DECIMAL_PRECISION && scale <= precision
    ? {kind: 'decimal', precision, scale}
    : null
}

/** As `parseColumnType`, for definitions that were checked. Throws `DEFINITION_INVALID`. */
export function columnType(text: string): ColumnType {
  const type = parseColumnType(text)
  if (type === null)
    throw new SluiceError('DEFINITION_INVALID', `${text} is no column type.`, {fix: 'sluice lake check'})
  return type
}

/** DuckDB's name of a column type. */
export function duckdbType(type: ColumnType): string {
  switch (type.kind) {
    case 'string':
      return 'VARCHAR'
    case 'binary':
      return 'BLOB'
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'array':
      return `${duckdbType(type.element)}[]`
    default:
      return type.kind.toUpperCase()
  }
}

/** DynamoDB's type tags that a column of the type can be read from, its usual one first. */
export function possibleTags(type: ColumnType, format: TimeFormat | undefined): readonly AttributeTag[] {
  switch (type.kind) {
    case 'string':
      return ['S', 'N', 'B', 'SS', 'NS', 'BS', 'L', 'M']
    case 'date':
      return ['S']
    case 'boolean':
      return ['BOOL']
    case 'binary':
      return ['B']
    case 'timestamp':
      return format === 'epoch_s' || format === 'epoch_ms' ? ['N'] : ['S']
    case 'array':
      return arrayTags(type.element)
    default:
      return ['N']
  }
}

function arrayTags(element: ScalarType): readonly AttributeTag[] {
  // Numbers of a set may be too large for every number type: as texts they lose nothing.
  if (element.kind === 'string') return ['SS', 'NS', 'L']
  return element.kind === 'binary' ? ['BS', 'L'] : ['NS', 'L']
}

/** DynamoDB's type tag that a column is read from. */
export function sourceTag(column: SourceColumn): AttributeTag {
  return column.tag ?? possibleTags(columnType(column.type), column.format)[0]!
}

/** The tag of the elements of a list (`L`) that is read into an array. */
export function elementTag(element: ScalarType): 'S' | 'N' | 'B' {
  if (element.kind === 'string') return 'S'
  return element.kind === 'binary' ? 'B' : 'N'
}

/** Whether a tag holds other values: an array, or an object (`M`). */
export function isContainer(tag: AttributeTag): boolean {
  return tag === 'SS' || tag === 'NS' || tag === 'BS' || tag === 'L' || tag === 'M'
}
