import {rm} from 'node:fs/promises'
import path from 'node:path'
import {trayText} from '../../mapping/index.js'
import {quoteText} from '../../sql/index.js'
import {fileList} from './local-files.js'
import type {DuckDbSession} from './session.js'
import {isSharedTray, sharedTraySql, type FolderLimit} from './tray-folders.js'

/** A Parquet file that the load's statement wrote into the spool. */
export interface WrittenFile {
  readonly file: string
  readonly rows: number
}

/** What all statements of one division have in common. */
export interface Division {
  /** Stands already; each statement writes into a new folder in it. */
  readonly folder: string
  /** SQL of the partition text over stored columns. */
  readonly partitionSql: string
  readonly columns: readonly string[]
  readonly limit: FolderLimit
  readonly rowGroupRows: number
  readonly signal?: AbortSignal | undefined
}

interface SharedFile extends WrittenFile {
  /** Partitions that its rows belong to. */
  readonly partitions: number
}

const TRAY_COLUMN = '_partition'

/** The text by which a load's statement put a file into its folder. */
export function trayOf({file}: WrittenFile): string {
  return path.basename(path.dirname(file)).slice(`${TRAY_COLUMN}=`.length)
}

/**
 * Rows of shared folders brought into folders of their partitions: one file each, as no statement writes more folders
 * at a time than it can keep open. The divided files are removed.
 */
export async function divideFolders(
  session: DuckDbSession,
  division: Division,
  written: readonly WrittenFile[],
  round = 1,
): Promise<WrittenFile[]> {
  const shared = written.filter((file) => isSharedTray(trayOf(file)))
  const divided: WrittenFile[] = written.filter((file) => !isSharedTray(trayOf(file)))
  if (shared.length === 0) return divided
  const most = division.limit.partitions + division.limit.shared
  for (const [index, batch] of batches(await countPartitions(session, division, shared), most).entries()) {
    const isTooWide = batch.length === 1 && batch[0]!.partitions > most
    const tray = isTooWide ? sharedTraySql(TRAY_COLUMN, division.limit.shared, round) : trayText(TRAY_COLUMN)
    const folder = path.join(division.folder, `round-${round}-${index}`)
    const files = await writeTrays(session, {...division, folder}, batch, tray)
    await Promise.all(batch.map(({file}) => rm(file)))
    divided.push(...(isTooWide ? await divideFolders(session, {...division, folder}, files, round + 1) : files))
  }
  return divided
}

async function countPartitions(
  session: DuckDbSession,
  {partitionSql, signal}: Division,
  files: readonly WrittenFile[],
): Promise<SharedFile[]> {
  // Hashes: 8 bytes a partition, whatever its length.
  const rows = await session.rows(
    `SELECT _file AS file, count(DISTINCT hash(${partitionSql})) AS partitions
     FROM read_parquet(${fileList(files.map(({file}) => file))}, hive_partitioning = false, filename = '_file') GROUP BY 1`,
    signal,
  )
  const counts = new Map(rows.map((row) => [String(row['file']), Number(row['partitions'])]))
  return files.map((file) => ({...file, partitions: counts.get(file.file)!}))
}

/** Files in order, as many at a time as have `most` partitions together; one that has more stands alone. */
function batches(files: readonly SharedFile[], most: number): SharedFile[][] {
  const all: SharedFile[][] = []
  let room = 0
  for (const file of files) {
    if (file.partitions > room) {
      all.push([])
      room = most
    }
    all.at(-1)!.push(file)
    room -= file.partitions
  }
  return all
}

async function writeTrays(
  session: DuckDbSession,
  {folder, partitionSql, columns, rowGroupRows, signal}: Division,
  files: readonly WrittenFile[],
  tray: string,
): Promise<WrittenFile[]> {
  const names = columns.join(', ')
  const rows = `SELECT ${names}, ${partitionSql} AS ${TRAY_COLUMN} FROM read_parquet(${fileList(files.map(({file}) => file))}, hive_partitioning = false)`
  const options = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rowGroupRows}, PARTITION_BY (${TRAY_COLUMN}), RETURN_STATS`
  return writtenFiles(
    await session.rows(
      `COPY (SELECT ${names}, ${tray} AS ${TRAY_COLUMN} FROM (${rows})) TO ${quoteText(folder)} (${options})`,
      signal,
    ),
  )
}

/** What a COPY with RETURN_STATS answers. */
export function writtenFiles(rows: readonly Record<string, unknown>[]): WrittenFile[] {
  return rows.map((row) => ({file: String(row['filename']), rows: Number(row['count'])}))
}
