import {createHash} from 'node:crypto'
import {Readable} from 'node:stream'
import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import {MAXIMUM_LINE_BYTES} from '../mapping/index.js'
import type {OperationPorts} from '../operation/index.js'
import {gzipLines} from '../ports/byte-lines.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {ManifestFile} from './export-manifest.js'
import {findExport, localKey, type FoundExport} from './export-source.js'
import type {SourceFileWork, SourceWork} from './load-work.js'
import {samplePlaces, type SampledLine} from './sample-items.js'
import {check, counted, figure, type Check, type CheckState} from './verify-check.js'

/** What an export's manifest says of itself. */
export interface ExportFacts {
  readonly exportArn: string
  readonly tableArn: string
  readonly itemCount: number
}

/** An export as it was read once more. */
export interface ReadExport {
  readonly check: Check
  /** Null where the export is not there as it was loaded. */
  readonly lines: readonly SampledLine[] | null
  /** Null where its manifests cannot be read. */
  readonly facts: ExportFacts | null
}

interface ReadingPorts {
  readonly operation: OperationPorts
  readonly signal: AbortSignal
}

/** What is wrong with a file; null for nothing. */
type Fault = {readonly state: Exclude<CheckState, 'pass'>; readonly text: string} | null

interface ReadFile {
  readonly key: string
  readonly fault: Fault
  readonly lines: number
  readonly sampled: readonly SampledLine[]
}

/** Unpacking and counting keep one core busy. */
const FILES_AT_ONCE = 2
const HEADS_AT_ONCE = 8
const REPORTED_LINES = 10_000

/**
 * Unpacks every file of an export once more, with nothing of what loaded it: counts its lines, compares its MD5 and its
 * count with the manifest, and keeps `samples` lines.
 */
export async function readExport(source: SourceWork, samples: number, ports: ReadingPorts): Promise<ReadExport> {
  const found = await findAgain(source, ports)
  if (typeof found === 'string') return {check: check('export', 'unknown', found), lines: null, facts: null}
  const {exportArn, tableArn, itemCount} = found.manifests.summary
  const facts = {exportArn, tableArn, itemCount}
  const changed = manifestChange(source, found)
  if (changed !== null) return {check: check('export', 'unknown', changed), lines: null, facts}
  const files = await readFiles(source, found, samples, ports)
  const judged = judge(source, files)
  const lines = judged.state === 'unknown' ? null : files.flatMap(({sampled}) => sampled)
  return {check: judged, lines, facts}
}

/** The export where it was loaded from, or why it cannot be read. */
async function findAgain(
  {export: loaded}: SourceWork,
  {operation, signal}: ReadingPorts,
): Promise<FoundExport | string> {
  try {
    return await findExport({uri: loaded.uri, acceptEditedSummary: !loaded.isSummaryIntact}, operation)
  } catch (error) {
    if (signal.aborted || !(error instanceof SluiceError)) throw error
    return `the export is not as it was loaded any more: ${error.message}`
  }
}

/** How the manifests differ from those that were loaded; null when they do not. */
function manifestChange({export: loaded, files}: SourceWork, {place, manifests}: FoundExport): string | null {
  const {exportArn, itemCount} = manifests.summary
  const {exportId, uri} = loaded
  if (exportArn.split('/').at(-1) !== exportId) return `another export stands at ${uri} now: ${exportArn}`
  if (itemCount !== loaded.itemCount)
    return `the manifest was changed: it states ${counted(itemCount, 'item')}, ${figure(loaded.itemCount)} when it was loaded`
  const listed = new Set(manifests.files.map((file) => localKey(file, exportId, place)))
  const isSame = listed.size === files.length && files.every(({key}) => listed.has(key))
  return isSame ? null : 'the manifest was changed: it lists other files than were loaded'
}

async function readFiles(
  {export: loaded, files}: SourceWork,
  {place, manifests}: FoundExport,
  samples: number,
  ports: ReadingPorts,
): Promise<ReadFile[]> {
  const {report} = ports.operation
  const entries = new Map(manifests.files.map((file) => [localKey(file, loaded.exportId, place), file]))
  const places = samplePlaces(files, samples)
  report({kind: 'phase', phase: 'read', unit: `lines of ${loaded.exportId}`, total: loaded.itemCount})
  let done = 0
  const onLines = (lines: number): void => report({kind: 'progress', done: (done += lines)})
  return pMap(
    files,
    (file) =>
      readFile({
        store: place.store,
        file,
        entry: entries.get(file.key)!,
        places: places.get(file.key)!,
        onLines,
        ...ports,
      }),
    {concurrency: FILES_AT_ONCE},
  )
}

