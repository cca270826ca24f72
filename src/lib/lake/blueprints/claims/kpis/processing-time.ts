import type {KpiInput} from '../../../schema.js'

export const PROCESSING_TIME: KpiInput = {
  title: 'processing time',
  description: 'From the creation of a claim to its decision, in milliseconds; p50 and p95 are approximate on Athena.',
  table: 'claims',
  unit: 'milliseconds',
  views: ['manager'],
  time: 'created_at',
  thresholds: {better: 'lower', green: '300000', yellow: '600000'},
  sql: `SELECT
  bucket AS bucket,
  CAST(COALESCE(SUM(CASE WHEN processing_ms >= 0 THEN processing_ms END), 0) AS BIGINT) AS numerator,
  COUNT(CASE WHEN processing_ms >= 0 THEN 1 END) AS denominator,
  approx_percentile(CASE WHEN processing_ms >= 0 THEN processing_ms END, 0.5) AS p50,
  approx_percentile(CASE WHEN processing_ms >= 0 THEN processing_ms END, 0.95) AS p95,
  COUNT(CASE WHEN processing_ms IS NULL THEN 1 END) AS excluded_pending,
  COUNT(CASE WHEN processing_ms < 0 THEN 1 END) AS excluded_negative
FROM claims_period
GROUP BY 1`,
}
