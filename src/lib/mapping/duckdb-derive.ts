import {SluiceError} from '../errors.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {namedAttributes} from './attributes.js'
import {columnType, duckdbType} from './column-type.js'
import {attributeOfOperand} from './derivations.js'
import type {ItemReader} from './duckdb-item.js'
import type {Derivation, DerivedColumn, Operand, TableMapping} from './types.js'

/** How an operand is written in SQL; a partition with a fallback wraps its operands. */
export type OperandSql = (operand: Operand) => string

/** Operands over stored rows, which have columns only. */
export const columnOperand: OperandSql = (operand) => {
  if (attributeOfOperand(operand) !== null) {
    throw new SluiceError('DEFINITION_INVALID', `Operand ${operand}: rows have columns, not attributes.`, {
      fix: 'Map the attribute to a column and name the column.',
    })
  }
  return quoteIdentifier(operand)
}

/** Operands over rows that still have their item. */
export function itemOperand(reader: ItemReader): OperandSql {
  return (operand) => {
    const name = attributeOfOperand(operand)
    if (name === null) return quoteIdentifier(operand)
    return `coalesce(${reader.text([name], 'S')}, ${reader.text([name], 'N')})`
  }
}

/** SQL of an expression; NULL when an input is, but for `coalesce` and `constant`. */
export function derivationSql(derivation: Derivation, operandSql: OperandSql): string {
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
  return textSql(derivation, operandSql)
}

function textSql(derivation: Derivation, operandSql: OperandSql): string {
  if ('slice_after' in derivation) {
    const [operand, separator] = derivation.slice_after
    return slice(
      operandSql(operand),
      separator,
      (text, place) => `substr(${text}, ${place} + ${[...separator].length})`,
    )
  }
  if ('slice_before' in derivation) {
    const [operand, separator] = derivation.slice_before
    return slice(operandSql(operand), separator, (text, place) => `substr(${text}, 1, ${place} - 1)`)
  }
  if ('lower' in derivation) return `lower(${operandSql(derivation.lower[0])})`
  if ('trim' in derivation) return `trim(${operandSql(derivation.trim[0])}, E' \\t\\n\\r')`
  if ('coalesce' in derivation) return `coalesce(${derivation.coalesce.map(operandSql).join(', ')})`
  if ('constant' in derivation) return quoteText(derivation.constant[0])
  throw new SluiceError('DEFINITION_INVALID', 'Only a column of the item can hold the rest of it.')
}

function pair(
  operands: readonly [Operand, Operand],
  operandSql: OperandSql,
  write: (a: string, b: string) => string,
): string {
  return write(operandSql(operands[0]), operandSql(operands[1]))
}

function slice(text: string, separator: string, write: (text: string, place: string) => string): string {
  const place = `strpos(${text}, ${quoteText(separator)})`
  return `CASE WHEN ${place} > 0 THEN ${write(text, place)} END`
}

/** A derived column's value in its declared type; NULL where the result does not fit. */
export function derivedValueSql(column: DerivedColumn, mapping: TableMapping, reader: ItemReader): string {
  if ('rest' in column.derive) return restSql(mapping)
  const type = columnType(column.type)
  const name = duckdbType(type)
  const isSum = 'add' in column.derive || 'subtract' in column.derive
  // DuckDB adds two DECIMAL(18,6) as DECIMAL(18,6): operands take the result's type first.
  const operandSql: OperandSql =
    isSum && type.kind === 'decimal' ? (operand) => `CAST(${columnOperand(operand)} AS ${name})` : itemOperand(reader)
  // TRY: an overflow becomes NULL and is then reported as inexact, not thrown.
  return `TRY_CAST(TRY(${derivationSql(column.derive, operandSql)}) AS ${name})`
}

/** The item without the named attributes; needs the item as JSON. A merge patch of nulls removes members. */
function restSql(mapping: TableMapping): string {
  const nulls = Object.fromEntries(namedAttributes(mapping).map((name) => [name, null]))
  return `nullif(CAST(json_merge_patch(_item, ${quoteText(JSON.stringify(nulls))}) AS VARCHAR), '{}')`
}

/** NULL, or the problem text of a derived column whose inputs stand but whose result does not fit. */
export function derivedProblemSql(column: DerivedColumn): string | null {
  const suspect = derivedSuspectSql(column)
  return suspect === null ? null : `CASE WHEN ${suspect} THEN ${quoteText(`quarantine inexact ${column.name}`)} END`
}

/** True where `derivedProblemSql` is not NULL. */
export function derivedSuspectSql(column: DerivedColumn): string | null {
  const operands =
    'add' in column.derive ? column.derive.add : 'subtract' in column.derive ? column.derive.subtract : null
  if (operands === null) return null
  const inputs = operands.map((operand) => `${columnOperand(operand)} IS NOT NULL`).join(' AND ')
  return `${quoteIdentifier(column.name)} IS NULL AND ${inputs}`
}
