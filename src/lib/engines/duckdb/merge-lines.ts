import {once} from 'node:events'
import {createReadStream, createWriteStream, type WriteStream} from 'node:fs'
import {rm, stat} from 'node:fs/promises'
import type {Readable, Writable} from 'node:stream'
import {finished, pipeline} from 'node:stream/promises'
import {pipeline as pipe} from 'node:stream'
import {createGunzip, createGzip, type Gzip} from 'node:zlib'
import {LineDigest} from '../../ports/line-digest.js'

const PIECE_BYTES = 256 * 1024

/** As Athena tells them: by their names. */
export function isGzipName(key: string): boolean {
  return /\.gz$/i.test(key)
}

/** What Node's zlib throws. */
export function isGzipFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

/** The unpacked bytes of a file of lines. */
export async function* readLines(file: string, isGzip: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(file, {highWaterMark: PIECE_BYTES})
  const unpacked: Readable = isGzip ? pipe(source, createGunzip({chunkSize: PIECE_BYTES}), () => undefined) : source
  for await (const piece of unpacked) yield piece as Buffer
}

/** Counts and hashes the lines of a file. */
export async function digestLines(file: string, isGzip: boolean, signal: AbortSignal): Promise<LineDigest> {
  const lines = new LineDigest()
  for await (const piece of readLines(file, isGzip)) {
    signal.throwIfAborted()
    lines.add(piece)
  }
  return lines
}

/** A file of lines that is being written. */
export class LineOutput {
  private constructor(
    private readonly path: string,
    private readonly head: Writable,
    private readonly done: Promise<void>,
  ) {
    // Also looked at by `write` and `end`; a failure between two of them must not end the process.
    done.catch(() => undefined)
  }

  static async create(file: string, isGzip: boolean): Promise<LineOutput> {
    const target: WriteStream = createWriteStream(file, {mode: 0o600})
    if (!isGzip) return new LineOutput(file, target, finished(target))
    const gzip: Gzip = createGzip({chunkSize: PIECE_BYTES})
    return new LineOutput(file, gzip, pipeline(gzip, target))
  }

  async write(bytes: Buffer): Promise<void> {
    if (!this.head.write(bytes)) await Promise.race([once(this.head, 'drain'), this.done])
  }

  async end(): Promise<{readonly file: string; readonly sizeBytes: number}> {
    this.head.end()
    await this.done
    return {file: this.path, sizeBytes: (await stat(this.path)).size}
  }

  async abandon(): Promise<void> {
    this.head.destroy()
    await this.done.catch(() => undefined)
    await rm(this.path, {force: true})
  }
}
