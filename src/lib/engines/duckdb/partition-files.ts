import pMap from 'p-map'
import {
  catalogValues,
  compileDuckdb,
  decodePartition,
  isDigestTray,
  partitionPath,
  type TableMapping,
} from '../../mapping/index.js'
import type {LoadRequest} from '../../ports/parquet-engine.js'
import {divideFolders, trayOf, type WrittenFile} from './divide-folders.js'
import {longPartition} from './load-errors.js'
import {fileList} from './local-files.js'
import type {DuckDbSession} from './session.js'
import {splitFile, TARGET_FILE_BYTES} from './split-files.js'
import {folderLimit} from './tray-folders.js'

export {type WrittenFile} from './divide-folders.js'

export interface PartitionFile extends WrittenFile {
  /** As in the catalog; empty when the table is not partitioned. */
  readonly partition: readonly string[]
  /** Number within its partition. */
  readonly n: number
}

export interface PartitionOptions {
  /** For what is written once more; removed by the caller. */
  readonly folder: string
  readonly rowGroupRows: number
  readonly targetBytes?: number
}

/** Longest name of a folder, on every usual file system. */
const LONGEST_FOLDER_BYTES = 255

/**
 * The files to store, with their partitions, numbered within each partition in a fixed order: rows that shared a folder
 * are divided first, and files much larger than the target are split. Throws `KEY_INVALID` for a value that no folder
 * can be named by.
 */
export async function partitionFiles(
  session: DuckDbSession,
  request: Pick<LoadRequest, 'mapping' | 'signal'>,
  written: readonly WrittenFile[],
  {folder, rowGroupRows, targetBytes = TARGET_FILE_BYTES}: PartitionOptions,
): Promise<PartitionFile[]> {
  const {mapping, signal} = request
  const {columns, partitionSql} = compileDuckdb(mapping)
  const limit = folderLimit(session.options, columns.length)
  const files = await divideFolders(
    session,
    {folder, partitionSql, columns, limit, rowGroupRows, signal},
    [...written].sort(byFile),
  )
  const partitions = await partitionsOf(session, request, partitionSql, files)
  // One at a time: every statement has the whole memory to itself.
  const split = await pMap(files.sort(byTray), (one) => splitFile(session, one, {targetBytes, rowGroupRows, signal}), {
    concurrency: 1,
  })
  return numbered(
    files.flatMap((file, index) =>
      split[index]!.map((part): Omit<PartitionFile, 'n'> => ({...part, partition: partitions.get(file.file)!})),
    ),
  )
}

function byFile(left: WrittenFile, right: WrittenFile): number {
  return left.file < right.file ? -1 : 1
}

function byTray(left: WrittenFile, right: WrittenFile): number {
  const [leftTray, rightTray] = [trayOf(left), trayOf(right)]
  return leftTray === rightTray ? byFile(left, right) : leftTray < rightTray ? -1 : 1
}

/** Values of each file's partition, as in the catalog; by the name of the file. */
async function partitionsOf(
  session: DuckDbSession,
  {mapping, signal}: Pick<LoadRequest, 'mapping' | 'signal'>,
  partitionSql: string,
  files: readonly WrittenFile[],
): Promise<Map<string, readonly string[]>> {
  if (mapping.partition === null) return new Map(files.map(({file}) => [file, []]))
  const digested = files.filter((file) => isDigestTray(trayOf(file)))
  const texts = await longTexts(session, partitionSql, digested, signal)
  return new Map(
    files.map((file) => {
      const values = decodePartition(texts.get(file.file) ?? trayOf(file))
      refuseLongFolders(mapping, values)
      return [file.file, catalogValues(values)]
    }),
  )
}

/** Partition texts that stand behind digests; every row of a file has the same, which the proof looks at again. */
async function longTexts(
  session: DuckDbSession,
  partitionSql: string,
  files: readonly WrittenFile[],
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  if (files.length === 0) return new Map()
  const rows = await session.rows(
    `SELECT _file AS file, any_value(${partitionSql}) AS text
     FROM read_parquet(${fileList(files.map(({file}) => file))}, hive_partitioning = false, filename = '_file') GROUP BY 1`,
    signal,
  )
  return new Map(rows.map((row) => [String(row['file']), String(row['text'])]))
}

function refuseLongFolders(mapping: TableMapping, values: readonly (string | null)[]): void {
  const folders = partitionPath(mapping.partition!, values).split('/')
  if (folders.some((name) => Buffer.byteLength(name) > LONGEST_FOLDER_BYTES)) throw longPartition(mapping)
}

function numbered(files: readonly Omit<PartitionFile, 'n'>[]): PartitionFile[] {
  const counters = new Map<string, number>()
  return files.map((file) => {
    const name = JSON.stringify(file.partition)
    const n = counters.get(name) ?? 0
    counters.set(name, n + 1)
    return {...file, n}
  })
}
