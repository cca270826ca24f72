import type {ErrorCode} from '../errors.js'
import type {Catalog} from '../ports/catalog.js'
import type {Clock, Host, Ids} from '../ports/clock.js'
import type {Etag, ObjectKey, ObjectStore} from '../ports/object-store.js'
import type {MergeEngine} from '../ports/merge-engine.js'
import type {EngineName, ParquetEngine, StepLog} from '../ports/parquet-engine.js'
import type {QueryEngine} from '../ports/query-engine.js'
import type {Report} from '../ports/report.js'
import type {TableUpkeep} from '../ports/table-upkeep.js'

/** A ULID: identity, never used for ordering. */
export type OperationId = string
/** What an operation holds while it works, e.g. `table:claims`. */
export type LockName = `${'table' | 'queue' | 'crawler'}:${string}`

export interface Estimate {
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly requests: number
  /** Millionths of a dollar, as text: exact. */
  readonly costUsdMicros: string
  readonly durationMs: number
}

export interface PlanHeader {
  readonly format: 1
  /** e.g. `backfill.load` */
  readonly kind: string
  readonly operation: OperationId
  readonly lake: string
  readonly environment: string
  readonly account: string | null
  /** SHA-256 of the resolved definition of the touched tables, mapping included. */
  readonly definitionHash: string
  readonly tables: readonly string[]
  /** Sorted: every operation takes its locks in the same order. */
  readonly locks: readonly LockName[]
  readonly estimate: Estimate
  readonly undo: 'until-gc' | 'never'
}

/** What a unit reads or replaces; checked before stage and before publish. */
export interface Fingerprint {
  /** `source`: an object outside the lake, by its store's uri; `lake`: an object of the lake's store. */
  readonly in: 'source' | 'lake'
  readonly uri: string | null
  readonly key: ObjectKey
  /** Null: nothing must stand there. */
  readonly etag: Etag | null
}

/** One part of an operation, published whole. `work` is JSON. */
export interface Unit<Work> {
  readonly key: string
  readonly reads: readonly Fingerprint[]
  readonly work: Work
}

export interface Plan<Work> {
  readonly header: PlanHeader
  readonly units: AsyncIterable<Unit<Work>>
}

export interface Proof {
  readonly level: 'structure' | 'content' | 'mapping'
  /** What was compared, for people: `counts, 90 footers, digest`. */
  readonly text: string
  /** What an engine bills for it; left out where none does. */
  readonly scannedBytes?: number
}

/** What publishing a unit does to what stands, in the kind's own things: `keys` of a change log. */
export interface Comparison {
  readonly of: string
  readonly standing: number
  readonly added: number
  readonly changed: number
  readonly vanished: number
  /** More than this share of the standing ones must not vanish unasked; 0.05 is 5%. */
  readonly maxVanished: number
}

/** The ports that operations work with. */
export interface OperationPorts {
  readonly store: ObjectStore
  readonly catalog: Catalog
  /** The engine of this machine, which every lake has. */
  readonly parquet: ParquetEngine & MergeEngine
  /** The engine of that name. Throws `NOT_IN_LOCAL` for one that the lake has not. */
  engine(name: EngineName): ParquetEngine & MergeEngine
  readonly query: QueryEngine
  /** Left out where there are no tables that keep their own list of files. */
  readonly upkeep?: TableUpkeep
  readonly clock: Clock
  readonly ids: Ids
  readonly host: Host
  readonly report: Report
  /** A store for objects outside the lake, read only. */
  openSource(uri: string): Promise<ObjectStore>
}

export interface StageContext {
  readonly ports: OperationPorts
  readonly operation: OperationId
  /** 1 for the first process that works on the operation, one more with each that takes it over. */
  readonly attempt: number
  readonly signal: AbortSignal
  /** Written to the journal: a process that lost the operation can note no more, and so begin no more. */
  readonly steps: StepLog
}

/** What an operation that ended left of a unit. */
export interface LeftBehind<Staged> {
  /** Null where no attempt came so far. */
  readonly staged: Staged | null
  /** Whether the unit stands. */
  readonly published: boolean
  readonly steps: ReadonlyMap<string, unknown>
}

/** What the core asks of one kind of operation. Everything in `Work` and `Staged` is JSON. */
export interface OperationKind<Work, Staged> {
  readonly kind: string
  /** Errors that concern one unit: they are journaled with it, and the others go on. None where left out. */
  readonly unitFaults?: readonly ErrorCode[]
  /** How long gc leaves it alone after its end; left out: `DEFAULT_GRACE_HOURS`. */
  readonly graceHours?: number
  /** Repeatable; readers see nothing of it. */
  stage(unit: Unit<Work>, context: StageContext): Promise<Staged>
  /** Reads back what was written. Throws `PROOF_FAILED` or `UNVERIFIED`. */
  prove(unit: Unit<Work>, staged: Staged, ports: OperationPorts, signal: AbortSignal): Promise<Proof>
  /** Compares with what stands, so that a wrong input is seen before it is published; null: nothing stands. */
  compare?(unit: Unit<Work>, staged: Staged, ports: OperationPorts, signal: AbortSignal): Promise<Comparison | null>
  /** One conditional write where the store has one. */
  publish(unit: Unit<Work>, staged: Staged, ports: OperationPorts): Promise<'published' | 'already' | 'conflict'>
  /**
   * Asked of every published unit before the first is taken back, so that an undo that is refused changes nothing.
   * Throws what `retract` would.
   */
  refuseRetract?(unit: Unit<Work>, staged: Staged, ports: OperationPorts): Promise<void>
  /** Takes a published unit back. */
  retract?(unit: Unit<Work>, staged: Staged, ports: OperationPorts): Promise<'retracted' | 'already' | 'conflict'>
  /** Objects that nothing reads any more. */
  garbage?(
    unit: Unit<Work>,
    left: LeftBehind<Staged>,
    ports: OperationPorts,
    operation: OperationId,
  ): AsyncIterable<{readonly key: ObjectKey; readonly etag: Etag; readonly sizeBytes: number}>
  /** Called by gc before it deletes anything of a unit, never by a dry run; `kept` leaves all of it. */
  beforeGarbage?(unit: Unit<Work>, left: LeftBehind<Staged>, ports: OperationPorts): Promise<'go on' | 'kept'>
  /** Called by gc when everything that `garbage` named of a unit is gone. */
  afterGarbage?(unit: Unit<Work>, left: LeftBehind<Staged>, ports: OperationPorts): Promise<void>
}

/** A kind whose work and staged documents the core passes on unread. */
export type AnyOperationKind = OperationKind<unknown, unknown>

/** Who runs a command, for the audit record. */
export interface Caller {
  readonly user: string
  readonly host: string
  /** sluice's version. */
  readonly version: string
  /** The command line, restricted values redacted. */
  readonly command: string
  readonly reason: string | null
}
