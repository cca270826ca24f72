import type {QueryValue} from '../ports/query-engine.js'
import {namedAttributes} from './attributes.js'
import {columnType} from './column-type.js'
import {attributeOfOperand} from './derivations.js'
import {attributeText, jsonText, type JsonObject} from './row-attribute.js'
import {addExact, decimalText, exactDigits, fitInteger} from './row-number.js'
import {lowerCase, sliceAfter, sliceBefore, trimmed} from './row-text.js'
import type {Derivation, DerivedColumn, Operand, TableMapping} from './types.js'

export type Values = Record<string, QueryValue>
/** What an expression computes from: the columns so far, and the item where there still is one. */
type Compute<Result> = (values: Values, item: JsonObject) => Result | null

/** A result that its column's type cannot hold. */
export const OVERFLOW = Symbol('overflow')

/** Compiles a derived column to its value; NULL when an input is. */
export function compileDerived(column: DerivedColumn, mapping: TableMapping): Compute<QueryValue | typeof OVERFLOW> {
  const {derive} = column
  if ('add' in derive) return compileSum(derive.add, column.type, 1n)
  if ('subtract' in derive) return compileSum(derive.subtract, column.type, -1n)
  if ('rest' in derive) return compileRest(mapping)
  return compileDerivation(derive)
}

/** Compiles an expression that gives its value directly. */
export function compileDerivation(derivation: Derivation): Compute<QueryValue> {
  if ('equal' in derivation) return pair(derivation.equal, (a, b) => a === b)
  if ('not_equal' in derivation) return pair(derivation.not_equal, (a, b) => a !== b)
  if ('millis_between' in derivation) {
    return pair(derivation.millis_between, (from, to) => BigInt(Date.parse(String(to)) - Date.parse(String(from))))
  }
  if ('format_date' in derivation) {
    const [operand, pattern] = derivation.format_date
    return single(operand, dateFormatter(pattern))
  }
  return compileText(derivation)
}

function compileText(derivation: Derivation): Compute<QueryValue> {
  if ('slice_after' in derivation) return slice(derivation.slice_after, sliceAfter)
  if ('slice_before' in derivation) return slice(derivation.slice_before, sliceBefore)
  if ('lower' in derivation) return single(derivation.lower[0], lowerCase)
  if ('trim' in derivation) return single(derivation.trim[0], trimmed)
  if ('constant' in derivation) return () => derivation.constant[0]
  if (!('coalesce' in derivation)) throw new Error(`${Object.keys(derivation)[0]} is no expression of its own.`)
  const operands = derivation.coalesce.map(compileOperand)
  return (values, item) => {
    for (const operand of operands) {
      const value = operand(values, item)
      if (value !== null) return value
    }
    return null
  }
}

function compileOperand(operand: Operand): Compute<QueryValue> {
  const attribute = attributeOfOperand(operand)
  if (attribute === null) return (values) => values[operand] ?? null
  const path = [attribute]
  return (_, item) => attributeText(item, path, ['S', 'N'])
}

function pair<Result>(
  operands: readonly [Operand, Operand],
  combine: (a: QueryValue, b: QueryValue) => Result,
): Compute<Result> {
  const left = compileOperand(operands[0])
  const right = compileOperand(operands[1])
  return (values, item) => {
    const a = left(values, item)
    const b = right(values, item)
    return a === null || b === null ? null : combine(a, b)
  }
}

function single(operand: Operand, change: (text: string) => string | null): Compute<string> {
  const read = compileOperand(operand)
  return (values, item) => {
    const value = read(values, item)
    return value === null ? null : change(String(value))
  }
}

function slice(
  [operand, separator]: readonly [Operand, string],
  cut: (text: string, separator: string) => string | null,
): Compute<string> {
  return single(operand, (text) => cut(text, separator))
}

function compileSum(
  operands: readonly [Operand, Operand],
  typeName: string,
  sign: 1n | -1n,
): Compute<QueryValue | typeof OVERFLOW> {
  const type = columnType(typeName)
  const scale = type.kind === 'decimal' ? type.scale : 0
  return pair(operands, (a, b) => {
    const digits = addExact(exactDigits(String(a)), exactDigits(String(b)), sign, scale)
    const fitted =
      type.kind === 'decimal'
        ? decimalText(digits, type)
        : fitInteger(digits, type.kind === 'integer' ? 'integer' : 'bigint')
    return fitted ?? OVERFLOW
  })
}

function compileRest(mapping: TableMapping): Compute<string | typeof OVERFLOW> {
  const named = new Set(namedAttributes(mapping))
  return (_, item) => {
    const others = Object.entries(item).filter(([name]) => !named.has(name))
    return others.length === 0 ? null : (jsonText(Object.fromEntries(others)) ?? OVERFLOW)
  }
}

/** Places of the fields in an ISO instant. */
const DATE_FIELDS: Readonly<Record<string, readonly [number, number]>> = {
  '%Y': [0, 4],
  '%m': [5, 7],
  '%d': [8, 10],
  '%H': [11, 13],
}

/** UTC text of an ISO instant; the pattern knows %Y %m %d %H. */
function dateFormatter(pattern: string): (instant: string) => string {
  const parts = pattern.split(/(%[YmdH])/).map((part) => DATE_FIELDS[part] ?? part)
  return (instant) => {
    let text = ''
    for (const part of parts) text += typeof part === 'string' ? part : instant.slice(part[0], part[1])
    return text
  }
}
