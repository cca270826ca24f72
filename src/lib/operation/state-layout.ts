import type {ObjectKey} from '../ports/object-store.js'
import type {LockName, OperationId} from './types.js'

/** Where operations live in the lake's store; outside every table's location. */
export const OPERATIONS_PREFIX = '_sluice/operations/'
export const LOCKS_PREFIX = '_sluice/locks/'
const SEGMENT_DIGITS = 10

export function planKey(operation: OperationId): ObjectKey {
  return `${OPERATIONS_PREFIX}${operation}/plan.ndjson`
}

export function journalPrefix(operation: OperationId): string {
  return `${OPERATIONS_PREFIX}${operation}/journal/`
}

export function segmentKey(operation: OperationId, number: number): ObjectKey {
  return `${journalPrefix(operation)}${String(number).padStart(SEGMENT_DIGITS, '0')}.ndjson`
}

export function lockKey(name: LockName): ObjectKey {
  return `${LOCKS_PREFIX}${name.replace(':', '-')}.json`
}

/** The lock that stands at a key, or null for any other object. */
export function lockNameOf(key: ObjectKey): LockName | null {
  const match = /^([a-z]+)-(.+)\.json$/.exec(key.slice(LOCKS_PREFIX.length))
  return match === null ? null : (`${match[1]}:${match[2]}` as LockName)
}
