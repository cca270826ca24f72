import {open} from 'node:fs/promises'
import zlib from 'node:zlib'
import {parquetMetadataAsync, parquetRead, type AsyncBuffer, type Compressors} from 'hyparquet'
import {lossy} from './merge-errors.js'
import type {ReadSources, SourceFile} from './merge-groups.js'
import {rootElements, sizeOf} from './merge-stored-shape.js'

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

/**
 * Looks at every INT96 by another reader than DuckDB, which cuts nanoseconds and wraps dates without a word. Throws
 * `MERGE_LOSSY`, also where a file has a codec that cannot be looked into.
 */
export async function checkInt96({files, groups}: ReadSources, signal: AbortSignal | undefined): Promise<void> {
  const columns = groups.map(({elements}) =>
    rootElements(elements)
      .filter(({index}) => elements.slice(index, index + sizeOf(elements, index)).some(({type}) => type === 'INT96'))
      .map(({element}) => element.name),
  )
  for (const file of files) {
    for (const column of columns[file.group]!) {
      signal?.throwIfAborted()
      if (file.rows > 0) await checkColumn(file, column)
    }
  }
}

async function checkColumn({source, file}: SourceFile, column: string): Promise<void> {
  let fault: string | null = null
  const timestampFromNanoseconds = (nanoseconds: bigint): null => {
    const microseconds = nanoseconds / 1000n
    if (nanoseconds % 1000n !== 0n) fault = 'a time has nanoseconds'
    else if (microseconds < LEAST_MICROSECONDS || microseconds > MOST_MICROSECONDS) fault = 'a date is out of range'
    return null
  }
  const handle = await open(file)
  try {
    const buffer: AsyncBuffer = {
      byteLength: (await handle.stat()).size,
      slice: async (start, end) => {
        const bytes = new Uint8Array((end ?? buffer.byteLength) - start)
        await handle.read(bytes, 0, bytes.length, start)
        return bytes.buffer
      },
    }
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
    const reason =
      error instanceof Error && /codec/.test(error.message)
        ? 'its INT96 has a codec that cannot be checked here'
        : 'its INT96 cannot be checked'
    throw lossy(source.key, column, reason)
  } finally {
    await handle.close()
  }
  if (fault !== null) throw lossy(source.key, column, fault)
}
