import type {ColumnFacts, MergeRequest, StorageChange} from '../../ports/merge-engine.js'
import type {SessionPool} from './session-pool.js'

/** What merging of any format starts from. */
export interface MergeWork {
  readonly pool: SessionPool
  readonly request: MergeRequest
  /** For this merge alone; removed by the caller. */
  readonly folder: string
  readonly signal: AbortSignal | undefined
}

/** A finished file in the spool. */
export interface WrittenOutput {
  readonly file: string
  readonly sizeBytes: number
  readonly rows: number
  readonly digest: bigint
  readonly runs: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
}

export interface MergedFiles {
  readonly schema: string
  /** In order; none is empty. */
  readonly outputs: readonly WrittenOutput[]
  readonly dropped: Readonly<Record<string, number>>
  readonly columns: readonly ColumnFacts[]
  readonly changes: readonly StorageChange[]
}
