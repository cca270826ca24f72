import type {KpiInput} from '../../../schema.js'

/** Percentiles by counting equal values: exact on both engines, and a large table is distributed by value. */
export const PROCESSING_TIME: KpiInput = {
  title: 'processing time',
  description: 'From the creation of a claim to its decision, in milliseconds.',
  table: 'claims',
  unit: 'milliseconds',
  views: ['manager'],
  time: 'created_at',
  thresholds: {better: 'lower', green: '300000', yellow: '600000'},
  sql: `SELECT
  bucket AS bucket,
  CAST(COALESCE(SUM(CASE WHEN ms >= 0 THEN ms * claims END), 0) AS BIGINT) AS numerator,
  CAST(COALESCE(SUM(CASE WHEN ms >= 0 THEN claims END), 0) AS BIGINT) AS denominator,
  MIN(CASE WHEN ms >= 0 AND claims_to_here * 100 >= measured * 50 THEN ms END) AS p50,
  MIN(CASE WHEN ms >= 0 AND claims_to_here * 100 >= measured * 95 THEN ms END) AS p95,
  CAST(COALESCE(SUM(CASE WHEN ms IS NULL THEN claims END), 0) AS BIGINT) AS excluded_pending,
  CAST(COALESCE(SUM(CASE WHEN ms < 0 THEN claims END), 0) AS BIGINT) AS excluded_negative
FROM (
SELECT
  bucket AS bucket,
  ms AS ms,
  claims AS claims,
  SUM(CASE WHEN ms >= 0 THEN claims ELSE 0 END) OVER (PARTITION BY bucket ORDER BY ms) AS claims_to_here,
  SUM(CASE WHEN ms >= 0 THEN claims ELSE 0 END) OVER (PARTITION BY bucket) AS measured
FROM (
SELECT bucket AS bucket, processing_ms AS ms, COUNT(*) AS claims
FROM claims_period
GROUP BY 1, 2
) AS times
) AS ranked
GROUP BY 1`,
}
