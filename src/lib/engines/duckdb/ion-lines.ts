import {createReadStream, createWriteStream} from 'node:fs'
import path from 'node:path'
import {pipeline} from 'node:stream/promises'
import {createGzip} from 'node:zlib'
import {MAXIMUM_LINE_BYTES} from '../../mapping/index.js'
import {openIonReader, type IonLine, type IonLineFault} from '../../mapping/ion-line.js'
import {gzipLines, type ByteLine} from '../../ports/byte-lines.js'

/** Every piece is a task for zlib's threads: a line each costs more than its packing. */
const PIECE_CHARACTERS = 256 * 1024

/** A line file of an export in Ion, written again as JSON. */
export interface TranscodedIon {
  readonly file: string
  /** Lines that give no item, by number; they are empty in the file. */
  readonly faults: ReadonlyMap<number, IonLineFault>
}

/**
 * Writes a gzip file of Ion lines as DynamoDB JSON into a folder, each line under its old number: DuckDB passes over
 * empty lines, and who counts the file's lines again counts them.
 */
export async function transcodeIon(file: string, folder: string, signal?: AbortSignal): Promise<TranscodedIon> {
  const faults = new Map<number, IonLineFault>()
  const target = path.join(folder, `ion-${path.basename(file, '.ion.gz')}.json.gz`)
  const readLine = await openIonReader()
  const lines = gzipLines(createReadStream(file), MAXIMUM_LINE_BYTES)
  await pipeline(
    inPieces(jsonLines(lines, readLine, faults)),
    createGzip({level: 1}),
    createWriteStream(target, {mode: 0o600}),
    {...(signal === undefined ? {} : {signal})},
  )
  return {file: target, faults}
}

async function* jsonLines(
  lines: AsyncIterable<ByteLine>,
  readLine: (bytes: Buffer) => IonLine,
  faults: Map<number, IonLineFault>,
): AsyncGenerator<string> {
  let last = 0
  for await (const line of lines) {
    const read = line.isCut ? {fault: 'not_ion' as const} : fitting(readLine(line.bytes))
    if ('fault' in read) faults.set(line.number, read.fault)
    // Blank lines are counted but not given.
    yield `${'\n'.repeat(line.number - last - 1)}${'json' in read ? read.json : ''}\n`
    last = line.number
  }
}

/** Tags make lines longer, and one past the limit would fail the statement that reads all the others. */
function fitting(read: IonLine): IonLine {
  return 'json' in read && Buffer.byteLength(read.json) > MAXIMUM_LINE_BYTES ? {fault: 'not_ion'} : read
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = ''
  for await (const line of lines) {
    piece += line
    if (piece.length < PIECE_CHARACTERS) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
