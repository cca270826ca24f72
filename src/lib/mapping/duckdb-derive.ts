import {SluiceError} from '../errors.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {columnType, duckdbType} from './column-type.js'
import type {Derivation, DerivedColumn} from './types.js'

/** How an operand is written in SQL; a partition with a fallback wraps its operands. */
export type OperandSql = (operand: string) => string

export const columnOperand: OperandSql = (operand) => {
  if (operand.startsWith('$')) {
    throw new SluiceError('DEFINITION_INVALID', `Operand ${operand}: attributes in expressions are not built yet.`, {
      fix: 'Map the attribute to a column and name the column.',
    })
  }
  return quoteIdentifier(operand)
}

/** SQL of an expression over mapped columns; NULL when an input is. */
export function derivationSql(derivation: Derivation, operandSql: OperandSql = columnOperand): string {
  if ('equal' in derivation) return pair(derivation.equal, operandSql, (a, b) => `${a} = ${b}`)
  if ('not_equal' in derivation) return pair(derivation.not_equal, operandSql, (a, b) => `${a} <> ${b}`)
  if ('add' in derivation) return pair(derivation.add, operandSql, (a, b) => `${a} + ${b}`)
  if ('subtract' in derivation) return pair(derivation.subtract, operandSql, (a, b) => `${a} - ${b}`)
  if ('millis_between' in derivation) {
    return pair(derivation.millis_between, operandSql, (a, b) => `epoch_ms(${b}) - epoch_ms(${a})`)
  }
  if ('format_date' in derivation) {
    const [operand, pattern] = derivation.format_date
    return `strftime(${operandSql(operand)}, ${quoteText(pattern)})`
  }
  throw new SluiceError('DEFINITION_INVALID', `${Object.keys(derivation)[0]} is not built yet.`)
}

function pair(
  operands: readonly [string, string],
  operandSql: OperandSql,
  write: (a: string, b: string) => string,
): string {
  return write(operandSql(operands[0]), operandSql(operands[1]))
}

/** A derived column's value in its declared type; NULL where the result does not fit. */
export function derivedValueSql(column: DerivedColumn): string {
  const type = columnType(column.type)
  const name = duckdbType(type)
  const isSum = 'add' in column.derive || 'subtract' in column.derive
  // DuckDB adds two DECIMAL(18,6) as DECIMAL(18,6): operands take the result's type first.
  const operandSql: OperandSql =
    isSum && type.kind === 'decimal' ? (operand) => `CAST(${columnOperand(operand)} AS ${name})` : columnOperand
  // TRY: an overflow becomes NULL and is then reported as inexact, not thrown.
  return `TRY_CAST(TRY(${derivationSql(column.derive, operandSql)}) AS ${name})`
}

/** NULL, or the problem text of a derived column whose inputs stand but whose result does not fit. */
export function derivedProblemSql(column: DerivedColumn): string | null {
  const operands =
    'add' in column.derive ? column.derive.add : 'subtract' in column.derive ? column.derive.subtract : null
  if (operands === null) return null
  const inputs = operands.map((operand) => `${columnOperand(operand)} IS NOT NULL`).join(' AND ')
  return `CASE WHEN ${quoteIdentifier(column.name)} IS NULL AND ${inputs} THEN ${quoteText(`quarantine inexact ${column.name}`)} END`
}
