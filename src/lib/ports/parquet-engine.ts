import type {QuarantinedLine, QuarantineReason} from '../mapping/quarantine.js'
import type {TableMapping} from '../mapping/types.js'
import type {Etag, ObjectKey, ObjectStore} from './object-store.js'
import type {QueryValue} from './query-engine.js'

/** What the lines of an export are: whole items in a full one, changes with images in an incremental one. */
export type LineShape = 'items' | 'changes'

/**
 * Which rows also delete what their key has in other partitions, where partitions are immutable: none below a floor of
 * the load's own, those whose own partition cannot be told, or all.
 */
export type Broadcasts = 'none' | 'homeless' | 'all'

/** What maps lines to Parquet, or merges them: this machine, or Athena. */
export type EngineName = 'duckdb' | 'athena'
/** What is asked for: one of them, or the one that fits. */
export type EngineWish = EngineName | 'auto'

/** What was chosen to do a piece of work. */
export interface EngineChoice {
  readonly name: EngineName
  /** Why this one, as the end of a sentence. */
  readonly reason: string
}

/** Why an engine can write nothing in a lake, whatever the work. */
export interface EngineFault {
  /** A sentence. */
  readonly text: string
  /** What to do about it: a sentence without its end. */
  readonly remedy: string
}

/** A journal of what an engine has others do, so that it finds it again. */
export interface StepLog {
  /** The last value of each step, of all attempts before this one. */
  readonly noted: ReadonlyMap<string, unknown>
  /**
   * Durable once it returns. Throws `LOCK_LOST` when another process has gone on. A value with `keys` names the objects
   * that its step has written.
   */
  note(step: string, value: unknown): Promise<void>
}

/** One gzipped line file of an export. */
export interface SourceFile {
  readonly key: ObjectKey
  readonly sizeBytes: number
  /** Lines that the manifest states. */
  readonly itemCount: number
  /** Default: `json`. `quarantine`: an object of quarantined lines, of which another mapping may read some. */
  readonly format?: 'json' | 'ion' | 'quarantine'
}

/** What every row of a load says of its origin. */
export interface RowOrigin {
  /** Microseconds since 1970; a full export's time rounded down to the second. Lines of changes carry their own. */
  readonly version: bigint
  readonly sourceRank: number
  /** The attempt's run id, stored in `_source`. */
  readonly source: string
}

export interface StagedObject {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly sizeBytes: number
  readonly rows: number
  /** One text a partition column; Hive's default partition for NULL; empty when the table is not partitioned. */
  readonly partition: readonly string[]
}

/** One kind of problem and how often it was met. */
export interface ProblemCount {
  readonly reason: QuarantineReason
  /** Null where the whole line is at fault. */
  readonly column: string | null
  readonly rows: number
}

/** Rows counted and hashed as a multiset: equal for the same rows in any order. */
export interface RowDigest {
  readonly rows: number
  /** Comparable only within one run of one engine; hexadecimal. */
  readonly digest: string
}

/** As `RowDigest`, over rows of a change log. */
export interface ChangelogDigest extends RowDigest {
  readonly quarantined: number
}

export interface LoadRequest {
  readonly source: ObjectStore
  readonly files: readonly SourceFile[]
  readonly mapping: TableMapping
  readonly shape: LineShape
  /** A condition over the mapped columns in the portable dialect: other rows are counted and left out. */
  readonly where: string | null
  readonly broadcasts: Broadcasts
  readonly origin: RowOrigin
  readonly target: ObjectStore
  /** The key of the n-th object of a partition. */
  readonly keyOf: (partition: readonly string[], n: number) => Promise<ObjectKey>
  /** The key of the n-th object of quarantined lines. */
  readonly quarantineKeyOf: (n: number) => ObjectKey
  /** The key of the n-th object of deletes of no known partition. */
  readonly deletesKeyOf: (n: number) => ObjectKey
  /** As many lines without an item or without a key are set aside; more are refused. */
  readonly allowUnreadable: number
  /** Name in the catalog of the table of deletes of no known partition. */
  readonly deletesTable: string
  /** Called with the partitions of all rows before the first row is written, by engines that write into the table. */
  readonly onPartitions: (partitions: readonly (readonly string[])[]) => Promise<void>
  readonly steps: StepLog
  /** Key prefix of what an engine puts down for the time of the load; ends in `/`. */
  readonly workPrefix: string
  readonly onProgress?: (rows: number) => void
  readonly signal?: AbortSignal
}

/**
 * Rows written = `upserts` + `quarantined` + `deleted` + `added`. Lines read = these without `added`, and `skipped` +
 * `elsewhere` + `filtered` + `unreadable`.
 */
