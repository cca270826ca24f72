import type {PanelInput} from '../../../schema.js'

/**
 * Reads the current view itself, for one week: the ids of a whole period would have to be held for twenty rows.
 * `rows_total` says how many there are behind the limit.
 */
export const HARD_CASES: PanelInput = {
  title: "the week's hard cases",
  description:
    'Claims of the last seven days of the period that were overridden, or that the AI was less than 70% sure of; the least sure first.',
  kind: 'list',
  views: ['data-science'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'claim_id', title: 'claim'},
    {name: 'model_version', title: 'model'},
    {name: 'confidence', unit: 'score'},
    {name: 'ai_decision', title: 'AI'},
    {name: 'human_decision', title: 'person'},
    {name: 'final_decision', title: 'final'},
    {name: 'why'},
  ],
  sql: `SELECT
  claim_id AS claim_id,
  model_version AS model_version,
  ai_confidence AS confidence,
  ai_decision AS ai_decision,
  human_decision AS human_decision,
  final_decision AS final_decision,
  CASE
    WHEN overridden_finally AND unsure THEN 'overridden, low confidence'
    WHEN overridden_finally THEN 'overridden'
    ELSE 'low confidence'
  END AS why,
  COUNT(*) OVER () AS rows_total
FROM (
SELECT
  claim_id,
  model_version,
  ai_confidence,
  ai_decision,
  human_decision,
  final_decision,
  COALESCE(lower(ai_decision) <> lower(final_decision), false) AS overridden_finally,
  COALESCE(ai_confidence < 7E-1, false) AS unsure
FROM claims_current
WHERE created_at >= CAST($week_from AS TIMESTAMP)
  AND created_at < CAST($to AS TIMESTAMP)
  AND year || '-' || month || '-' || day >= $week_from_day
  AND year || '-' || month || '-' || day <= $to_day
) AS claims_of_week
WHERE overridden_finally OR unsure
ORDER BY 3 NULLS LAST, 1
LIMIT 20`,
}
