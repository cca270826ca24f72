/**
 * The claims of the period. Parameters, all text without a zone and in UTC:
 * `$from` (inclusive) and `$to` (exclusive) as `2026-01-01 00:00:00.000`, with a space, which Trino's CAST asks for;
 * `$from_day` and `$to_day` as `2026-01-01`, the days of the first and of the last instant of the period.
 * The days repeat the period on the partition columns: without them every query would read the whole table.
 */
export const CLAIMS_OF_PERIOD = `FROM claims_current
WHERE created_at >= CAST($from AS TIMESTAMP)
  AND created_at < CAST($to AS TIMESTAMP)
  AND year || '-' || month || '-' || day >= $from_day
  AND year || '-' || month || '-' || day <= $to_day`
