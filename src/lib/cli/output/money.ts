import {Decimal} from 'decimal.js'

/**
 * US dollars for people from a decimal text: cents from one cent up, two significant digits below (`$0.0042`), so that
 * what is not zero never reads `$0.00`.
 */
export function moneyText(amountUsd: string): string {
  const amount = new Decimal(amountUsd)
  const sign = amount.isNegative() && !amount.isZero() ? '-' : ''
  return `${sign}$${magnitudeText(amount.abs())}`
}

/** As {@link moneyText}, from millionths of a dollar. */
export function microsText(amountUsdMicros: bigint): string {
  return moneyText(new Decimal(amountUsdMicros.toString()).div(1_000_000).toFixed())
}

function magnitudeText(amount: Decimal): string {
  if (amount.isZero()) return '0.00'
  if (amount.lt('0.01')) return amount.toSignificantDigits(2, Decimal.ROUND_HALF_UP).toFixed()
  const [whole = '0', cents = '00'] = amount.toFixed(2, Decimal.ROUND_HALF_UP).split('.')
  return `${BigInt(whole).toLocaleString('en-US')}.${cents}`
}
