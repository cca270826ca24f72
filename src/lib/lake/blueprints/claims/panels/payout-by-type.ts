import type {PanelInput} from '../../../schema.js'
import {AMOUNTS_EXCLUDED, CLAIMS_OF, COUNTED_SUM} from '../rollups/claim-amounts.js'

export const PAYOUT_BY_TYPE: PanelInput = {
  title: 'payout against budget by claim type',
  description: 'Decided claims, a row a type and currency; ratios of sums.',
  kind: 'breakdown',
  views: ['cfo'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'claim_type', title: 'type'},
    {name: 'currency'},
    {name: 'share', title: 'of budget', unit: 'ratio', of: ['payout', 'budget']},
    {name: 'payout', unit: 'money'},
    {name: 'budget', unit: 'money'},
    {name: 'claims', unit: 'count'},
  ],
  sql: `SELECT
  claim_type AS claim_type,
  currency AS currency,
  ${COUNTED_SUM('payout_state', 'payout', 'payout')},
  ${COUNTED_SUM('payout_state', 'budget', 'budget')},
  ${CLAIMS_OF('payout_state', 'counted', 'claims')},
  ${AMOUNTS_EXCLUDED('payout_state')}
FROM claim_amounts
GROUP BY 1, 2
ORDER BY 2 NULLS LAST, 1 NULLS LAST`,
}
