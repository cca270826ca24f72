import type {PanelInput} from '../../../schema.js'

const timesOf = (stage: string): string =>
  `SELECT '${stage}' AS stage, ${stage}_ms AS ms, COUNT(*) AS claims FROM claims_period GROUP BY 2`

const total = (value: string, condition: string): string =>
  `CAST(COALESCE(SUM(CASE WHEN ${condition} THEN ${value} END), 0) AS BIGINT)`

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
  // Percentiles by counting equal values: exact on both engines, and a large table is distributed by value.
  sql: `SELECT
  stages.stage AS stage,
  COALESCE(total_ms, 0) AS total_ms,
  CAST(SUM(COALESCE(total_ms, 0)) OVER () AS BIGINT) AS both_ms,
  p95 AS p95,
  COALESCE(measured, 0) AS measured,
  COALESCE(not_measured, 0) AS excluded_not_measured,
  COALESCE(negative, 0) AS excluded_negative
FROM (VALUES ('extraction'), ('review')) AS stages (stage)
LEFT JOIN (
SELECT
  stage AS stage,
  ${total('ms * claims', 'ms >= 0')} AS total_ms,
  ${total('claims', 'ms >= 0')} AS measured,
  MIN(CASE WHEN ms >= 0 AND claims_to_here * 100 >= measured_in_all * 95 THEN ms END) AS p95,
  ${total('claims', 'ms IS NULL')} AS not_measured,
  ${total('claims', 'ms < 0')} AS negative
FROM (
SELECT
  stage AS stage,
  ms AS ms,
  claims AS claims,
  SUM(CASE WHEN ms >= 0 THEN claims ELSE 0 END) OVER (PARTITION BY stage ORDER BY ms) AS claims_to_here,
  SUM(CASE WHEN ms >= 0 THEN claims ELSE 0 END) OVER (PARTITION BY stage) AS measured_in_all
FROM (
${timesOf('extraction')}
UNION ALL
${timesOf('review')}
) AS times
) AS ranked
GROUP BY 1
) AS totals ON totals.stage = stages.stage
ORDER BY 2 DESC, 1`,
}
