import type {ObjectKey} from '../ports/object-store.js'

/** The run that an object's name carries: `…-<operation>.<attempt>-<number>.parquet`, or `…<attempt>.<source>-…`. */
const RUN_OF_NAME = /-(([0-9A-HJKMNP-TV-Z]{26})\.\d+(?:\.\d+)?)-\d+\.parquet$/

/** Which run of which operation wrote an object; null for one that no load wrote. */
export function runOfObject(key: ObjectKey): {readonly run: string; readonly operation: string} | null {
  const [, run, operation] = RUN_OF_NAME.exec(key) ?? []
  return run === undefined || operation === undefined ? null : {run, operation}
}
