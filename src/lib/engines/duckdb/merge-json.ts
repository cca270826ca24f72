import {mkdir, rm} from 'node:fs/promises'
import path from 'node:path'
import {gzipSync} from 'node:zlib'
import {LineDigest} from '../../ports/line-digest.js'
import type {MergeRequest} from '../../ports/merge-engine.js'
import {localFile} from './local-files.js'
import {sourceBroken} from '../../parquet/merge-errors.js'
import {isGzipFault, isGzipName, LineOutput, readLines} from './merge-lines.js'
import type {MergedFiles, MergeWork, WrittenOutput} from './merge-work.js'

const LINE_FEED = Buffer.from('\n')
/** Of the first lines: how much they shrink says how many more make an output. */
const SAMPLE_BYTES = 4 * 1024 ** 2
/** The schema of lines is nobody's. */
const NO_SCHEMA = 'lines'

/**
 * Files of lines to few, every line byte for byte, without reading what it says; see the port. Outputs are gzip files where
 * a source is one.
 */
export async function mergeJson({pool, request, folder, signal: stop}: MergeWork): Promise<MergedFiles> {
  const outputs = await pool.run((session) => {
    const signal = session.bounded(stop)
    return session.guarded(() => writeLines({...request, ...(signal === undefined ? {} : {signal})}, folder), stop)
  })
  return {schema: NO_SCHEMA, outputs, dropped: {}, columns: [], changes: []}
}

async function writeLines(request: MergeRequest, folder: string): Promise<WrittenOutput[]> {
  await mkdir(folder, {recursive: true})
  const writer = new LineWriter(request, folder)
  try {
    for (const {key} of request.sources) await copyLines(request, key, folder, writer)
    return await writer.finish()
  } finally {
    await writer.close()
  }
}

async function copyLines(
  {store, signal}: MergeRequest,
  key: string,
  folder: string,
  writer: LineWriter,
): Promise<void> {
  const file = await localFile(store, key, folder)
  let last: number | undefined
  try {
    for await (const piece of readLines(file, isGzipName(key))) {
      signal?.throwIfAborted()
      last = piece.at(-1)
      await writer.write(piece)
    }
  } catch (error) {
    throw isGzipFault(error) ? sourceBroken(key, 'its gzip data is broken or cut off', error) : error
  } finally {
    if (store.localPath(key) === null) await rm(file, {force: true})
  }
  // Else the next file would begin within the last line of this one.
  if (last !== undefined && last !== LINE_FEED[0]) await writer.write(LINE_FEED)
}

/** Lines as they come, divided into outputs at line ends; the same lines are always divided alike. */
class LineWriter {
  private readonly written: WrittenOutput[] = []
  private readonly isGzip: boolean
  private readonly limitBytes: number
  /** Uncompressed; null until the sample is there. */
  private roomBytes: number | null = null
  private sample: Buffer[] = []
  private sampleBytes = 0
  private output: LineOutput | null = null
  private lines = new LineDigest()
  private outputBytes = 0

  constructor(
    private readonly request: MergeRequest,
    private readonly folder: string,
  ) {
    const {sources, targetBytes, outputs} = request
    this.isGzip = sources.some(({key}) => isGzipName(key))
    const totalBytes = sources.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0)
    this.limitBytes = Math.max(targetBytes, totalBytes / Math.max(1, outputs))
    if (!this.isGzip) this.roomBytes = this.limitBytes
  }

  async write(piece: Buffer): Promise<void> {
    if (this.roomBytes !== null) return this.divide(piece)
    this.sample.push(piece)
    this.sampleBytes += piece.length
    if (this.sampleBytes >= SAMPLE_BYTES) await this.takeSample()
  }

  async finish(): Promise<WrittenOutput[]> {
    if (this.roomBytes === null) await this.takeSample()
    await this.cut()
    return this.written
  }

  /** Lets go of an output that was not finished. */
  async close(): Promise<void> {
    await this.output?.abandon()
  }

  private async takeSample(): Promise<void> {
    const bytes = Buffer.concat(this.sample)
    this.sample = []
    // Outputs that fit into one need no measure.
    const share =
      bytes.length === 0 ? 1 : gzipSync(bytes.subarray(0, SAMPLE_BYTES)).length / Math.min(bytes.length, SAMPLE_BYTES)
    this.roomBytes = this.limitBytes / share
    await this.divide(bytes)
  }

  private async divide(bytes: Buffer): Promise<void> {
    let piece = bytes
    while (piece.length > 0) {
      const end = this.isLast()
        ? -1
        : piece.indexOf(LINE_FEED, Math.max(0, Math.floor(this.roomBytes! - this.outputBytes)))
      const part = end === -1 ? piece : piece.subarray(0, end + 1)
      await this.append(part)
      if (end !== -1) await this.cut()
      piece = piece.subarray(part.length)
    }
  }

  /** Rounding makes no small last file; an output that grows far beyond its room is divided all the same. */
  private isLast(): boolean {
    return this.written.length + 1 >= this.request.outputs && this.outputBytes < 2 * this.roomBytes!
  }

  private async append(part: Buffer): Promise<void> {
    this.output ??= await LineOutput.create(path.join(this.folder, `output-${this.written.length}`), this.isGzip)
    this.lines.add(part)
    this.outputBytes += part.length
    await this.output.write(part)
  }

  private async cut(): Promise<void> {
    if (this.output === null) return
    const {file, sizeBytes} = await this.output.end()
    this.written.push({file, sizeBytes, rows: this.lines.lines, digest: this.lines.digest, runs: {}, dropped: {}})
    this.output = null
    this.lines = new LineDigest()
    this.outputBytes = 0
  }
}
