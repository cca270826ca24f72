import {createHash} from 'node:crypto'
import {once} from 'node:events'
import {createGzip, type Gzip} from 'node:zlib'
import type {LineChunk} from './export-types.js'

/** The service's own level; higher ones cost time and save nothing here. */
const LEVEL = 6
const CHUNK_BYTES = 128 * 1024
const OS_BYTE = 9
const OS_UNKNOWN = 0xff

export interface GzippedLines {
  readonly bytes: Buffer
  readonly md5: Buffer
  readonly uncompressedBytes: number
}

/**
 * Compresses chunks of lines into one gzip member. The compression itself runs on Node's thread pool, so several of
 * these at once use several cores; the compressed file is held in memory, the lines are not.
 */
export async function gzipLines(chunks: Iterable<LineChunk>, signal?: AbortSignal): Promise<GzippedLines> {
  const gzip = createGzip({level: LEVEL, chunkSize: CHUNK_BYTES})
  const parts: Buffer[] = []
  gzip.on('data', (part: Buffer) => parts.push(part))
  const ended = once(gzip, 'end')
  // The loop below may throw first; the failure is then told by the loop.
  ended.catch(() => undefined)
  try {
    const uncompressedBytes = await feed(gzip, chunks, signal)
    gzip.end()
    await ended
    const bytes = withoutSystem(Buffer.concat(parts))
    return {bytes, md5: createHash('md5').update(bytes).digest(), uncompressedBytes}
  } finally {
    gzip.destroy()
  }
}

async function feed(gzip: Gzip, chunks: Iterable<LineChunk>, signal: AbortSignal | undefined): Promise<number> {
  let uncompressedBytes = 0
  for (const {text} of chunks) {
    signal?.throwIfAborted()
    const bytes = Buffer.from(text, 'utf8')
    uncompressedBytes += bytes.length
    if (!gzip.write(bytes)) await once(gzip, 'drain')
  }
  return uncompressedBytes
}

/** zlib writes which system made the file; the service writes "unknown", and equal content should give equal bytes. */
function withoutSystem(bytes: Buffer): Buffer {
  bytes[OS_BYTE] = OS_UNKNOWN
  return bytes
}