interface FileReading {
  readonly store: ObjectStore
  readonly file: SourceFileWork
  readonly entry: ManifestFile
  readonly places: readonly number[]
  readonly onLines: (lines: number) => void
  readonly signal: AbortSignal
}

async function readFile(reading: FileReading): Promise<ReadFile> {
  const {store, file, signal} = reading
  const without = (fault: Fault): ReadFile => ({key: file.key, fault, lines: 0, sampled: []})
  try {
    const head = await store.head(file.key)
    if (head === null) return without({state: 'unknown', text: 'is gone'})
    if (head.etag !== file.etag) return without({state: 'unknown', text: 'was changed since it was loaded'})
    return await unpack(reading)
  } catch (error) {
    if (signal.aborted) throw error
    // The store could not give it, or gave what no gzip reader takes.
    return error instanceof SluiceError
      ? without({state: 'unknown', text: 'cannot be read'})
      : without({state: 'fail', text: 'cannot be unpacked to its end'})
  }
}

async function unpack({store, file, entry, places, onLines, signal}: FileReading): Promise<ReadFile> {
  const hash = createHash('md5')
  const sampled: SampledLine[] = []
  let lines = 0
  for await (const {number, bytes, isCut} of gzipLines(
    Readable.from(hashed(store.read(file.key), hash)),
    MAXIMUM_LINE_BYTES,
  )) {
    if (lines === places[sampled.length]) {
      // A copy: the line is a view of the piece that it came in.
      sampled.push({file: file.key, line: number, format: file.format, bytes: isCut ? null : Buffer.from(bytes)})
    }
    lines += 1
    if (lines % REPORTED_LINES !== 0) continue
    signal.throwIfAborted()
    onLines(REPORTED_LINES)
  }
  onLines(lines % REPORTED_LINES)
  return {key: file.key, fault: faultOf(entry, hash.digest('base64'), lines), lines, sampled}
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: {update(bytes: Uint8Array): unknown}) {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

function faultOf({md5Checksum, itemCount}: ManifestFile, md5: string, lines: number): Fault {
  if (md5 !== md5Checksum) return {state: 'fail', text: 'does not match the MD5 of the manifest'}
  if (lines === itemCount) return null
  return {state: 'fail', text: `holds ${counted(lines, 'line')}, the manifest states ${figure(itemCount)}`}
}

function judge({export: {itemCount}}: SourceWork, files: readonly ReadFile[]): Check {
  const lines = files.reduce((sum, file) => sum + file.lines, 0)
  const bad = files.flatMap(({key, fault}) => (fault === null ? [] : [{key, ...fault}]))
  const counts = {files: files.length, lines, manifest: itemCount, differing: bad.length}
  const details = bad.map(({key, text}) => `${key} ${text}`)
  const of = `${figure(bad.length)} of ${counted(files.length, 'file')}`
  if (bad.some(({state}) => state === 'fail'))
    return check('export', 'fail', `${of} of the export are not what the manifest states`, counts, details)
  if (bad.length > 0)
    return check('export', 'unknown', `${of} of the export are not there as they were loaded`, counts, details)
  const text = `${counted(lines, 'line')} in ${counted(files.length, 'file')} counted anew: every count and every MD5 is the manifest's`
  return check('export', 'pass', text, counts)
}

/** Lines that another run set aside stand in the lake: whether they are those that were read. */
export async function readQuarantine({files}: SourceWork, {store}: Pick<OperationPorts, 'store'>): Promise<Check> {
  const found = await pMap(files, async ({key, etag}) => ({key, etag, head: await store.head(key)}), {
    concurrency: HEADS_AT_ONCE,
  })
  const bad = found.filter(({etag, head}) => head?.etag !== etag).map(({key}) => `${key} is gone or changed`)
  const counts = {files: files.length, differing: bad.length}
  const objects = counted(files.length, 'object')
  return bad.length === 0
    ? check(
        'export',
        'pass',
        `${objects} of quarantined lines, as they were read; their export is another run's`,
        counts,
      )
    : check(
        'export',
        'unknown',
        `${figure(bad.length)} of ${objects} of quarantined lines are not as they were read`,
        counts,
        bad,
      )
}
