import type {ScalarType} from './column-type.js'

/**
 * Exact reading of DynamoDB's number text. Trino's cast of a text to a decimal is exact but for its rounding (half up,
 * whatever the exponent), so only the number of decimals is left to be looked at. `\A` and `\z`: a `$` would match
 * before a line feed.
 */
const LIMITED_NUMBER = String.raw`'\A[-+]?[0-9]{1,60}(?:\.[0-9]{1,150})?(?:[eE][-+]?[0-9]{1,3})?\z'`
const NUMBER = String.raw`'\A[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\z'`
const FRACTION = String.raw`'\.([0-9]*[1-9])'`
const ZEROS_OF_WHOLE = String.raw`'\A[-+]?[0-9]*[1-9](0*)(?:\.0*)?(?:[eE]|\z)'`
const EXPONENT = String.raw`'[eE](.*)\z'`

/** Digits that surely fit. */
const SAFE_DIGITS = {integer: 9, bigint: 18} as const

export function isNumber(text: string): string {
  return `regexp_like(${text}, ${LIMITED_NUMBER})`
}

export function doubleSql(text: string): string {
  return `IF(regexp_like(${text}, ${NUMBER}), TRY_CAST(${text} AS DOUBLE))`
}

export function integerSql(text: string, kind: 'integer' | 'bigint', round: boolean): string {
  const type = kind.toUpperCase()
  const slow = `IF(${isAllowed(text, 0, round)}, TRY_CAST(TRY_CAST(${text} AS DECIMAL(38,0)) AS ${type}))`
  return `IF(regexp_like(${text}, '\\A-?[0-9]{1,${SAFE_DIGITS[kind]}}\\z'), TRY_CAST(${text} AS ${type}), ${slow})`
}

export function decimalSql(
  text: string,
  {precision, scale}: Extract<ScalarType, {kind: 'decimal'}>,
  round: boolean,
): string {
  const whole = Math.max(precision - scale, 1)
  const fraction = scale === 0 ? '' : `(?:\\.[0-9]{1,${scale}})?`
  const isPlain = `regexp_like(${text}, '\\A-?[0-9]{1,${whole}}${fraction}\\z')`
  return `IF(${isPlain} OR ${isAllowed(text, scale, round)}, TRY_CAST(${text} AS DECIMAL(${precision},${scale})))`
}

/** Whether a text is a number that `scale` decimals hold exactly; under `round`, any number. */
function isAllowed(text: string, scale: number, round: boolean): string {
  if (round) return isNumber(text)
  const decimals = `coalesce(length(regexp_extract(${text}, ${FRACTION}, 1)), -length(regexp_extract(${text}, ${ZEROS_OF_WHOLE}, 1)))`
  const exponent = `coalesce(TRY_CAST(regexp_extract(${text}, ${EXPONENT}, 1) AS INTEGER), 0)`
  // NULL for zero, which needs no decimals whatever its exponent says.
  return `(${isNumber(text)} AND coalesce(${decimals} - ${exponent} <= ${scale}, true))`
}
