import type {KpiInput} from '../../../schema.js'
import {CLAIMS_OF_PERIOD} from './period.js'
import {REVIEW_CLASS, REVIEW_COUNTS} from './reviewed.js'

export const OVERRIDE_RATE: KpiInput = {
  title: 'override rate',
  description: "Of the decided claims that a person reviewed: those whose final decision is not the AI's.",
  table: 'claims',
  unit: 'ratio',
  views: ['data-science', 'manager'],
  time: 'created_at',
  thresholds: {better: 'lower', green: '0.10', yellow: '0.20'},
  sql: `SELECT
  COUNT(CASE WHEN review = 'reviewed' AND differs THEN 1 END) AS numerator,
  ${REVIEW_COUNTS}
FROM (
SELECT
  ${REVIEW_CLASS} AS review,
  lower(ai_decision) <> lower(final_decision) AS differs
${CLAIMS_OF_PERIOD}
) AS claims_of_period`,
}
