import type {KpiInput} from '../../../schema.js'
import {OVERRIDDEN, REVIEWED, REVIEW_EXCLUDED} from '../rollups/claim-reviews.js'

export const OVERRIDE_RATE: KpiInput = {
  title: 'override rate',
  description: "Of the decided claims that a person reviewed: those whose final decision is not the AI's.",
  table: 'claims',
  unit: 'ratio',
  views: ['data-science', 'manager'],
  time: 'created_at',
  thresholds: {better: 'lower', green: '0.10', yellow: '0.20'},
  sql: `SELECT
  bucket AS bucket,
  ${OVERRIDDEN('numerator')},
  ${REVIEWED('denominator')},
  ${REVIEW_EXCLUDED}
FROM claim_reviews
GROUP BY 1`,
}
