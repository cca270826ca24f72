import {SluiceError} from '../errors.js'
import type {Resources} from '../ports/machine.js'
import {flagText, shortageText} from './render-needs.js'

/** What decides how much a load needs. */
export interface LoadScale {
  readonly items: number
  /** Of the export's files, as stored. */
  readonly compressedBytes: number
  readonly largestFileBytes: number
  /** Of the files that are not on this machine: the engine reads copies. */
  readonly copiedBytes: number
  /** Files that may hold lines to be set aside. */
  readonly sifted: number
  /** Columns that are written, the table's own and the change log's. */
  readonly columns: number
  /** Expected; a sample tells. */
  readonly partitions: number
  /** Rows that the load is compared with. */
  readonly standingRows: number
}

export interface LoadNeeds {
  /** Staged files, spilled rows and copies at one time. */
  readonly tempBytes: number
  readonly lakeBytes: number
  /** Of the engine's memory limit. */
  readonly memoryBytes: number
  /** As many as the memory limit has room for. */
  readonly threads: number
}

/** What there is. */
export interface LoadRoom extends Resources {
  readonly temporaryFreeBytes: number
  readonly lakeFreeBytes: number
  /** Staged files are moved into the lake then, and stand on its disk once. */
  readonly isOneFileSystem: boolean
  readonly machineMemoryBytes: number
}

export interface Shortage {
  readonly of: 'temporary-disk' | 'temporary-limit' | 'lake-disk' | 'memory-limit' | 'machine-memory'
  readonly neededBytes: number
  readonly availableBytes: number
  readonly missingBytes: number
  /** Where it is missing; null for a limit and for memory. */
  readonly folder: string | null
}

// Measured with the claims blueprint, 42 columns (docs/decisions/load-resources.md).
const PARQUET_BYTES_PER_COMPRESSED_BYTE = 1.15
const SMALLEST_OBJECT_BYTES = 24 * 1024
const JSON_BYTES_PER_COMPRESSED_BYTE = 8
const MIB = 1024 ** 2
const BASE_MEMORY_BYTES = 64 * MIB
const THREAD_MEMORY_BYTES = 64 * MIB
/** Each thread holds the rows of each folder that it writes in blocks of their own, column by column. */
const WRITER_COLUMN_BYTES = 36 * 1024
/** Beside the engine's limit: Node, the row function, and what DuckDB does not count. */
const PROCESS_MEMORY_BYTES = 400 * MIB
/** The engine writes at least so many folders at a time, and as many more as fit into a third of its limit. */
const FEWEST_FOLDERS = 16
const MOST_FOLDERS = 384
const FOLDERS_SHARE = 1 / 3
/** Of its folders, those of one partition each; further partitions share the rest, and are written once more. */
const OWN_FOLDERS_SHARE = 3 / 4
/** A larger file is written once more, in parts. */
const LARGEST_FILE_BYTES = 384 * MIB
/** DuckDB writes a thread's rows to their partitions when it has so many of them. */
const HELD_ROWS_PER_THREAD = 524_288
/** Blocks of few rows are spilled nearly empty. */
const SPILLED_WRITER_SHARE = 0.25
/** Of the memory limit, what a sort or a join keeps before it spills. */
const SPILL_BEYOND = 0.5
const BYTES_PER_DISTINCT_KEY = 48
const BYTES_PER_COMPARED_ROW = 250
/** Room for one quarantined item in a hundred: its line is kept whole, with its quotes doubled. */
const QUARANTINED_SHARE = 0.01
/** A sifted copy is packed faster, and worse. */
const SIFTED_GROWTH = 1.3

/** What a load of this scale needs, with as many threads as the memory limit has room for. */
export function needsOf(
  scale: LoadScale,
  {memoryBytes, threads}: Pick<Resources, 'memoryBytes' | 'threads'>,
): LoadNeeds {
  const fitting = fittingThreads(scale, memoryBytes, threads)
  const neededBytes = memoryOf(scale, fitting)
  const staged = stagedBytes(scale)
  const rewritten = rewrittenBytes(scale, fitting, memoryBytes)
  const spilled = Math.max(
    copySpill(scale, fitting, memoryBytes),
    keySpill(scale, memoryBytes),
    compareSpill(scale, memoryBytes),
  )
  return {
    tempBytes: Math.ceil(scale.copiedBytes + staged + Math.max(spilled, rewritten) + asideBytes(scale)),
    lakeBytes: Math.ceil(staged),
    memoryBytes: neededBytes,
    threads: fitting,
  }
}

