import type {TableKind} from '../lake/index.js'
import type {LockDescription, OperationState} from '../operation/index.js'

/** `unknown` beats `warn` beats `pass`: what could not be looked at may be worse than what was seen. */
export type Health = 'pass' | 'warn' | 'unknown'

/** One thing worth telling. `warn`: waits for a person; `unknown`: could not be looked at; `note`: harmless. */
export interface Finding {
  readonly level: 'note' | 'warn' | 'unknown'
  /** `table claims`, `operation 01…`, `locks`, `spool`. */
  readonly about: string
  readonly text: string
  /** What to do, where there is something. */
  readonly next: {readonly command: string; readonly purpose: string} | null
}

export interface Amount {
  readonly objects: number
  readonly sizeBytes: number
}

/** The objects in a table's folder, by who answers for them. */
export interface TableObjects {
  /** Of runs that readers see, and of other writers, as a stream. */
  readonly seen: Amount
  /** Of runs that a newer load of the same export replaces, and what a compaction wrote anew elsewhere. */
  readonly superseded: Amount
  /** Of operations that can still be resumed. */
  readonly staged: Amount
  /** Of operations that ended: what `ops gc` deletes. */
  readonly left: Amount
  /** Of no operation that the lake knows. */
  readonly orphaned: Amount
}

export interface TablePartitions {
  readonly registered: number
  /** Registered, without an object. */
  readonly empty: number
  /** Seen objects in folders that are no registered partition: no query finds them. */
  readonly unregisteredObjects: number
}

export interface TableStatus {
  readonly table: string
  readonly kind: TableKind
  readonly health: Health
  /** False before the first load. */
  readonly isLoaded: boolean
  /** Rows that readers see; null: not loaded, or not known. */
  readonly rows: number | null
  /** ISO 8601 of the newest version among them. */
  readonly newest: string | null
  /** Quarantined items that wait. */
  readonly quarantined: number | null
  /** ISO 8601; rows of older versions do not count. */
  readonly floor: string | null
  readonly runs: {readonly admitted: number; readonly superseded: number; readonly staged: number} | null
  readonly objects: TableObjects | null
  readonly partitions: TablePartitions | null
}

export interface OperationSummary {
  readonly operation: string
  readonly kind: string
  readonly state: OperationState
  readonly tables: readonly string[]
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface OperationsStatus {
  readonly count: number
  /** The last ones, newest first. */
  readonly last: readonly OperationSummary[]
  /** Those that nobody works on and that can go on. */
  readonly waiting: readonly OperationSummary[]
  /** Leases that stand now and whose holder may be alive. */
  readonly running: readonly LockDescription[]
}

/** The answer of `sluice status`. */
export interface StatusResult {
  readonly lake: string
  readonly environment: string
  /** Where the lake is: a folder, or `s3://bucket/prefix`. */
  readonly root: string
  readonly isProtected: boolean
  readonly asOf: string
  readonly health: Health
  readonly tables: readonly TableStatus[]
  readonly operations: OperationsStatus
  readonly findings: readonly Finding[]
}
