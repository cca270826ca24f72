import type {CatalogColumn} from './catalog.js'
import type {Etag, ObjectKey, ObjectStore} from './object-store.js'
import type {RowDigest, StepLog} from './parquet-engine.js'

/** One object whose rows are merged with those of others. */
export interface MergeSource {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly sizeBytes: number
}

/** For engines that have others read and write by tables over objects. */
export interface MergePlace {
  /** Whose rows are merged. */
  readonly table: string
  readonly operation: string
  /** The same for the same sources of an operation, whatever the attempt: letters, digits and `_`. */
  readonly name: string
  /** A place that nothing else of the operation uses; ends in `/`. */
  readonly prefix: ObjectKey
}

export interface MergeRequest {
  /** Holds the sources and takes the outputs. */
  readonly store: ObjectStore
  /** `json`: lines, plain or gzip by their names; carried byte for byte. */
  readonly format: 'parquet' | 'json'
  /** In the order in which rows are to stand. */
  readonly sources: readonly MergeSource[]
  /** Of the table, with Athena's types: what every column must fit into without loss. Not looked at for `json`. */
  readonly columns: readonly CatalogColumn[]
  /** Rows of a change log whose `_source` is one of these are left out, and counted. */
  readonly droppedRuns: readonly string[]
  /** Outputs are about this large; a single one where the rows need no more. */
  readonly targetBytes: number
  /** How many outputs the planner expects; the engine divides the rows by it, in order. */
  readonly outputs: number
  /** The key of the n-th output; `schema` is equal for outputs of equal columns and types. */
  readonly keyOf: (n: number, schema: string) => ObjectKey
  readonly place: MergePlace
  readonly steps: StepLog
  readonly signal?: AbortSignal
}

/**
 * Facts of one column over all rows, as the footers of the sources have them, which other writers than this engine made;
 * left out where they do not tell, and where rows were dropped.
 */
export interface ColumnFacts {
  readonly name: string
  /** The engine's name of the type that the column is read as. */
  readonly type: string
  readonly nulls?: number
  /** Integers in base 10: decimals without their point, days or microseconds since 1970. Texts and doubles have none. */
  readonly min?: string
  readonly max?: string
}

/** A column that is stored in another way in the outputs, with the same values. */
export interface StorageChange {
  readonly column: string
  readonly from: string
  readonly to: string
}

/** Rows as a multiset, cast to the merged columns. */
export interface MergeFacts extends RowDigest {
  readonly columns: readonly ColumnFacts[]
}

export interface MergedObject {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly sizeBytes: number
  readonly rows: number
  /** Rows by `_source`, in a change log; empty in other tables. */
  readonly runs: Readonly<Record<string, number>>
}

/** An output, wherever its engine has put it. */
export interface MergedOutput extends MergedObject {
  /** What `keyOf` says; the same as `key`, but for an engine that gives names of its own: these lie in its place. */
  readonly wanted: ObjectKey
}

export interface MergeResult {
  readonly objects: readonly MergedOutput[]
  /** What the sources hold without the dropped rows. */
  readonly facts: MergeFacts
  /** Left out, by run; empty where none was. */
  readonly dropped: Readonly<Record<string, number>>
  /** For the result to tell: readers of the files themselves may look at how a column is stored. */
  readonly changes: readonly StorageChange[]
  /** What an engine bills for; 0 for that of this machine. */
  readonly scannedBytes: number
}

export interface MergedRequest {
  readonly store: ObjectStore
  readonly format: 'parquet' | 'json'
  readonly objects: readonly MergedObject[]
  /** Of the merge: as which columns and types the rows are compared. */
  readonly expected: MergeFacts
  readonly place: MergePlace
  readonly signal?: AbortSignal
}

/** Few files of many, with the same rows. */
export interface MergeEngine {
  /**
   * Sources to few outputs with the same rows, in their order. Throws `MERGE_SOURCE_CHANGED` when a source has other
   * bytes, `MERGE_SOURCE_BROKEN` for one that cannot be read to its end, `MERGE_LOSSY` where a column's values do not
   * fit into one type exactly (file and column named); `ENGINE_UNFIT` where another engine could, `MEMORY_EXCEEDED`,
   * `DISK_FULL`. Nothing that is seen is stored then. An engine that `goesOn` goes on by the steps that were noted.
   */
  merge(request: MergeRequest): Promise<MergeResult>
  /** Reads outputs back: the same facts. Throws `PROOF_FAILED` naming what differs. Returns the bytes that are billed. */
  proveMerged(request: MergedRequest): Promise<number>
}
