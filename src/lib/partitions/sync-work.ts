import type {NewCatalogPartition, NewCatalogTable} from '../ports/catalog.js'

export interface SyncItem {
  readonly values: readonly string[]
  /** Where its objects lie; of one to drop, where the catalog points. */
  readonly location: string
}

/** One unit of a sync: the table itself, or partitions that are created or dropped together. */
export type SyncWork =
  | {readonly action: 'table'; readonly table: string; readonly entry: NewCatalogTable}
  | {readonly action: 'create' | 'drop'; readonly table: string; readonly items: readonly SyncItem[]}

/** What stood before, so that it can be told and taken back. */
export interface StagedSync {
  /** Written into everything that the operation creates: what carries it is its own. */
  readonly operation: string
  /** Values that somebody else has registered by now. */
  readonly standing: readonly (readonly string[])[]
  /** Partitions to be dropped, as they were; those that hold objects by now are left out. */
  readonly dropped: readonly NewCatalogPartition[]
}

/** Parameter of what a sync created: its operation. */
export const SYNC_MARK = 'sync'
