import type {RollupInput} from '../../../schema.js'

export const CLAIM_HOURS: RollupInput = {
  description: 'Claims by the hours of the day (UTC) of their creation and of their decision, NULL while undecided.',
  table: 'claims',
  time: 'created_at',
  sql: `SELECT
  bucket AS bucket,
  extract(HOUR FROM created_at) AS created_hour,
  extract(HOUR FROM decided_at) AS decided_hour,
  COUNT(*) AS claims
FROM claims_period
GROUP BY 1, 2, 3`,
}
