import type {Etag, ObjectKey} from '../ports/object-store.js'
import type {EngineName} from '../ports/parquet-engine.js'
import type {MergedObject, MergeFacts, MergeSource} from '../ports/merge-engine.js'

/**
 * How outputs take the place of their sources. `beside`: in a change log, where a row that stands twice counts once.
 * `swap`: the catalog is pointed to them. `in-place`: put first, then the sources are deleted; readers see rows twice in
 * between. `iceberg`: the table keeps its own list of files, and its engine rewrites them.
 */
export type Method = 'beside' | 'swap' | 'in-place' | 'iceberg'

/** An object as the listing showed it. */
export interface PlannedSource {
  readonly key: ObjectKey
  readonly sizeBytes: number
  readonly modifiedAt: string
  /** Left out where listings do not tell. */
  readonly etag?: Etag
}

/** The merge of one partition. */
export interface CompactWork {
  readonly table: string
  readonly method: Exclude<Method, 'iceberg'>
  /** One text a partition column; empty for a table in one piece. */
  readonly partition: readonly string[]
  readonly location: ObjectKey
  readonly format: 'parquet' | 'json'
  /** In the order of their keys. */
  readonly sources: readonly PlannedSource[]
  /** Runs that no reader will ever count again. */
  readonly droppedRuns: readonly string[]
  /** Left out: this machine's. */
  readonly engine?: EngineName
  readonly outputs: number
  readonly targetBytes: number
}

export interface StagedOutput extends MergedObject {
  /** Where readers will find it; for a swap where it lies already. */
  readonly finalKey: ObjectKey
}

/** Sources and what they were merged to, proven by themselves. */
export interface MergeRound {
  readonly sources: readonly MergeSource[]
  readonly outputs: readonly StagedOutput[]
  readonly facts: MergeFacts
}

/** What staging leaves in the journal; nothing of it is visible. */
export interface StagedCompaction {
  readonly operation: string
  readonly attempt: number
  /** The first is the planned one; more where files came while a partition that is swapped was merged. */
  readonly rounds: readonly MergeRound[]
  readonly dropped: Readonly<Record<string, number>>
  /** What an engine bills for; left out where none does. */
  readonly scannedBytes?: number
}
