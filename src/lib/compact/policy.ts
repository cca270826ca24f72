/** What is worth merging, and to what. Thresholds are Iceberg's, with rules against endless rewriting. */
export interface CompactPolicy {
  readonly targetBytes: number
  /** Fewer files of a partition are left alone, unless together they are larger than one output. */
  readonly minimumFiles: number
  /** Of the newest file of a partition; null: 26 hours where partitions are swapped, else none. */
  readonly minimumAgeMs: number | null
  /** Larger partitions are left to another engine. */
  readonly maximumPartitionBytes: number
  /** Sources are deleted at once, for readers that list folders or compute partitions. */
  readonly isInPlace: boolean
  /** How often the whole table is read, for what is saved. */
  readonly readsPerDay: number
}

const MIB = 2 ** 20
const GIB = 2 ** 30
const MS_PER_HOUR = 3_600_000

export const DEFAULT_POLICY: CompactPolicy = {
  targetBytes: 256 * MIB,
  minimumFiles: 5,
  minimumAgeMs: null,
  maximumPartitionBytes: 20 * GIB,
  isInPlace: false,
  readsPerDay: 24,
}

/**
 * A partition by arrival time closes late: Firehose retries for up to 24 hours, and buffers before that. One that is
 * swapped while files still come hides them until the sweep.
 */
export const CLOSED_AFTER_MS = 26 * MS_PER_HOUR

/** Files from three quarters of the target up are well filled (Iceberg's `min-file-size-bytes`). */
const LOW_SHARE = 0.75
/** Files above 1.8 of it are divided (Iceberg's `max-file-size-bytes`). */
const HIGH_SHARE = 1.8
/** What an output may grow to, so that no rest of a few bytes gets a file of its own. */
const WRITE_SHARE = LOW_SHARE + (HIGH_SHARE - LOW_SHARE) / 2
const FLOOR_SHARE = 1.1

export function isWellFilled(sizeBytes: number, targetBytes: number): boolean {
  return sizeBytes >= LOW_SHARE * targetBytes && sizeBytes <= HIGH_SHARE * targetBytes
}

/** How many files so many bytes are merged to (Iceberg's rule for the rest that does not fill a file). */
export function outputCount(sizeBytes: number, targetBytes: number): number {
  if (sizeBytes <= targetBytes) return 1
  const whole = Math.floor(sizeBytes / targetBytes)
  const rest = sizeBytes - whole * targetBytes
  if (rest > LOW_SHARE * targetBytes) return whole + 1
  const isRoomy = sizeBytes / whole < Math.min(FLOOR_SHARE, WRITE_SHARE) * targetBytes
  return isRoomy ? whole : whole + 1
}
