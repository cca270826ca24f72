import {createHash} from 'node:crypto'
import type {BigIntStats} from 'node:fs'
import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import type {FileHandle} from 'node:fs/promises'
import {open} from 'node:fs/promises'
import type {Etag} from '../ports/object-store.js'

const MOST_ENTRIES = 20_000
const CHUNK_BYTES = 1 << 20
/**
 * Up to here a file is read at once, without the thread pool: 2,880 files of 50 KB take 0.4 s of CPU so, and 1.9 s with
 * it.
 */
const SMALL_BYTES = 1 << 18
/** Shared, as nothing else runs while a small file is read: a buffer for each would be most of the work. */
const SMALL_BUFFER = Buffer.allocUnsafeSlow(SMALL_BYTES)
/** Opens a file for reading, never through a symbolic link at its end. */
export const READ_NO_FOLLOW = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

/** What stays the same as long as the bytes do: the store never writes into a file that has a key. */
export type FileStats = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ino'>

export interface TaggedFile {
  readonly stats: FileStats
  readonly etag: Etag
}

/** Etags (md5 of the content) of the files that this process has seen. */
export class EtagCache {
  readonly #entries = new Map<string, TaggedFile>()

  /** The file's etag and the facts it belongs to; the file is read only when it is not known. */
  async tag(path: string, stats: FileStats): Promise<TaggedFile> {
    const known = this.#entries.get(path)
    if (known !== undefined && isSameFile(known.stats, stats)) return known
    if (stats.size <= SMALL_BYTES) return this.remember(path, tagSmall(path))
    const handle = await open(path, READ_NO_FOLLOW)
    try {
      const opened = await handle.stat({bigint: true})
      return this.remember(path, {stats: opened, etag: await hashFile(handle)})
    } finally {
      await handle.close()
    }
  }

  remember(path: string, file: TaggedFile): TaggedFile {
    this.#entries.delete(path)
    this.#entries.set(path, file)
    if (this.#entries.size > MOST_ENTRIES) this.#forgetOldest()
    return file
  }

  #forgetOldest(): void {
    for (const path of this.#entries.keys()) {
      this.#entries.delete(path)
      return
    }
  }
}

/** True when both are the same inode with the same content. */
export function isSameFile(left: FileStats, right: FileStats): boolean {
  return left.ino === right.ino && left.mtimeNs === right.mtimeNs && left.size === right.size
}

/** md5 of the bytes, in hex. */
export function hashBytes(bytes: Uint8Array): Etag {
  return createHash('md5').update(bytes).digest('hex')
}

function tagSmall(path: string): TaggedFile {
  const descriptor = openSync(path, READ_NO_FOLLOW)
  try {
    const stats = fstatSync(descriptor, {bigint: true})
    const hash = createHash('md5')
    // It may have grown meanwhile: the stats are those of what was opened, so the next look finds it changed.
    for (let position = 0; ;) {
      const bytesRead = readSync(descriptor, SMALL_BUFFER, 0, SMALL_BUFFER.length, position)
      if (bytesRead === 0) return {stats, etag: hash.digest('hex')}
      hash.update(SMALL_BUFFER.subarray(0, bytesRead))
      position += bytesRead
    }
  } finally {
    closeSync(descriptor)
  }
}

/** md5 of the whole file, in hex, in bounded memory. */
export async function hashFile(handle: FileHandle): Promise<Etag> {
  const hash = createHash('md5')
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let position = 0
  for (;;) {
    const {bytesRead} = await handle.read(buffer, 0, buffer.length, position)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
    position += bytesRead
  }
}
