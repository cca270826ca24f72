import type {ObjectKey} from '../ports/object-store.js'

/** The run that an object's name carries: `…-<operation>.<attempt>-<number>.parquet`, or `…<attempt>.<source>-…`. */
const RUN_OF_NAME = /-(([0-9A-HJKMNP-TV-Z]{26})\.\d+(?:\.\d+)?)-\d+\.parquet$/

/** Objects that files were merged to: they hold rows of many runs, whoever wrote those. */
const MERGED = /(?:^|\/)compact-([0-9A-HJKMNP-TV-Z]{26})\.\d+-[0-9a-f]{8}-[0-9a-f]{16}-\d+\.[a-z.]+$/

/** Whether an object was written by a compaction. */
export function isMergedObject(key: ObjectKey): boolean {
  return compactionOfObject(key) !== null
}

/** The compaction that wrote an object; null for any other object. */
export function compactionOfObject(key: ObjectKey): string | null {
  return MERGED.exec(key)?.[1] ?? null
}

/** Which run of which operation wrote an object; null for one that no load wrote. */
export function runOfObject(key: ObjectKey): {readonly run: string; readonly operation: string} | null {
  const [, run, operation] = RUN_OF_NAME.exec(key) ?? []
  return run === undefined || operation === undefined ? null : {run, operation}
}
