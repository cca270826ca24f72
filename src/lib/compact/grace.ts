import {DEFAULT_GRACE_HOURS} from '../operation/index.js'

/** Longer than the longest query (30 minutes on Athena): readers of the files themselves see both until then. */
export const BESIDE_GRACE_HOURS = 1

/** How long sources stay after a compaction of this kind has ended. */
export function graceHoursOf(kind: string): number {
  return kind === 'compact.beside' ? BESIDE_GRACE_HOURS : DEFAULT_GRACE_HOURS
}
