import type {FileHandle} from 'node:fs/promises'

const CHUNK_BYTES = 1 << 20

/** The bytes of an open file, or of a range of it (`end` exclusive, cut at the file's end), in bounded chunks. */
export async function* readChunks(
  handle: FileHandle,
  range: {readonly start: number; readonly end: number} | undefined,
): AsyncGenerator<Uint8Array> {
  const {size} = await handle.stat()
  const end = Math.min(range?.end ?? size, size)
  let position = Math.max(range?.start ?? 0, 0)
  while (position < end) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position))
    const {bytesRead} = await handle.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}
