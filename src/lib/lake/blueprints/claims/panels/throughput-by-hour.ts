import type {PanelInput} from '../../../schema.js'

const HOURS = Array.from({length: 24}, (_, hour) => `(${hour}, 0, 0, 0)`).join(', ')

/** An undecided claim is excluded in the hour of its creation, so that all counts give all claims of the period. */
export const THROUGHPUT_BY_HOUR: PanelInput = {
  title: 'throughput by hour',
  description: 'Claims of the period by the hour of the day (UTC) of their creation, and of their decision.',
  kind: 'breakdown',
  views: ['manager'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'hour', title: 'hour UTC'},
    {name: 'decided', unit: 'count'},
    {name: 'created', unit: 'count'},
  ],
  sql: `SELECT
  substr(CAST(100 + hour AS VARCHAR), 2) AS hour,
  CAST(SUM(decided) AS BIGINT) AS decided,
  CAST(SUM(created) AS BIGINT) AS created,
  CAST(SUM(undecided) AS BIGINT) AS excluded_undecided
FROM (
SELECT hour, decided, created, undecided
FROM (VALUES ${HOURS}) AS hours (hour, decided, created, undecided)
UNION ALL
SELECT created_hour, 0, claims, CASE WHEN decided_hour IS NULL THEN claims ELSE 0 END
FROM claim_hours
UNION ALL
SELECT decided_hour, claims, 0, 0
FROM claim_hours
WHERE decided_hour IS NOT NULL
) AS counted
GROUP BY 1
ORDER BY 1`,
}
