/** A count for people: `1,000,000`. In data a count stays bare. */
export function countText(amount: number | bigint): string {
  return amount.toLocaleString('en-US', {maximumFractionDigits: 0})
}

/** Per second, two significant digits: `31,000/s`, `0.85/s`. */
export function rateText(amount: number, durationMs: number): string {
  if (durationMs <= 0) return '–/s'
  const perSecond = (amount * 1000) / durationMs
  return `${perSecond.toLocaleString('en-US', {maximumSignificantDigits: 2})}/s`
}

/** `part` of `whole` in percent with one decimal; `–` when there is no whole. */
export function percentText(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)}%`
}
