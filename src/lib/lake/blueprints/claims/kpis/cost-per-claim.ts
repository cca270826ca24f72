import type {KpiInput} from '../../../schema.js'
import {AMOUNTS_EXCLUDED, CLAIMS_OF, COUNTED_SUM} from '../rollups/claim-amounts.js'

export const COST_PER_CLAIM: KpiInput = {
  title: 'cost per claim',
  description:
    'Textract and AI cost of a claim, a row a currency; claims without a cost or a currency are counted apart.',
  table: 'claims',
  unit: 'money',
  views: ['cfo'],
  time: 'created_at',
  thresholds: {better: 'lower', green: '0.50', yellow: '1.00', currency: 'GBP'},
  sql: `SELECT
  bucket AS bucket,
  currency AS currency,
  ${COUNTED_SUM('cost_state', 'cost', 'numerator')},
  ${CLAIMS_OF('cost_state', 'counted', 'denominator')},
  ${AMOUNTS_EXCLUDED('cost_state')}
FROM claim_amounts
GROUP BY 1, 2
ORDER BY 2 NULLS LAST`,
}
