import type {RollupInput} from '../../../schema.js'

/**
 * Costs and payouts, summed. `cost_state` and `payout_state` say what a group counts in: `counted`, or the one reason
 * why not. Baselines and savings have reasons of their own, because a claim may have a cost and no baseline.
 */
export const CLAIM_AMOUNTS: RollupInput = {
  description: 'Sums of costs, savings, payouts and budgets by week, claim type and currency.',
  table: 'claims',
  time: 'created_at',
  sql: `SELECT
  bucket AS bucket,
  CAST(week AS VARCHAR) AS week,
  claim_type AS claim_type,
  currency AS currency,
  cost_state AS cost_state,
  savings_state AS savings_state,
  payout_state AS payout_state,
  COUNT(*) AS claims,
  CAST(SUM(processing_cost) AS DECIMAL(38,6)) AS cost,
  CAST(SUM(textract_savings) AS DECIMAL(38,6)) AS saved,
  CAST(SUM(textract_baseline_cost) AS DECIMAL(38,6)) AS baseline,
  CAST(SUM(payout_amount) AS DECIMAL(38,2)) AS payout,
  CAST(SUM(budget_amount) AS DECIMAL(38,2)) AS budget
FROM (
SELECT
  bucket,
  CAST(date_trunc('week', created_at) AS DATE) AS week,
  claim_type,
  currency,
  processing_cost,
  textract_savings,
  textract_baseline_cost,
  payout_amount,
  budget_amount,
  CASE
    WHEN currency IS NULL THEN 'no_currency'
    WHEN processing_cost IS NULL THEN 'null_amount'
    WHEN processing_cost < 0 THEN 'negative'
    ELSE 'counted'
  END AS cost_state,
  CASE
    WHEN currency IS NULL THEN 'no_currency'
    WHEN textract_savings IS NULL THEN 'null_amount'
    WHEN textract_baseline_cost < 0 OR textract_cost < 0 THEN 'negative'
    ELSE 'counted'
  END AS savings_state,
  CASE
    WHEN final_decision IS NULL THEN 'pending'
    WHEN currency IS NULL THEN 'no_currency'
    WHEN payout_amount IS NULL OR budget_amount IS NULL THEN 'null_amount'
    WHEN payout_amount < 0 OR budget_amount < 0 THEN 'negative'
    ELSE 'counted'
  END AS payout_state
FROM claims_period
) AS amounts
GROUP BY 1, 2, 3, 4, 5, 6, 7`,
}

type State = 'cost_state' | 'savings_state' | 'payout_state'

/** The sum of an amount over what counts. */
export const COUNTED_SUM = (state: State, amount: string, name: string): string => {
  const type = state === 'payout_state' ? 'DECIMAL(38,2)' : 'DECIMAL(38,6)'
  return `CAST(COALESCE(SUM(CASE WHEN ${state} = 'counted' THEN ${amount} END), 0) AS ${type}) AS ${name}`
}

/** How many claims have a state. */
export const CLAIMS_OF = (state: State, value: string, name: string): string =>
  `CAST(COALESCE(SUM(CASE WHEN ${state} = '${value}' THEN claims END), 0) AS BIGINT) AS ${name}`

/** Why the others do not count. */
export const AMOUNTS_EXCLUDED = (state: State): string =>
  [...(state === 'payout_state' ? ['pending'] : []), 'no_currency', 'null_amount', 'negative']
    .map((reason) => CLAIMS_OF(state, reason, `excluded_${reason}`))
    .join(',\n  ')