/** What is missing, worst first: nothing when the load has room. */
export function shortagesOf(needs: LoadNeeds, room: LoadRoom): Shortage[] {
  const {tempBytes, lakeBytes, memoryBytes} = needs
  const lakeFreeBytes = room.isOneFileSystem ? Number.POSITIVE_INFINITY : room.lakeFreeBytes
  return [
    shortage('temporary-disk', tempBytes, room.temporaryFreeBytes, room.temporaryFolder),
    shortage('temporary-limit', tempBytes, room.maxTemporaryBytes ?? Number.POSITIVE_INFINITY),
    shortage('lake-disk', lakeBytes, lakeFreeBytes, room.lakeFolder),
    shortage('memory-limit', memoryBytes, room.memoryBytes),
    shortage('machine-memory', memoryBytes + PROCESS_MEMORY_BYTES, room.machineMemoryBytes),
  ]
    .filter(({missingBytes}) => missingBytes > 0)
    .sort((a, b) => b.missingBytes - a.missingBytes)
}

function shortage(
  of: Shortage['of'],
  neededBytes: number,
  availableBytes: number,
  folder: string | null = null,
): Shortage {
  return {of, neededBytes, availableBytes, missingBytes: neededBytes - availableBytes, folder}
}

/** Refuses a load that has no room, before anything is done. Throws `RESOURCES_SHORT`. */
export function refuseShort(shortages: readonly Shortage[]): void {
  const [worst] = shortages
  if (worst === undefined) return
  throw new SluiceError('RESOURCES_SHORT', `The load ${shortages.map(shortageText).join('; it ')}.`, {
    fix: flagText(worst),
    details: {shortages},
  })
}

/** Each thread has writers of its own, so a small machine loads with fewer. */
function fittingThreads(scale: LoadScale, memoryBytes: number, threads: number): number {
  for (let count = threads; count > 1; count -= 1) if (memoryOf(scale, count) <= memoryBytes) return count
  return 1
}

function memoryOf(scale: LoadScale, threads: number): number {
  return BASE_MEMORY_BYTES + threads * THREAD_MEMORY_BYTES + writersBytes(scale, threads)
}

function writersBytes({columns, partitions, items}: LoadScale, threads: number): number {
  const folders = Math.min(partitions, FEWEST_FOLDERS)
  return Math.min(folders * threads, Math.max(items, 1)) * columns * WRITER_COLUMN_BYTES
}

/** What stands a second time while it is divided into partitions, or into files of a good size. */
function rewrittenBytes(scale: LoadScale, threads: number, memoryBytes: number): number {
  const staged = stagedBytes(scale)
  const fitting = (memoryBytes * FOLDERS_SHARE) / (scale.columns * (threads + 1) * WRITER_COLUMN_BYTES)
  const folders = Math.max(FEWEST_FOLDERS, Math.min(MOST_FOLDERS, fitting))
  if (scale.partitions > folders * OWN_FOLDERS_SHARE) return staged
  const fileBytes = staged / scale.partitions
  return fileBytes > LARGEST_FILE_BYTES ? fileBytes : 0
}

function stagedBytes({compressedBytes, partitions}: LoadScale): number {
  return compressedBytes * PARQUET_BYTES_PER_COMPRESSED_BYTE + partitions * SMALLEST_OBJECT_BYTES
}

/** Rows that wait for their partition's file: none spill with twice the memory that is needed, all of them with just that. */
function copySpill(scale: LoadScale, threads: number, memoryBytes: number): number {
  const neededBytes = memoryOf(scale, threads)
  const share = Math.min(1, Math.max(0, (2 * neededBytes - memoryBytes) / neededBytes))
  const heldItems = Math.min(scale.items, threads * HELD_ROWS_PER_THREAD)
  return share * Math.max(heldItems * jsonBytesPerItem(scale), SPILLED_WRITER_SHARE * writersBytes(scale, threads))
}

function keySpill({items}: LoadScale, memoryBytes: number): number {
  return Math.max(0, items * BYTES_PER_DISTINCT_KEY - memoryBytes * SPILL_BEYOND)
}

function compareSpill({items, standingRows}: LoadScale, memoryBytes: number): number {
  const rows = standingRows === 0 ? 0 : 2 * standingRows + items
  return Math.max(0, rows * BYTES_PER_COMPARED_ROW - memoryBytes * SPILL_BEYOND)
}

function asideBytes(scale: LoadScale): number {
  const quarantined = 2 * QUARANTINED_SHARE * scale.compressedBytes * JSON_BYTES_PER_COMPRESSED_BYTE
  const sifted = Math.min(scale.sifted * scale.largestFileBytes, scale.compressedBytes) * SIFTED_GROWTH
  return quarantined + sifted
}

function jsonBytesPerItem({compressedBytes, items}: LoadScale): number {
  return items === 0 ? 0 : (compressedBytes / items) * JSON_BYTES_PER_COMPRESSED_BYTE
}
