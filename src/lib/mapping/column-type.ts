import {SluiceError} from '../errors.js'
import type {SourceColumn} from './types.js'

export type ColumnType =
  | {readonly kind: 'string' | 'boolean' | 'integer' | 'bigint' | 'double' | 'timestamp' | 'date'}
  | {readonly kind: 'decimal'; readonly precision: number; readonly scale: number}

const PLAIN = ['string', 'boolean', 'integer', 'bigint', 'double', 'timestamp', 'date'] as const
const MAX_DECIMAL_PRECISION = 38

/** Reads an Athena type name; null when it is none that a column can have. */
export function parseColumnType(text: string): ColumnType | null {
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
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    default:
      return type.kind.toUpperCase()
  }
}

/** DynamoDB's type tag that a column is read from. */
export function sourceTag(column: SourceColumn): 'S' | 'N' | 'BOOL' {
  switch (columnType(column.type).kind) {
    case 'string':
    case 'date':
      return 'S'
    case 'boolean':
      return 'BOOL'
    case 'timestamp':
      return column.format === 'epoch_s' || column.format === 'epoch_ms' ? 'N' : 'S'
    default:
      return 'N'
  }
}