export interface LoadResult extends ChangelogDigest {
  readonly objects: readonly StagedObject[]
  /** Deletes of no known partition; counted in the digest too. */
  readonly deletes: readonly StagedObject[]
  /** Lines of items that are gone, or are none of the table any more. */
  readonly deleted: number
  /** Deletes beside another row of the same line: of the partition that an item moved from, or of all partitions. */
  readonly added: number
  /** Items that a `skip` condition of the table leaves out. */
  readonly skipped: number
  /** Items that a `when` condition gives to other tables. */
  readonly elsewhere: number
  /** Items that `where` leaves out. */
  readonly filtered: number
  /** Lines that gave no row, because they hold no item or their item has no key. */
  readonly unreadable: number
  /** Largest first; empty when nothing was quarantined. */
  readonly problems: readonly ProblemCount[]
  /** A row for every quarantined item and every unreadable line. */
  readonly quarantine: RowDigest & {readonly objects: readonly StagedObject[]}
}

/** A row of a change log, made by the row function. */
export interface AppendedRow {
  readonly op: 'upsert' | 'quarantined' | 'delete'
  readonly values: Readonly<Record<string, QueryValue>>
  /** Null: a delete of no known partition. */
  readonly partition: readonly (string | null)[] | null
  /** Microseconds. */
  readonly version: bigint
  readonly sequence: string
}

export interface AppendRequest {
  readonly mapping: TableMapping
  readonly rows: AsyncIterable<AppendedRow>
  readonly quarantined: readonly QuarantinedRow[]
  readonly sourceRank: number
  /** Stored in `_source`. */
  readonly source: string
  readonly target: ObjectStore
  readonly keyOf: (partition: readonly string[], n: number) => Promise<ObjectKey>
  readonly quarantineKeyOf: (n: number) => ObjectKey
  readonly deletesKeyOf: (n: number) => ObjectKey
  /** Called with the partitions before the first object is written. */
  readonly onPartitions: (partitions: readonly (readonly string[])[]) => Promise<void>
  readonly signal?: AbortSignal
}

/** A line that was set aside, with the run or `stream` that did it, and its version in microseconds, as text. */
export interface QuarantinedRow extends QuarantinedLine {
  readonly run: string
  readonly _version: string
}

export interface AppendResult {
  readonly objects: readonly StagedObject[]
  /** Objects that stood already, from the same rows. */
  readonly standing: number
}

export interface DigestRequest {
  readonly store: ObjectStore
  /** What should stand there: `PROOF_FAILED` when an object has other rows or rows of another partition. */
  readonly objects: readonly Pick<StagedObject, 'key' | 'rows' | 'partition'>[]
  readonly mapping: TableMapping
  /** The rows' `_source`. Engines that look into the table find by it what is there beside the objects. */
  readonly source: string
  /** Objects hold rows of other sources too, which do not count; nor are the objects' own counts checked then. */
  readonly holdsOthers?: boolean
  readonly deletesTable: string
  readonly signal?: AbortSignal
}

/** What loads left that no journal names: a statement was begun, and nobody was told how it ended. */
export interface LeftRowsRequest {
  readonly mapping: TableMapping
  readonly deletesTable: string
  /** Of the rows' `_source`. */
  readonly sources: readonly string[]
  readonly signal?: AbortSignal
}

/** An object that was found by rows that it holds. */
export interface LeftObject {
  readonly key: ObjectKey
  /** Rows of other sources than were looked for. */
  readonly otherRows: number
}

export interface QuarantineDigestRequest {
  readonly store: ObjectStore
  readonly objects: readonly Pick<StagedObject, 'key'>[]
  readonly signal?: AbortSignal
}

/**
 * The heavy work over rows.
 *
 * Errors of `load`: `EXPORT_FILE_BROKEN` (a file cannot be read to its end), `EXPORT_LINE_INVALID` (a line is not an
 * item), `EXPORT_COUNT_MISMATCH`, `EXPORT_ITEM_WITHOUT_KEY`, `EXPORT_KEY_DUPLICATE`, `MAPPING_ERROR` (a policy says
 * `error`), `MEMORY_EXCEEDED`, `DISK_FULL`. Nothing is stored then.
 */
export interface ParquetEngine {
  readonly name: EngineName
  /** Whether a load goes on where its last attempt stopped, under the same run, by the steps that were noted. */
  readonly goesOn: boolean
  /** Why it can neither load nor merge here; null where it can. Without it: it can. */
  fault?(): Promise<EngineFault | null>
  /** Throws `QUERY_INVALID` for a text that is no condition over the mapped columns. */
  checkCondition(mapping: TableMapping, where: string): Promise<void>
  /** Source lines to staged Parquet objects in the target store; one read of the source. */
  load(request: LoadRequest): Promise<LoadResult>
  /**
   * Writes rows as they come to Parquet objects that readers see at once. An object that stands already is left as it
   * is: the same rows have the same keys.
   */
  append(request: AppendRequest): Promise<AppendResult>
  /** Reads back Parquet objects: counts and the same digest as `load` made. */
  digest(request: DigestRequest): Promise<ChangelogDigest>
  /** The table's objects that hold rows of these sources, found by the rows. Only where `goesOn`. */
  findObjects?(request: LeftRowsRequest): Promise<LeftObject[]>
  /** As `digest`, over objects of quarantined lines. */
  digestQuarantine(request: QuarantineDigestRequest): Promise<RowDigest>
  close(): Promise<void>
}
