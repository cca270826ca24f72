import type {KpiInput} from '../../../schema.js'
import {AGREED, REVIEWED, REVIEW_EXCLUDED} from '../rollups/claim-reviews.js'

export const AI_AGREEMENT_RATE: KpiInput = {
  title: 'AI agreement rate',
  description: 'Of the decided claims that a person reviewed: those where the AI had decided the same.',
  table: 'claims',
  unit: 'ratio',
  views: ['data-science'],
  time: 'created_at',
  thresholds: {better: 'higher', green: '0.90', yellow: '0.85'},
  sql: `SELECT
  bucket AS bucket,
  ${AGREED('numerator')},
  ${REVIEWED('denominator')},
  ${REVIEW_EXCLUDED}
FROM claim_reviews
GROUP BY 1`,
}
