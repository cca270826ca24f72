import {createHash} from 'node:crypto'
import pMap from 'p-map'
import {hasCode, SluiceError} from '../errors.js'
import type {ObjectHead, ObjectStore} from '../ports/object-store.js'
import {readManifests, type ExportPlace, type ManifestFile, type Manifests} from './export-manifest.js'

const HEADS_AT_ONCE = 8
const NAMED_FILES = 5

export interface ExportFile {
  readonly key: string
  readonly etag: string
  readonly sizeBytes: number
  readonly itemCount: number
  readonly format: 'json' | 'ion'
}

export type ExportKind = 'full' | 'incremental'

/** An export whose manifests and files were found to be whole. */
export interface CheckedExport {
  readonly uri: string
  /** Root of the store that the keys are relative to. */
  readonly sourceUri: string
  readonly exportId: string
  readonly kind: ExportKind
  readonly format: 'json' | 'ion'
  /** Which images changes carry; null for a full export. */
  readonly view: string | null
  readonly tableName: string
  readonly tableArn: string
  readonly tableId: string
  /** First instant of an incremental export, ISO 8601; null for a full one. */
  readonly exportFrom: string | null
  /** Instant of a full export's content; end of an incremental one, excluded. */
  readonly exportTime: string
  readonly itemCount: number
  readonly sizeBytes: number
  readonly isSummaryIntact: boolean
  /** Where DynamoDB wrote it, when that is not where it was found. */
  readonly rebasedFrom: string | null
  readonly files: readonly ExportFile[]
}

export interface ExportRequest {
  /** The folder that holds `manifest-summary.json`. */
  readonly uri: string
  readonly acceptEditedSummary: boolean
}

export interface ExportPorts {
  openSource(uri: string): Promise<ObjectStore>
}

/** An export whose manifests were read, before its files are looked at. */
export interface FoundExport {
  readonly place: ExportPlace
  readonly sourceUri: string
  readonly manifests: Manifests
  readonly tableName: string
}

/**
 * Opens an export and checks everything that can be checked without reading items: manifests, kind, and the presence
 * and content of every listed file. Throws the EXPORT_… errors.
 */
export async function openExport(request: ExportRequest, ports: ExportPorts): Promise<CheckedExport> {
  return checkExport(await findExport(request, ports))
}

/** Reads an export's manifests. Throws the EXPORT_… errors. */
export async function findExport(request: ExportRequest, ports: ExportPorts): Promise<FoundExport> {
  const {parent, folder} = splitUri(request.uri)
  const place: ExportPlace = {store: await ports.openSource(parent), folder, uri: request.uri}
  const manifests = await readManifests(place, request.acceptEditedSummary)
  const {tableArn} = manifests.summary
  return {place, sourceUri: parent, manifests, tableName: tableArn.split('/')[1] ?? tableArn}
}

/** Checks what is behind the manifests. Throws the EXPORT_… errors. */
export async function checkExport({place, sourceUri, manifests, tableName}: FoundExport): Promise<CheckedExport> {
  const {summary} = manifests
  const exportId = exportIdOf(manifests)
  const contents = contentsOf(exportId, manifests)
  const files = await checkFiles(place, manifests, contents.format)
  return {
    uri: place.uri,
    sourceUri,
    exportId,
    ...contents,
    tableName,
    tableArn: summary.tableArn,
    tableId: summary.tableId,
    itemCount: summary.itemCount,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    isSummaryIntact: manifests.isSummaryIntact,
    rebasedFrom: rebasedFrom(manifests, place),
    files,
  }
}

/** The folder above the export, and the export's folder. */
function splitUri(uri: string): {parent: string; folder: string} {
  const trimmed = uri.replace(/\/+$/, '')
  const cut = trimmed.lastIndexOf('/')
  const folder = trimmed.slice(cut + 1)
  if (folder === '' || folder === '.' || folder === '..') {
    throw new SluiceError('EXPORT_NOT_FOUND', `${uri} names no export folder.`, {
      fix: 'Name the folder that holds manifest-summary.json, e.g. …/AWSDynamoDB/01768385930622-efd1a093',
    })
  }
  return {parent: cut === -1 ? '.' : cut === 0 ? '/' : trimmed.slice(0, cut), folder}
}

function exportIdOf({summary}: Manifests): string {
  return summary.exportArn.split('/').at(-1)!
}

type Contents = Pick<CheckedExport, 'kind' | 'format' | 'view' | 'exportFrom' | 'exportTime'>

const FORMATS: Readonly<Record<string, CheckedExport['format']>> = {DYNAMODB_JSON: 'json', ION: 'ion'}
const VIEWS = ['NEW_IMAGE', 'NEW_AND_OLD_IMAGES']
/** Of full and of incremental exports. */
const MANIFEST_VERSIONS = ['2020-06-30', '2023-08-01']

