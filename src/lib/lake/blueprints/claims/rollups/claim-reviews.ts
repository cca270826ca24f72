import type {RollupInput} from '../../../schema.js'

/**
 * How claims were decided, counted. Agreement and override share one denominator, claims that a person reviewed and
 * that are decided: only there the two rates add up to one question. Each other claim has exactly one reason, so that
 * all counts give the total. Case is no disagreement; `ai_agreed` compares exactly, so the decisions are compared here.
 */
export const CLAIM_REVIEWS: RollupInput = {
  description: 'Claims by week, model version and what AI and person decided.',
  table: 'claims',
  time: 'created_at',
  sql: `SELECT
  bucket AS bucket,
  CAST(week AS VARCHAR) AS week,
  model_version AS model_version,
  CASE
    WHEN final_decision IS NULL THEN 'pending'
    WHEN ai_decision IS NULL THEN 'no_ai'
    WHEN human_decision IS NULL THEN 'auto'
    ELSE 'reviewed'
  END AS review,
  lower(ai_decision) = lower(human_decision) AS agreed,
  lower(ai_decision) <> lower(final_decision) AS overridden,
  claims AS claims
FROM (
SELECT
  bucket,
  CAST(date_trunc('week', created_at) AS DATE) AS week,
  model_version,
  ai_decision,
  human_decision,
  final_decision,
  COUNT(*) AS claims
FROM claims_period
GROUP BY 1, 2, 3, 4, 5, 6
) AS decisions`,
}

const sum = (condition: string, name: string): string =>
  `CAST(COALESCE(SUM(CASE WHEN ${condition} THEN claims END), 0) AS BIGINT) AS ${name}`

export const AGREED = (name: string): string => sum(`review = 'reviewed' AND agreed`, name)
export const OVERRIDDEN = (name: string): string => sum(`review = 'reviewed' AND overridden`, name)
export const REVIEWED = (name: string): string => sum(`review = 'reviewed'`, name)

/** Why the others do not count. */
export const REVIEW_EXCLUDED = ['pending', 'no_ai', 'auto']
  .map((reason) => sum(`review = '${reason}'`, `excluded_${reason}`))
  .join(',\n  ')
