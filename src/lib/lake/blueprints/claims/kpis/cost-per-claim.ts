import type {KpiInput} from '../../../schema.js'
import {CLAIMS_OF_PERIOD} from './period.js'

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
  currency AS currency,
  CAST(COALESCE(SUM(CASE WHEN state = 'counted' THEN processing_cost END), 0) AS DECIMAL(38,6)) AS numerator,
  COUNT(CASE WHEN state = 'counted' THEN 1 END) AS denominator,
  COUNT(CASE WHEN state = 'no_currency' THEN 1 END) AS excluded_no_currency,
  COUNT(CASE WHEN state = 'null_amount' THEN 1 END) AS excluded_null_amount,
  COUNT(CASE WHEN state = 'negative' THEN 1 END) AS excluded_negative
FROM (
SELECT
  currency,
  processing_cost,
  CASE
    WHEN currency IS NULL THEN 'no_currency'
    WHEN processing_cost IS NULL THEN 'null_amount'
    WHEN processing_cost < 0 THEN 'negative'
    ELSE 'counted'
  END AS state
${CLAIMS_OF_PERIOD}
) AS claims_of_period
GROUP BY 1
ORDER BY 1 NULLS LAST`,
}
