/** A table that keeps its own list of files (Iceberg), or those partitions of it that have these values. */
export interface UpkeptTable {
  readonly table: string
  readonly where: readonly {readonly column: string; readonly type: string; readonly value: string}[]
}

/** From when on files of a partition are worth rewriting. */
export interface UpkeepPolicy {
  readonly targetBytes: number
  readonly minimumFiles: number
}

/** What a table's newest snapshot lists. */
export interface UpkeepFigures {
  /** Null for a table without one: nothing was ever written. */
  readonly snapshot: string | null
  readonly partitions: number
  readonly files: number
  readonly sizeBytes: number
  readonly rows: number
  /** Files that take rows or keys away from others. */
  readonly deleteFiles: number
  /** Of partitions with enough files that are small on the average, and to how many files these would come. */
  readonly wanting: {
    readonly partitions: number
    readonly files: number
    readonly sizeBytes: number
    readonly outputs: number
  }
}

/** `optimize` rewrites small files and folds deletes in; `vacuum` expires old snapshots and deletes what only they list. */
export type UpkeepStatement = 'optimize' | 'vacuum'

export interface UpkeepRun {
  /** `more`: it did a part, and is to be run again. */
  readonly state: 'done' | 'more' | 'failed'
  /** Where it failed. */
  readonly error: Error | null
  /** Another run may end well. */
  readonly mayPass: boolean
  /** Somebody stopped it: a person, or the process that waited for it as it ended. */
  readonly wasStopped: boolean
  readonly executionId: string
  readonly scannedBytes: number
}

/** A rewrite that the table's history tells of, with the rows that readers count before and after it. */
export interface Rewrite {
  readonly snapshot: string
  readonly rowsBefore: number
  readonly rowsAfter: number
}

/** Upkeep of tables that keep their own list of files, by the engine that writes it. */
export interface TableUpkeep {
  measure(table: UpkeptTable, policy: UpkeepPolicy, signal?: AbortSignal): Promise<UpkeepFigures>
  /** Runs a statement to its end, however it ends; the same token is the same run, whoever asks again. */
  run(statement: UpkeepStatement, table: UpkeptTable, token: string, signal?: AbortSignal): Promise<UpkeepRun>
  /** Every rewrite since a snapshot, as long as the history still tells of it. */
  rewritesSince(table: string, snapshot: string, signal?: AbortSignal): Promise<Rewrite[]>
}
