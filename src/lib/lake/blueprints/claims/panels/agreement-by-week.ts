import type {PanelInput} from '../../../schema.js'
import {AGREED, OVERRIDDEN, REVIEWED, REVIEW_EXCLUDED} from '../rollups/claim-reviews.js'

export const AGREEMENT_BY_WEEK: PanelInput = {
  title: 'agreement and overrides by week',
  description: 'Of the decided claims that a person reviewed, by the ISO week of their creation.',
  kind: 'trend',
  step: 'week',
  views: ['data-science'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'week'},
    {name: 'agreement', unit: 'ratio', of: ['agreed', 'reviewed']},
    {name: 'overridden', unit: 'ratio', of: ['differing', 'reviewed']},
    {name: 'reviewed', unit: 'count'},
  ],
  sql: `SELECT
  week AS week,
  ${AGREED('agreed')},
  ${OVERRIDDEN('differing')},
  ${REVIEWED('reviewed')},
  ${REVIEW_EXCLUDED}
FROM claim_reviews
GROUP BY 1
ORDER BY 1`,
}
