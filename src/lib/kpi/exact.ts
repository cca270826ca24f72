import {Decimal} from 'decimal.js'

/**
 * Decimals for KPI values. With 100 digits a quotient of two DECIMAL(38) never rounds onto a threshold that it does not
 * equal, so that a state is judged as if the division were exact.
 */
export const Exact = Decimal.clone({precision: 100, rounding: Decimal.ROUND_HALF_UP})
export type Exact = Decimal

/** Rounded half up to so many decimals, all of them written; never `-0`. */
export function fixedText(value: Exact, decimals: number): string {
  return value.toDecimalPlaces(decimals).plus(0).toFixed(decimals)
}

/** numerator / denominator, or null where there is nothing to divide. */
export function quotient(numerator: string | null, denominator: string | null): Exact | null {
  if (numerator === null || denominator === null) return null
  const divisor = new Exact(denominator)
  return divisor.isZero() ? null : new Exact(numerator).div(divisor)
}
