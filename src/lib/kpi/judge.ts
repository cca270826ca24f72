import type {KpiThresholds} from '../lake/index.js'
import type {Exact} from './exact.js'

/**
 * `no_data`: the denominator is 0. `low_n`: too few for a judgement. `none`: nothing says what is good.
 */
export type KpiState = 'green' | 'yellow' | 'red' | 'low_n' | 'no_data' | 'none'

/** What a value is judged by. Thresholds that name a currency judge that currency only. */
export interface Judgement {
  readonly thresholds: KpiThresholds | null
  readonly currency: string | null
  /** Sample size, where it is known. */
  readonly n: number | null
  /** Smaller samples are not judged: one of three is no breach. */
  readonly minN: number
}

/** The state of an unrounded value. */
export function stateOf(value: Exact | null, {thresholds, currency, n, minN}: Judgement): KpiState {
  if (value === null) return 'no_data'
  if (thresholds === null || !judges(thresholds, currency)) return 'none'
  if (n !== null && n < minN) return 'low_n'
  const {better, green, yellow} = thresholds
  if (better === 'higher') return value.gte(green) ? 'green' : value.gte(yellow) ? 'yellow' : 'red'
  return value.lt(green) ? 'green' : value.lte(yellow) ? 'yellow' : 'red'
}

/** Whether the thresholds hold for a row of this currency. */
export function judges(thresholds: KpiThresholds, currency: string | null): boolean {
  return thresholds.currency === undefined || thresholds.currency === currency
}
