import type {KpiInput} from '../../../schema.js'
import {AMOUNTS_EXCLUDED, CLAIMS_OF, COUNTED_SUM} from '../rollups/claim-amounts.js'

export const PAYOUT_AGAINST_BUDGET: KpiInput = {
  title: 'payout against budget',
  description: 'What decided claims were paid, as a share of their budget: the ratio of the sums, a row a currency.',
  table: 'claims',
  unit: 'ratio',
  views: ['cfo'],
  time: 'created_at',
  sql: `SELECT
  bucket AS bucket,
  currency AS currency,
  ${COUNTED_SUM('payout_state', 'payout', 'numerator')},
  ${COUNTED_SUM('payout_state', 'budget', 'denominator')},
  ${CLAIMS_OF('payout_state', 'counted', 'n')},
  ${AMOUNTS_EXCLUDED('payout_state')}
FROM claim_amounts
GROUP BY 1, 2
ORDER BY 2 NULLS LAST`,
}
