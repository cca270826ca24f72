import type {KpiInput} from '../../../schema.js'
import {AMOUNTS_EXCLUDED, CLAIMS_OF, COUNTED_SUM} from '../rollups/claim-amounts.js'

export const TEXTRACT_SAVINGS: KpiInput = {
  title: 'Textract savings',
  description:
    'What Textract costs less than its baseline, as a share of the baseline: the ratio of the sums, a row a currency.',
  table: 'claims',
  unit: 'ratio',
  views: ['cfo'],
  time: 'created_at',
  sql: `SELECT
  bucket AS bucket,
  currency AS currency,
  ${COUNTED_SUM('savings_state', 'saved', 'numerator')},
  ${COUNTED_SUM('savings_state', 'baseline', 'denominator')},
  ${CLAIMS_OF('savings_state', 'counted', 'n')},
  ${AMOUNTS_EXCLUDED('savings_state')}
FROM claim_amounts
GROUP BY 1, 2
ORDER BY 2 NULLS LAST`,
}
