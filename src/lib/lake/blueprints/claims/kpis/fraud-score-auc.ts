import type {KpiInput} from '../../../schema.js'

/**
 * The chance that a rejected claim has a higher fraud score than one that was not rejected, ties counting half. Twice
 * the number of pairs keeps it whole: of each score its rejected claims times the others below it, and half of those
 * beside it. NULL scores stand last and count nowhere.
 */
export const FRAUD_SCORE_AUC: KpiInput = {
  title: 'fraud score AUC',
  description:
    'How well the fraud score tells rejected claims (final decision reject) from the other decided ones: 1 always, 0.5 by chance.',
  table: 'claims',
  unit: 'score',
  views: ['data-science'],
  time: 'created_at',
  sql: `SELECT
  bucket AS bucket,
  CAST(COALESCE(SUM(rejected * (2 * others_up_to - others)), 0) AS BIGINT) AS numerator,
  CAST(COALESCE(2 * SUM(rejected) * SUM(others), 0) AS BIGINT) AS denominator,
  CAST(COALESCE(SUM(rejected + others), 0) AS BIGINT) AS n,
  CAST(COALESCE(SUM(undecided), 0) AS BIGINT) AS excluded_undecided,
  CAST(COALESCE(SUM(unscored), 0) AS BIGINT) AS excluded_unscored
FROM (
SELECT
  bucket,
  rejected,
  others,
  undecided,
  unscored,
  SUM(others) OVER (
    PARTITION BY bucket ORDER BY fraud_score NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  ) AS others_up_to
FROM (
SELECT
  bucket,
  fraud_score,
  COUNT(CASE WHEN fraud_score IS NOT NULL AND lower(final_decision) = 'reject' THEN 1 END) AS rejected,
  COUNT(CASE WHEN fraud_score IS NOT NULL AND lower(final_decision) <> 'reject' THEN 1 END) AS others,
  COUNT(CASE WHEN final_decision IS NULL THEN 1 END) AS undecided,
  COUNT(CASE WHEN final_decision IS NOT NULL AND fraud_score IS NULL THEN 1 END) AS unscored
FROM claims_period
GROUP BY 1, 2
) AS scores
) AS ranked
GROUP BY 1`,
}
