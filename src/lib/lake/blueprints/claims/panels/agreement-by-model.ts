import type {PanelInput} from '../../../schema.js'
import {AGREED, OVERRIDDEN, REVIEWED, REVIEW_EXCLUDED} from '../rollups/claim-reviews.js'

export const AGREEMENT_BY_MODEL: PanelInput = {
  title: 'by model version',
  description: 'Agreement and overrides of each model version; claims without one stand last.',
  kind: 'breakdown',
  views: ['data-science'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'model_version'},
    {name: 'agreement', unit: 'ratio', of: ['agreed', 'reviewed']},
    {name: 'overridden', unit: 'ratio', of: ['differing', 'reviewed']},
    {name: 'reviewed', unit: 'count'},
  ],
  sql: `SELECT
  model_version AS model_version,
  ${AGREED('agreed')},
  ${OVERRIDDEN('differing')},
  ${REVIEWED('reviewed')},
  ${REVIEW_EXCLUDED}
FROM claim_reviews
GROUP BY 1
ORDER BY 1 NULLS LAST`,
}
