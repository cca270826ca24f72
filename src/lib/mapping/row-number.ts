import {Decimal} from 'decimal.js'
import type {QueryValue} from '../ports/query-engine.js'
import type {ScalarType} from './column-type.js'
import {WRONG_TYPE} from './row-attribute.js'

export const INEXACT = Symbol('inexact')

/** A value as a column holds it, or what is wrong with its text. */
export type ReadValue = Exclude<QueryValue, null> | typeof WRONG_TYPE | typeof INEXACT
export type TextReader = (text: string) => ReadValue
export type DecimalType = Extract<ScalarType, {kind: 'decimal'}>

/** DynamoDB numbers have 38 digits between 1E-130 and 1E126: exact with room for sums. */
export const Exact = Decimal.clone({precision: 400, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -1000, toExpPos: 1000})
export type Exact = InstanceType<typeof Exact>

const NUMBER = /^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/
const LIMITED_NUMBER = /^[-+]?[0-9]{1,60}(\.[0-9]{1,150})?([eE][-+]?[0-9]{1,3})?$/
const INTEGER_BITS = {integer: 32, bigint: 64} as const
/** Texts that are the number, and within its range: most of what there is, read without arithmetic. */
const PLAIN_INTEGER = {integer: /^(?:0|-?[1-9][0-9]{0,8})$/, bigint: /^(?:0|-?[1-9][0-9]{0,17})$/} as const

export function readDouble(text: string): ReadValue {
  return NUMBER.test(text) ? Number(text) : WRONG_TYPE
}

/** The number rounded to `scale` decimals; a problem when that loses something and may not. */
export function exactNumber(text: string, scale: number, round: boolean): Exact | typeof WRONG_TYPE | typeof INEXACT {
  if (!LIMITED_NUMBER.test(text)) return WRONG_TYPE
  const number = new Exact(text)
  const rounded = number.toDecimalPlaces(scale)
  return rounded.equals(number) || round ? rounded : INEXACT
}

export function integerReader(kind: 'integer' | 'bigint', round: boolean): TextReader {
  const plain = PLAIN_INTEGER[kind]
  const read = kind === 'integer' ? Number : BigInt
  return (text) => {
    if (plain.test(text)) return read(text)
    const number = exactNumber(text, 0, round)
    return typeof number === 'symbol' ? number : (fitInteger(BigInt(number.toFixed(0)), kind) ?? INEXACT)
  }
}

/** Null when the number is past the range of the type. */
export function fitInteger(value: bigint, kind: 'integer' | 'bigint'): number | bigint | null {
  if (BigInt.asIntN(INTEGER_BITS[kind], value) !== value) return null
  return kind === 'integer' ? Number(value) : value
}

export function decimalReader(type: DecimalType, round: boolean): TextReader {
  const plain = plainDecimal(type)
  return (text) => {
    if (plain.test(text)) return padDecimals(text, type.scale)
    const number = exactNumber(text, type.scale, round)
    return typeof number === 'symbol' ? number : (fitDecimal(number, type) ?? INEXACT)
  }
}

function plainDecimal({precision, scale}: DecimalType): RegExp {
  const whole = precision - scale
  const fraction = scale === 0 ? '' : `(?:\\.[0-9]{1,${scale}})?`
  // No sign: of `-0.00` nothing but the digits would stay.
  return new RegExp(whole === 0 ? `^0${fraction}$` : `^(?:0|[1-9][0-9]{0,${whole - 1}})${fraction}$`)
}

function padDecimals(text: string, scale: number): string {
  const point = text.indexOf('.')
  if (point >= 0) return text.padEnd(point + 1 + scale, '0')
  return scale === 0 ? text : `${text}.${'0'.repeat(scale)}`
}

function fitDecimal(number: Exact, type: DecimalType): string | null {
  if (number.abs().gte(new Exact(10).pow(type.precision - type.scale))) return null
  return (number.isZero() ? number.abs() : number).toFixed(type.scale)
}

/** A number without rounding: its digits as if there were no point, and how many of them are decimals. */
interface ExactDigits {
  readonly digits: bigint
  readonly scale: number
}

/** Of the canonical text of an integer or decimal. */
export function exactDigits(text: string): ExactDigits {
  const point = text.indexOf('.')
  if (point < 0) return {digits: BigInt(text), scale: 0}
  return {digits: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1}
}

/** `a + sign * b` with `scale` decimals, which definitions give at least as many of as the operands have. */
export function addExact(a: ExactDigits, b: ExactDigits, sign: 1n | -1n, scale: number): bigint {
  return rescale(a, scale) + sign * rescale(b, scale)
}

function rescale({digits, scale}: ExactDigits, wanted: number): bigint {
  return scale === wanted ? digits : digits * 10n ** BigInt(wanted - scale)
}

/** The canonical text of a decimal by its digits; null when they do not fit. */
export function decimalText(digits: bigint, {precision, scale}: DecimalType): string | null {
  const text = (digits < 0n ? -digits : digits).toString()
  if (text.length > precision) return null
  const padded = text.padStart(scale + 1, '0')
  const whole = padded.slice(0, padded.length - scale)
  return `${digits < 0n ? '-' : ''}${scale === 0 ? whole : `${whole}.${padded.slice(-scale)}`}`
}
