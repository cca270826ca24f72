import pMap from 'p-map'
import {checksumText, filesText, sum, summaryText, type DataFile, type ExportPlace} from './export-manifest.js'
import {dataFileName, exportIdOf, shuffledIndexes} from './export-names.js'
import type {
  ExportItem,
  ExportPorts,
  ExportRequest,
  FileContent,
  LineChunk,
  LineSource,
  WrittenExport,
} from './export-types.js'
import {gzipLines} from './gzip-lines.js'

/** As many as Node's thread pool has threads by default; each holds one compressed file in memory. */
const CONCURRENT_FILES = 4
const LINES_A_CHUNK = 500

/**
 * Writes a full export of a DynamoDB table in DynamoDB JSON, laid out as the service does it. The summary is written
 * last: an export without one is unfinished.
 *
 * Errors: those of `ObjectStore.write`; `PRECONDITION_FAILED` when this very export stands there already.
 */
export async function writeExport(request: ExportRequest, ports: ExportPorts): Promise<WrittenExport> {
  const startedMs = ports.clock.monotonicMs()
  const place = placeOf(request)
  const sources = request.files.map(lineSource)
  const total = sum(sources.map((source) => source.itemCount))
  const progress = progressOf(request, total)
  await write(ports, `${place.folder}_started`, '')
  const written = await pMap(
    sources,
    (source, index) => writeDataFile(request, ports, place, progress(source), index),
    {
      concurrency: CONCURRENT_FILES,
    },
  )
  const files = shuffledIndexes(written.length, place.exportId).flatMap((index) => written[index] ?? [])
  await writeManifest(ports, `${place.folder}manifest-files`, filesText(files))
  await writeManifest(ports, `${place.folder}manifest-summary`, summaryText(request, place, files))
  const durationMs = ports.clock.monotonicMs() - startedMs
  const count = `${total.toLocaleString('en-US')} items in ${files.length} files`
  request.report?.({kind: 'done', phase: 'write', text: count, durationMs})
  return writtenExport(place, files)
}

/** A full export's line for an item, without a line end. */
export function itemLine(item: ExportItem): string {
  return JSON.stringify({Item: item})
}

/** The id and folder that an export will have. */
export function placeOf(
  request: Pick<ExportRequest, 'table' | 'account' | 'region' | 'salt' | 'exportTime' | 'prefix'>,
): ExportPlace {
  const identity = [request.table, request.account, request.region, request.salt].join(' ')
  const exportId = exportIdOf(request.exportTime, identity)
  const base = request.prefix === null ? '' : `${request.prefix.replace(/\/+$/, '')}/`
  return {exportId, folder: `${base}AWSDynamoDB/${exportId}/`}
}

async function writeDataFile(
  request: ExportRequest,
  ports: ExportPorts,
  place: ExportPlace,
  source: LineSource,
  index: number,
): Promise<DataFile> {
  const {bytes, md5, uncompressedBytes} = await gzipLines(source.chunks, request.signal)
  const key = `${place.folder}data/${dataFileName(place.exportId, index)}.json.gz`
  await ports.output.write(key, bytes, {ifAbsent: true})
  return {key, itemCount: source.itemCount, sizeBytes: bytes.length, uncompressedBytes, md5}
}

async function writeManifest(ports: ExportPorts, name: string, text: string): Promise<void> {
  await write(ports, `${name}.md5`, checksumText(text))
  await write(ports, `${name}.json`, text)
}

async function write(ports: ExportPorts, key: string, text: string): Promise<void> {
  await ports.output.write(key, Buffer.from(text, 'utf8'), {ifAbsent: true})
}

function lineSource(content: FileContent): LineSource {
  if ('chunks' in content) return content
  return {itemCount: content.length, chunks: chunksOf(content)}
}

function* chunksOf(items: readonly (ExportItem | string)[]): Iterable<LineChunk> {
  for (let first = 0; first < items.length; first += LINES_A_CHUNK) {
    const lines = items.slice(first, first + LINES_A_CHUNK)
    const text = lines.map((item) => `${typeof item === 'string' ? item : itemLine(item)}\n`).join('')
    yield {text, items: lines.length}
  }
}

/** Wraps sources so that what all of them have given is reported as one progress. */
function progressOf(request: ExportRequest, total: number): (source: LineSource) => LineSource {
  request.report?.({kind: 'phase', phase: 'write', unit: 'items', total})
  let done = 0
  const counted = function* (chunks: Iterable<LineChunk>): Iterable<LineChunk> {
    for (const chunk of chunks) {
      yield chunk
      done += chunk.items
      request.report?.({kind: 'progress', done})
    }
  }
  return (source) => ({itemCount: source.itemCount, chunks: counted(source.chunks)})
}

function writtenExport(place: ExportPlace, files: readonly DataFile[]): WrittenExport {
  return {
    exportId: place.exportId,
    folder: place.folder,
    items: sum(files.map((file) => file.itemCount)),
    files: files.length,
    sizeBytes: sum(files.map((file) => file.sizeBytes)),
    uncompressedBytes: sum(files.map((file) => file.uncompressedBytes)),
  }
}
