import type {PanelInput} from '../../../schema.js'
import {AMOUNTS_EXCLUDED, CLAIMS_OF, COUNTED_SUM} from '../rollups/claim-amounts.js'

export const SAVINGS_BY_WEEK: PanelInput = {
  title: 'Textract savings by week',
  description: 'What Textract costs less than its baseline, by the ISO week of creation, a line a currency.',
  kind: 'trend',
  step: 'week',
  views: ['cfo'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'week'},
    {name: 'savings', unit: 'ratio', of: ['saved', 'baseline']},
    {name: 'currency'},
    {name: 'saved', unit: 'money'},
    {name: 'baseline', unit: 'money'},
    {name: 'claims', unit: 'count'},
  ],
  sql: `SELECT
  week AS week,
  currency AS currency,
  ${COUNTED_SUM('savings_state', 'saved', 'saved')},
  ${COUNTED_SUM('savings_state', 'baseline', 'baseline')},
  ${CLAIMS_OF('savings_state', 'counted', 'claims')},
  ${AMOUNTS_EXCLUDED('savings_state')}
FROM claim_amounts
GROUP BY 1, 2
ORDER BY 2 NULLS LAST, 1`,
}
