import {Exact, fixedText} from './exact.js'

/** Bounds of a proportion as decimal text with 6 decimals. */
export interface Interval {
  readonly low: string
  readonly high: string
}

/** 97.5% quantile of the normal distribution: the bounds of 95%. */
const Z = new Exact('1.959963984540054')
const DECIMALS = 6

/** Wilson's 95% interval of `successes` of `trials`; null when these are not counts of a proportion. */
export function wilsonInterval(successes: string, trials: string): Interval | null {
  const hits = new Exact(successes)
  const size = new Exact(trials)
  const areCounts = hits.isInteger() && size.isInteger() && size.gt(0)
  if (!areCounts || hits.lt(0) || hits.gt(size)) return null
  const share = hits.div(size)
  const square = Z.times(Z)
  const center = share.plus(square.div(size.times(2)))
  const spread = share
    .times(new Exact(1).minus(share))
    .div(size)
    .plus(square.div(size.times(size).times(4)))
    .sqrt()
    .times(Z)
  const scale = new Exact(1).plus(square.div(size))
  return {
    low: fixedText(center.minus(spread).div(scale), DECIMALS),
    high: fixedText(center.plus(spread).div(scale), DECIMALS),
  }
}