/** What the summary says is in the export. */
function contentsOf(exportId: string, {summary}: Manifests): Contents {
  const {exportType = 'FULL_EXPORT', outputFormat, version, outputView = null} = summary
  const unsupported = (what: string): SluiceError =>
    new SluiceError('EXPORT_KIND_UNSUPPORTED', `Export ${exportId} ${what}, which this version cannot load.`, {
      fix: 'Export the table again with --export-format DYNAMODB_JSON, or use a newer version of sluice.',
      details: {outputFormat, exportType, version, outputView},
    })
  if (!MANIFEST_VERSIONS.includes(version)) throw unsupported(`has a manifest of version ${version}`)
  const format = FORMATS[outputFormat]
  if (format === undefined) throw unsupported(`has the format ${outputFormat}`)
  if (exportType === 'FULL_EXPORT') {
    if (summary.exportTime === undefined) throw rangeInvalid(exportId, 'states no exportTime')
    return {kind: 'full', format, view: null, exportFrom: null, exportTime: summary.exportTime}
  }
  if (exportType !== 'INCREMENTAL_EXPORT') throw unsupported(`is of type ${exportType}`)
  if (outputView !== null && !VIEWS.includes(outputView)) throw unsupported(`has the view ${outputView}`)
  const {exportFromTime: from, exportToTime: to} = summary
  if (from === undefined || to === undefined) throw rangeInvalid(exportId, 'states no range of time')
  if (Date.parse(from) >= Date.parse(to)) throw rangeInvalid(exportId, `ends at ${to}, before it begins at ${from}`)
  return {kind: 'incremental', format, view: outputView, exportFrom: from, exportTime: to}
}

function rangeInvalid(exportId: string, what: string): SluiceError {
  return new SluiceError('EXPORT_RANGE_INVALID', `Export ${exportId} ${what}.`, {
    fix: 'Copy the export again from its bucket.',
    details: {exportId},
  })
}

/** Only listed files are read; data folders are never listed. */
async function checkFiles(
  place: ExportPlace,
  manifests: Manifests,
  format: CheckedExport['format'],
): Promise<ExportFile[]> {
  const id = exportIdOf(manifests)
  const found = await pMap(manifests.files, (file) => checkFile(place, file, localKey(file, id, place)), {
    concurrency: HEADS_AT_ONCE,
  })
  for (const fault of ['missing', 'unreadable', 'changed'] as const) {
    const keys = found.filter((one) => one.fault === fault).map(({key}) => key)
    if (keys.length > 0) throw fileError(fault, keys)
  }
  return found
    .map(({file, key, head}) => ({
      key,
      etag: head!.etag,
      sizeBytes: head!.sizeBytes,
      itemCount: file.itemCount,
      format,
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

interface FoundFile {
  readonly file: ManifestFile
  readonly key: string
  readonly head: ObjectHead | null
  readonly fault: 'missing' | 'unreadable' | 'changed' | null
}

/** Looks at one file; a key or a permission that is missing must not hide what is wrong with the others. */
async function checkFile(place: ExportPlace, file: ManifestFile, key: string): Promise<FoundFile> {
  try {
    const head = await headOf(place, key)
    if (head === null) return {file, key, head, fault: 'missing'}
    return {file, key, head, fault: (await hasContent(place.store, file, head)) ? null : 'changed'}
  } catch (error) {
    if (!hasCode(error, 'STORE_UNAVAILABLE', 'OBJECT_NOT_FOUND')) throw error
    return {file, key, head: null, fault: 'unreadable'}
  }
}

/** Keys in manifests start at the bucket's root; a copied export keeps only what follows the last `AWSDynamoDB/`. */
export function localKey({dataFileS3Key}: ManifestFile, exportId: string, place: ExportPlace): string {
  const tail = dataFileS3Key.split('AWSDynamoDB/').at(-1)!
  return tail.startsWith(`${exportId}/`) ? `${place.folder}/${tail.slice(exportId.length + 1)}` : tail
}

async function headOf(place: ExportPlace, key: string): Promise<ObjectHead | null> {
  try {
    return await place.store.head(key)
  } catch (error) {
    if (!hasCode(error, 'KEY_INVALID')) throw error
    throw new SluiceError('EXPORT_MANIFEST_INVALID', 'manifest-files.json lists a file outside of the export.', {
      fix: 'Copy the export again from its bucket.',
      cause: error,
    })
  }
}

/**
 * S3's etag of a file as DynamoDB uploads it is the MD5 of its one part's MD5, with `-1`; a plain upload's is the MD5.
 * Where the etag is neither (KMS, copies by parts), the content is read.
 */
async function hasContent(store: ObjectStore, file: ManifestFile, head: ObjectHead): Promise<boolean> {
  const md5 = Buffer.from(file.md5Checksum, 'base64')
  const etag = head.etag.replaceAll('"', '')
  if (etag === md5.toString('hex') || etag === `${createHash('md5').update(md5).digest('hex')}-1`) return true
  const hash = createHash('md5')
  for await (const part of store.read(head.key)) hash.update(part)
  return hash.digest().equals(md5)
}

const FILE_FAULTS = {
  missing: ['EXPORT_FILE_MISSING', 'are missing', 'Copy the export again, with all of its files.'],
  unreadable: [
    'EXPORT_FILE_UNREADABLE',
    'cannot be read',
    'Check the permissions on them, and on the key that they are encrypted with.',
  ],
  changed: ['EXPORT_CHECKSUM_MISMATCH', 'do not match their MD5', 'Copy them again from the bucket.'],
} as const

function fileError(fault: keyof typeof FILE_FAULTS, keys: readonly string[]): SluiceError {
  const [code, what, fix] = FILE_FAULTS[fault]
  const more = keys.length > NAMED_FILES ? ` and ${keys.length - NAMED_FILES} more` : ''
  return new SluiceError(
    code,
    `${keys.length} listed files ${what}: ${keys.slice(0, NAMED_FILES).join(', ')}${more}.`,
    {fix, details: {files: keys}},
  )
}

function rebasedFrom({summary}: Manifests, place: ExportPlace): string | null {
  const written = `s3://${summary.s3Bucket}/${summary.manifestFilesS3Key.replace(/manifest-files\.json$/, '')}`
  return place.uri.replace(/\/+$/, '') === written.replace(/\/+$/, '') ? null : written
}
