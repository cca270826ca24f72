import {createReadStream, createWriteStream} from 'node:fs'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {MAXIMUM_LINE_BYTES, type LineFault} from '../../mapping/index.js'
import {gzipLines, type ByteLine} from '../../ports/byte-lines.js'
import type {LineShape, SourceFile} from '../../ports/parquet-engine.js'
import {lineFault} from './line-judge.js'

/** A line file of an export on its way into the table. */
export interface SourceLines {
  readonly source: SourceFile
  /** The file as it came. */
  readonly stored: string
  /** Its lines as JSON: the same file, but of Ion. Lines that are no Ion are empty in it. */
  readonly original: string
  /** The file to load: the original, or a copy without the lines that no reader of JSON takes. */
  readonly file: string
  /** Those lines, by number. */
  readonly faults: ReadonlyMap<number, LineFault>
  /** Whether it was looked through for them. */
  readonly isSifted: boolean
}

/** Every line of a gzip file. */
export function linesOf(file: string): AsyncGenerator<ByteLine> {
  return gzipLines(createReadStream(file), MAXIMUM_LINE_BYTES)
}

/**
 * Copies a file without the lines that hold no item. One of them fails the whole statement that reads a thousand
 * others, so this is done for the file that failed, and only then.
 */
export async function siftLines(
  lines: SourceLines,
  shape: LineShape,
  folder: string,
  signal?: AbortSignal,
): Promise<SourceLines> {
  const faults = new Map(lines.faults)
  const file = path.join(folder, `sifted-${path.basename(lines.original)}`)
  await pipeline(
    goodLines(lines.original, shape, faults),
    createGzip({level: 1}),
    createWriteStream(file, {mode: 0o600}),
    {
      ...(signal === undefined ? {} : {signal}),
    },
  )
  return {...lines, file, faults, isSifted: true}
}

async function* goodLines(file: string, shape: LineShape, faults: Map<number, LineFault>): AsyncGenerator<Buffer> {
  for await (const {number, bytes, isCut} of linesOf(file)) {
    const fault = isCut ? 'too_long' : lineFault(bytes, shape)
    if (fault !== null) faults.set(number, fault)
    else yield Buffer.concat([bytes, Buffer.from('\n')])
  }
}
