/** How store and catalog can differ. */
export type DifferenceKind =
  'unregistered' | 'empty' | 'mismatch' | 'twin' | 'misfit' | 'nested' | 'shared' | 'unseen' | 'outside'

/** One thing that stands otherwise in store and catalog. */
export interface Difference {
  readonly kind: DifferenceKind
  /** `year=2026/month=01`; null for a folder that is none. */
  readonly partition: string | null
  /** As the catalog keeps them; null for a folder that is no partition. */
  readonly values: readonly string[] | null
  /** Where the catalog points; null where it has no such partition. */
  readonly location: string | null
  /** Where objects lie; null where there are none. */
  readonly folder: string | null
  readonly files: number
  readonly sizeBytes: number
  /** What is meant by it, as a sentence without its end. */
  readonly text: string
}

export type DifferenceCounts = Readonly<Record<DifferenceKind, number>>

/** One table's partitions, store against catalog. */
export interface TableDiff {
  readonly table: string
  /** False: the catalog has no such table yet. */
  readonly isInCatalog: boolean
  /** Engines compute its partitions and never look them up. */
  readonly isProjected: boolean
  readonly location: string
  readonly template: string
  readonly registered: number
  /** Folders with objects that are, or could be, a partition. */
  readonly folders: number
  readonly files: number
  readonly sizeBytes: number
  /** Registered, with objects where the catalog points. */
  readonly inStep: number
  /** Of these: in what a compaction wrote, outside of the table's own folder. */
  readonly compacted: number
  /** Of these: elsewhere than their values say, and nothing lies where these do. */
  readonly moved: number
  readonly counts: DifferenceCounts
  /** The first of them. */
  readonly differences: readonly Difference[]
  readonly notListed: number
}

/** `partitions diff --json`. */
export interface DiffDocument {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly tables: readonly TableDiff[]
}
