export interface CatalogColumn {
  readonly name: string
  /** Athena's type name, e.g. `decimal(18,2)`. */
  readonly type: string
}

export interface NewCatalogTable {
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly columns: readonly CatalogColumn[]
  readonly partitionColumns: readonly CatalogColumn[]
  /** Key prefix of the table's objects, ending in `/`; null for a view. */
  readonly location: string | null
  readonly format: 'parquet' | 'json' | null
  /** Path of a partition below the location, e.g. `year={year}/month={month}/`; null when not partitioned. */
  readonly pathTemplate: string | null
  /** Portable SQL of a view; null for a table. */
  readonly viewSql: string | null
  readonly parameters: Readonly<Record<string, string>>
}

export interface CatalogTable extends NewCatalogTable {
  /** Changes with every change of the table; for optimistic updates. */
  readonly version: string
  /** Why its files must stay as they are, as the end of a sentence (`is bucketed by …`); left out where they need not. */
  readonly filesFault?: string
  /** Lake Formation decides which rows and columns of it the caller sees. */
  readonly isGoverned?: true
}

export interface NewCatalogPartition {
  /** One text a partition column; `__HIVE_DEFAULT_PARTITION__` stands for NULL. */
  readonly values: readonly string[]
  /** Key prefix of the partition's objects, ending in `/`. */
  readonly location: string
  readonly parameters: Readonly<Record<string, string>>
}

export interface CatalogPartition extends NewCatalogPartition {
  readonly version: string
}

export type PartitionOutcome =
  | {
      readonly values: readonly string[]
      readonly state: 'created' | 'exists' | 'updated' | 'deleted' | 'absent' | 'changed'
    }
  | {readonly values: readonly string[]; readonly state: 'failed'; readonly reason: string}

/**
 * Tables and partitions of one database. Names are lower case, as in Glue.
 *
 * Errors: `PRECONDITION_FAILED` when an expected version does not stand any more, `TABLE_UNKNOWN` for partition calls
 * on a table that is not there, `CATALOG_CORRUPT` when a stored document cannot be read.
 */
export interface Catalog {
  /** Every table, by name. */
  listTables(): Promise<CatalogTable[]>
  getTable(name: string): Promise<CatalogTable | null>
  /** Creates when `expectedVersion` is null, else replaces exactly that version. */
  putTable(table: NewCatalogTable, expectedVersion: string | null): Promise<CatalogTable>
  /** Drops the table and its partitions from the catalog; objects stay. */
  dropTable(name: string, expectedVersion: string): Promise<void>
  /** Every partition, streamed, in no promised order. */
  listPartitions(table: string): AsyncIterable<CatalogPartition>
  /** In the order asked; null where there is none. */
  getPartitions(table: string, values: readonly (readonly string[])[]): Promise<(CatalogPartition | null)[]>
  /** `exists` (not a failure, the standing location is kept) or `created`, one outcome an item, in order. */
  createPartitions(table: string, partitions: readonly NewCatalogPartition[]): Promise<PartitionOutcome[]>
  /**
   * Replaces location and parameters when the version still stands; else `changed` or `absent`. Parameters that others
   * set are kept, but for statistics of files at another location.
   */
  updatePartition(table: string, partition: NewCatalogPartition, expectedVersion: string): Promise<PartitionOutcome>
  deletePartitions(table: string, values: readonly (readonly string[])[]): Promise<PartitionOutcome[]>
}

/** How Hive, Glue and Athena write a NULL partition value. */
export const HIVE_NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__'

/** Engines compute the partitions of such a table, and never ask the catalog for them. */
export function isProjected({parameters}: Pick<NewCatalogTable, 'parameters'>): boolean {
  return /^true$/i.test(parameters['projection.enabled'] ?? '')
}

/** Parameters in which engines keep statistics of a table's or partition's files: wrong once it has other files. */
const FILE_STATISTIC =
  /^(numFiles|numRows|rawDataSize|totalSize|COLUMN_STATS_ACCURATE|recordCount|objectCount|averageRecordSize|sizeKey)$/

export function withoutFileStatistics(parameters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !FILE_STATISTIC.test(name)))
}
