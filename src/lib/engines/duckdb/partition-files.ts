import path from 'node:path'
import {catalogValues, decodePartition, type TableMapping} from '../../mapping/index.js'

/** A Parquet file that the load's statement wrote into the spool. */
export interface WrittenFile {
  readonly file: string
  readonly rows: number
}

export interface PartitionFile extends WrittenFile {
  /** As in the catalog; empty when the table is not partitioned. */
  readonly partition: readonly string[]
  /** Number within its partition. */
  readonly n: number
}

/** The written files with their partitions, numbered within each partition in a fixed order. */
export function partitionFiles(mapping: TableMapping, written: readonly WrittenFile[]): PartitionFile[] {
  const counters = new Map<string, number>()
  const sorted = [...written].sort((a, b) => (a.file < b.file ? -1 : 1))
  return sorted.map((entry) => {
    const partition = mapping.partition === null ? [] : catalogValues(decodePartition(partitionFolder(entry.file)))
    const name = JSON.stringify(partition)
    const n = counters.get(name) ?? 0
    counters.set(name, n + 1)
    return {...entry, partition, n}
  })
}

function partitionFolder(file: string): string {
  return path.basename(path.dirname(file)).replace(/^_partition=/, '')
}
