import {DELETES_TRAY, fitsTray, trayText} from '../../mapping/index.js'
import {FATE} from './row-tap.js'

/** How wide one statement may write: DuckDB holds buffers of every folder from the first row to the last. */
export interface FolderLimit {
  /** Partitions with a folder of their own. */
  readonly partitions: number
  /** Folders that the rows of all further partitions share, to be divided by a later statement. */
  readonly shared: number
}

/** Writers that DuckDB keeps open; above it, it closes some and begins further files of their partitions. */
export const OPEN_WRITERS = 512
/** Leaves room for left-out rows, for deletes, and for partitions that are told apart late. */
const MOST_FOLDERS = 384
const FEWEST_FOLDERS = 16
/** A vector of 2,048 values of 16 bytes; each thread has one for every column of every folder. */
const VECTOR_BYTES = 32 * 1024
/** Rows that wait for their row group, by column: measured 82 KiB in all with two threads (22 columns of mixed types). */
const WAITING_BYTES = 32 * 1024
/** The rest of the memory limit is for reading, and for texts longer than 12 bytes. */
const MEMORY_SHARE = 1 / 3
/** So that a hundred times as many partitions need only one more statement for each shared folder. */
const SHARED_FRACTION = 1 / 4

/**
 * The limit that fits the memory. Without it a load of 2,000 partitions of 22 columns ends at once, out of memory, in
 * 1 GB; DuckDB's own limit only counts open files.
 */
export function folderLimit(
  {memoryLimitBytes, threads}: {readonly memoryLimitBytes: number; readonly threads: number},
  columns: number,
): FolderLimit {
  const folderBytes = columns * (threads * VECTOR_BYTES + WAITING_BYTES)
  const fitting = Math.floor((memoryLimitBytes * MEMORY_SHARE) / folderBytes)
  const folders = Math.max(FEWEST_FOLDERS, Math.min(MOST_FOLDERS, fitting))
  const shared = Math.floor(folders * SHARED_FRACTION)
  return {partitions: folders - shared, shared}
}

/** Begins the tray of a shared folder; no partition's tray begins so. */
const SHARED_TRAY = 's'

export function isSharedTray(tray: string): boolean {
  return tray.startsWith(SHARED_TRAY)
}

/** SQL of a shared folder's tray; `round` makes rows that shared one folder part in the next round. */
export function sharedTraySql(text: string, folders: number, round: number): string {
  // As a second argument the round would only flip bits of the hash: most of what shared a folder would share again.
  return `'${SHARED_TRAY}' || (hash(concat(${text}, '/', ${round})) % ${folders})`
}

/** SQL of the tray that a row of the text `_partition` goes to, by its `_fate`. */
export function firstTraySql({shared}: FolderLimit): string {
  // The first branch takes nearly all rows of nearly all loads, and is worded to cost next to nothing (5% of a load).
  const plain = `_fate = ${FATE.own} AND ${fitsTray('_partition')} THEN _partition`
  const own = `_fate = ${FATE.own} OR (_fate = ${FATE.shared} AND _partition = '${DELETES_TRAY}')`
  return `CASE WHEN ${plain} WHEN ${own} THEN ${trayText('_partition')} WHEN _fate = ${FATE.shared} THEN ${sharedTraySql('_partition', shared, 0)} END`
}
