import type {PanelInput} from '../../../schema.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Half-open and without a gap between them; the last row has every age. */
const AGES: readonly (readonly [label: string, lowMs: number, highMs: number | null])[] = [
  ['under 1 h', 0, HOUR_MS],
  ['1 h to 1 d', HOUR_MS, DAY_MS],
  ['1 d to 3 d', DAY_MS, 3 * DAY_MS],
  ['3 d to 7 d', 3 * DAY_MS, 7 * DAY_MS],
  ['7 d to 30 d', 7 * DAY_MS, 30 * DAY_MS],
  ['30 d and more', 30 * DAY_MS, null],
  ['all', 0, null],
]
const ENDLESS = '9223372036854775807'
const ROWS = AGES.map(([label, low, high], place) => `(${place}, '${label}', ${low}, ${high ?? ENDLESS})`)

const isIn = 'age_ms >= low_ms AND age_ms < high_ms'

/**
 * Claims of every age, not only those of the period: created by `$as_of` and not decided by then, whatever happened
 * later. An age without claims is a row with 0. What cannot be counted is counted on the last row only.
 */
export const BACKLOG: PanelInput = {
  title: 'backlog',
  description:
    'Claims of any period that were created but not decided at the end of the period (now, where that is earlier), by age and currency.',
  kind: 'breakdown',
  views: ['manager'],
  table: 'claims',
  time: 'created_at',
  columns: [
    {name: 'age'},
    {name: 'currency'},
    {name: 'open', unit: 'count'},
    {name: 'amount', unit: 'money'},
    {name: 'oldest', unit: 'milliseconds'},
  ],
  sql: `SELECT
  age AS age,
  currency AS currency,
  COUNT(CASE WHEN ${isIn} THEN 1 END) AS open,
  CAST(COALESCE(SUM(CASE WHEN ${isIn} THEN claim_amount END), 0) AS DECIMAL(38,2)) AS amount,
  MAX(CASE WHEN ${isIn} THEN age_ms END) AS oldest,
  COUNT(CASE WHEN age = 'all' AND age_ms IS NOT NULL AND claim_amount IS NULL THEN 1 END) AS excluded_null_amount,
  COUNT(CASE WHEN age = 'all' AND is_undated THEN 1 END) AS excluded_undated
FROM (VALUES ${ROWS.join(', ')}) AS ages (place, age, low_ms, high_ms)
LEFT JOIN (
SELECT
  currency,
  claim_amount,
  date_diff('millisecond', created_at, CAST($as_of AS TIMESTAMP)) AS age_ms,
  created_at IS NULL AS is_undated
FROM claims_current
WHERE (created_at <= CAST($as_of AS TIMESTAMP) OR created_at IS NULL)
  AND (decided_at > CAST($as_of AS TIMESTAMP) OR decided_at IS NULL)
) AS waiting ON TRUE
GROUP BY 1, 2, place
ORDER BY 2 NULLS LAST, place`,
}
