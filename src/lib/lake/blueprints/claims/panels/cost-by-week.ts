import type {PanelInput} from '../../../schema.js'
import {AMOUNTS_EXCLUDED, CLAIMS_OF, COUNTED_SUM} from '../rollups/claim-amounts.js'

export const COST_BY_WEEK: PanelInput = {
  title: 'cost per claim by week',
  description: 'Textract and AI cost by the ISO week of creation, a line a currency.',
  kind: 'trend',
  step: 'week',
  views: ['cfo'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'week'},
    {name: 'cost_per_claim', unit: 'money', of: ['cost', 'claims']},
    {name: 'currency'},
    {name: 'cost', unit: 'money'},
    {name: 'claims', unit: 'count'},
  ],
  sql: `SELECT
  week AS week,
  currency AS currency,
  ${COUNTED_SUM('cost_state', 'cost', 'cost')},
  ${CLAIMS_OF('cost_state', 'counted', 'claims')},
  ${AMOUNTS_EXCLUDED('cost_state')}
FROM claim_amounts
GROUP BY 1, 2
ORDER BY 2 NULLS LAST, 1`,
}
