import zlib from 'node:zlib'
import {parquetMetadataAsync, parquetRead, type AsyncBuffer, type Compressors} from 'hyparquet'
import {SluiceError} from '../errors.js'
import {lossy} from './merge-errors.js'
import {rootElements, sizeOf} from './schema-elements.js'
import type {ReadSources, SourceFile} from './source-groups.js'

/** Bounds of DuckDB's timestamps; the largest number of all stands for infinity. */
const LEAST_MICROSECONDS = -9_223_372_022_400_000_000n
const MOST_MICROSECONDS = 9_223_372_036_854_775_806n

/** zstd is in Node from 22.15. */
const inflateZstd = (zlib as {readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array}).zstdDecompressSync
const COMPRESSORS: Compressors = {
  GZIP: (bytes) => zlib.gunzipSync(bytes),
  BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
  ...(inflateZstd === undefined ? {} : {ZSTD: (bytes) => inflateZstd(bytes)}),
}

/** A file whose parts are read as they are asked for. */
export interface OpenFile {
  readonly buffer: AsyncBuffer
  close(): Promise<void>
}

export interface Int96Check {
  readonly openFile: (file: SourceFile) => Promise<OpenFile>
  /** What the reader of the rows keeps of a time. */
  readonly finest: 'milliseconds' | 'microseconds'
  readonly signal: AbortSignal | undefined
}

const NANOSECONDS = {milliseconds: 1_000_000n, microseconds: 1000n} as const

/**
 * Looks at every INT96 by another reader than those of the rows, which cut what is finer than they hold and wrap dates
 * without a word. Throws `MERGE_LOSSY`, also where a file has a codec that cannot be looked into.
 */
export async function checkInt96({files, groups}: ReadSources, check: Int96Check): Promise<void> {
  const columns = groups.map(({elements}) =>
    rootElements(elements)
      .filter(({index}) => elements.slice(index, index + sizeOf(elements, index)).some(({type}) => type === 'INT96'))
      .map(({element}) => element.name),
  )
  for (const file of files) {
    for (const column of columns[file.group]!) {
      check.signal?.throwIfAborted()
      if (file.rows > 0) await checkColumn(file, column, check)
    }
  }
}

async function checkColumn(
  file: SourceFile,
  column: string,
  {openFile, finest}: Omit<Int96Check, 'signal'>,
): Promise<void> {
  const {source} = file
  let fault: string | null = null
  const timestampFromNanoseconds = (nanoseconds: bigint): null => {
    const microseconds = nanoseconds / NANOSECONDS.microseconds
    if (nanoseconds % NANOSECONDS[finest] !== 0n)
      fault = finest === 'microseconds' ? 'a time has nanoseconds' : `a time is finer than ${finest}`
    else if (microseconds < LEAST_MICROSECONDS || microseconds > MOST_MICROSECONDS) fault = 'a date is out of range'
    return null
  }
  const {buffer, close} = await openFile(file)
  try {
    const metadata = await parquetMetadataAsync(buffer)
    let rowStart = 0
    // One row group at a time: a column of a large file need not fit into memory.
    for (const {num_rows: rows} of metadata.row_groups) {
      const rowEnd = rowStart + Number(rows)
      const options = {file: buffer, metadata, columns: [column], rowStart, rowEnd, compressors: COMPRESSORS}
      await parquetRead({...options, parsers: {timestampFromNanoseconds}})
      rowStart = rowEnd
    }
  } catch (error) {
    if (error instanceof SluiceError) throw error
    const reason =
      error instanceof Error && /codec/.test(error.message)
        ? 'its INT96 has a codec that cannot be checked here'
        : 'its INT96 cannot be checked'
    throw lossy(source.key, column, reason)
  } finally {
    await close()
  }
  if (fault !== null) throw lossy(source.key, column, fault)
}
