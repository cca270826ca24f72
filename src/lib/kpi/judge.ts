import type {KpiThresholds} from '../lake/index.js'
import type {Exact} from './exact.js'

/** `no_data`: the denominator is 0. `none`: nothing says what is good. */
export type KpiState = 'green' | 'yellow' | 'red' | 'no_data' | 'none'

/** The state of an unrounded value. Thresholds that name a currency judge that currency only. */
export function stateOf(value: Exact | null, thresholds: KpiThresholds | null, currency: string | null): KpiState {
  if (value === null) return 'no_data'
  if (thresholds === null || !judges(thresholds, currency)) return 'none'
  const {better, green, yellow} = thresholds
  if (better === 'higher') return value.gte(green) ? 'green' : value.gte(yellow) ? 'yellow' : 'red'
  return value.lt(green) ? 'green' : value.lte(yellow) ? 'yellow' : 'red'
}

/** Whether the thresholds hold for a row of this currency. */
export function judges(thresholds: KpiThresholds, currency: string | null): boolean {
  return thresholds.currency === undefined || thresholds.currency === currency
}
