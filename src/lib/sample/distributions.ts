import type {Random} from './random.js'

type NonEmpty<Value> = readonly [Value, ...Value[]]

/** Points of a quantile function, by rising share from 0 to 1: `[share, value at or below which that share lies]`. */
export type Quantiles = NonEmpty<readonly [share: number, value: number]>

/** A value and how often it comes, as a share of all. */
export type Weighted<Value> = NonEmpty<readonly [value: Value, share: number]>

/**
 * A value whose distribution has these quantiles, straight between the points. Logarithms would give smoother tails,
 * but their last digit is not promised to be the same everywhere.
 */
export function drawQuantile(random: Random, quantiles: Quantiles): number {
  const share = random.fraction()
  let [reached, value] = quantiles[0]
  for (const [nextShare, nextValue] of quantiles) {
    if (share < nextShare) return value + ((share - reached) / (nextShare - reached)) * (nextValue - value)
    reached = nextShare
    value = nextValue
  }
  return value
}

/** One of the values; the last one takes what the shares leave. */
export function drawWeighted<Value>(random: Random, choices: Weighted<Value>): Value {
  let rest = random.fraction()
  let drawn = choices[0][0]
  for (const [value, share] of choices) {
    drawn = value
    if (rest < share) break
    rest -= share
  }
  return drawn
}
