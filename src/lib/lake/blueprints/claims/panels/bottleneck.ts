import type {PanelInput} from '../../../schema.js'

const ofStage = (extraction: string, review: string, name: string): string =>
  `CASE WHEN stage = 'extraction' THEN ${extraction} ELSE ${review} END AS ${name}`

export const BOTTLENECK: PanelInput = {
  title: 'bottleneck: extraction against review',
  description: 'How long each stage takes, and its share of the time of both; the longer one first.',
  kind: 'breakdown',
  views: ['manager'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'stage'},
    {name: 'share', title: 'share of time', unit: 'ratio', of: ['total_ms', 'both_ms']},
    {name: 'mean', unit: 'milliseconds', of: ['total_ms', 'measured']},
    {name: 'p95', unit: 'milliseconds'},
    {name: 'measured', title: 'claims', unit: 'count'},
  ],
  sql: `SELECT
  stage AS stage,
  ${ofStage('extraction_total', 'review_total', 'total_ms')},
  extraction_total + review_total AS both_ms,
  ${ofStage('extraction_p95', 'review_p95', 'p95')},
  ${ofStage('extracted', 'reviewed', 'measured')},
  ${ofStage('extraction_pending', 'review_pending', 'excluded_not_measured')},
  ${ofStage('extraction_negative', 'review_negative', 'excluded_negative')}
FROM (VALUES ('extraction'), ('review')) AS stages (stage)
CROSS JOIN (
SELECT
  CAST(COALESCE(SUM(CASE WHEN extraction_ms >= 0 THEN extraction_ms END), 0) AS BIGINT) AS extraction_total,
  CAST(COALESCE(SUM(CASE WHEN review_ms >= 0 THEN review_ms END), 0) AS BIGINT) AS review_total,
  approx_percentile(CASE WHEN extraction_ms >= 0 THEN extraction_ms END, 0.95) AS extraction_p95,
  approx_percentile(CASE WHEN review_ms >= 0 THEN review_ms END, 0.95) AS review_p95,
  COUNT(CASE WHEN extraction_ms >= 0 THEN 1 END) AS extracted,
  COUNT(CASE WHEN review_ms >= 0 THEN 1 END) AS reviewed,
  COUNT(CASE WHEN extraction_ms IS NULL THEN 1 END) AS extraction_pending,
  COUNT(CASE WHEN review_ms IS NULL THEN 1 END) AS review_pending,
  COUNT(CASE WHEN extraction_ms < 0 THEN 1 END) AS extraction_negative,
  COUNT(CASE WHEN review_ms < 0 THEN 1 END) AS review_negative
FROM claims_period
) AS totals
ORDER BY 2 DESC, 1`,
}
