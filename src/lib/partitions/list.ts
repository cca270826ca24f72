import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import {compareKeys} from '../ports/object-keys.js'
import {isOutsideLake, tableSizes, type PartitionSize} from '../ports/table-objects.js'
import type {DiffPorts} from './diff.js'
import {folderOf, isCompacted} from './folders.js'
import {partitionName, readEntry} from './table-entry.js'

/** `in place`: where its values say; `compacted`: a compaction wrote it anew; `outside`: sluice cannot look there. */
export type PlaceOfPartition = 'in place' | 'moved' | 'compacted' | 'outside'

export interface ListedPartition {
  readonly partition: string
  readonly values: readonly string[]
  readonly location: string
  readonly place: PlaceOfPartition
  /** Null where it cannot be looked at. */
  readonly files: number | null
  readonly sizeBytes: number | null
}

/** `partitions list --json`. */
export interface ListDocument {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly table: string
  readonly registered: number
  readonly partitions: readonly ListedPartition[]
  readonly isTruncated: boolean
}

/** Every partition of the catalog with what lies in it, by its values: one listing of the table's place. */
export async function listPartitions(table: TableDefinition, ports: DiffPorts): Promise<readonly ListedPartition[]> {
  const {entry, standing, form} = await readEntry(table, ports.catalog)
  if (standing === null) return []
  const sizes = new Map<string, PartitionSize>()
  for (const size of await tableSizes(standing, ports)) sizes.set(JSON.stringify(size.values), size)
  const listed: ListedPartition[] = []
  for await (const {values, location} of ports.catalog.listPartitions(table.name)) {
    const own = folderOf(entry, form, values)
    const place = isOutsideLake(location)
      ? 'outside'
      : isCompacted(entry, location)
        ? 'compacted'
        : location === own
          ? 'in place'
          : 'moved'
    const {files = 0, sizeBytes = 0} = place === 'outside' ? {} : (sizes.get(JSON.stringify(values)) ?? {})
    const amounts = place === 'outside' ? {files: null, sizeBytes: null} : {files, sizeBytes}
    listed.push({partition: partitionName(entry, values), values, location, place, ...amounts})
  }
  return listed.sort((left, right) => compareKeys(left.partition, right.partition))
}

export function listDocument(
  table: TableDefinition,
  partitions: readonly ListedPartition[],
  {lake, environment}: Pick<LakeDefinition, 'lake' | 'environment'>,
  asOf: Date,
  maxRows: number,
): ListDocument {
  return {
    lake,
    environment: environment.name,
    asOf: asOf.toISOString(),
    table: table.name,
    registered: partitions.length,
    partitions: partitions.slice(0, maxRows),
    isTruncated: partitions.length > maxRows,
  }
}
