import type {KpiInput} from '../../../schema.js'
import {CLAIMS_OF_PERIOD} from './period.js'
import {REVIEW_CLASS, REVIEW_COUNTS} from './reviewed.js'

export const AI_AGREEMENT_RATE: KpiInput = {
  title: 'AI agreement rate',
  description: 'Of the decided claims that a person reviewed: those where the AI had decided the same.',
  table: 'claims',
  unit: 'ratio',
  views: ['data-science'],
  time: 'created_at',
  thresholds: {better: 'higher', green: '0.90', yellow: '0.85'},
  // Case is no disagreement; ai_agreed compares exactly, so the decisions are compared here.
  sql: `SELECT
  COUNT(CASE WHEN review = 'reviewed' AND agreed THEN 1 END) AS numerator,
  ${REVIEW_COUNTS}
FROM (
SELECT
  ${REVIEW_CLASS} AS review,
  lower(ai_decision) = lower(human_decision) AS agreed
${CLAIMS_OF_PERIOD}
) AS claims_of_period`,
}
