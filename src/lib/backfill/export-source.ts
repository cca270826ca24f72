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
}

/** An export whose manifests and files were found to be whole. */
export interface CheckedExport {
  readonly uri: string
  /** Root of the store that the keys are relative to. */
  readonly sourceUri: string
  readonly exportId: string
  readonly tableName: string
  readonly tableArn: string
  readonly tableId: string
  /** Instant of the export's content, ISO 8601. */
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

/**
 * Opens an export and checks everything that can be checked without reading items: manifests, kind, and the presence
 * and content of every listed file. Throws the EXPORT_… errors.
 */
export async function openExport(request: ExportRequest, ports: ExportPorts): Promise<CheckedExport> {
  const {parent, folder} = splitUri(request.uri)
  const place: ExportPlace = {store: await ports.openSource(parent), folder, uri: request.uri}
  const manifests = await readManifests(place, request.acceptEditedSummary)
  refuseUnsupported(manifests)
  const files = await checkFiles(place, manifests)
  const {summary} = manifests
  return {
    uri: request.uri,
    sourceUri: parent,
    exportId: exportIdOf(manifests),
    tableName: summary.tableArn.split('/')[1] ?? summary.tableArn,
    tableArn: summary.tableArn,
    tableId: summary.tableId,
    exportTime: summary.exportTime!,
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

function refuseUnsupported({summary}: Manifests): void {
  const unsupported = (what: string): never => {
    throw new SluiceError('EXPORT_KIND_UNSUPPORTED', `${what} exports cannot be loaded by this version.`, {
      fix: 'Export the table with --export-format DYNAMODB_JSON and --export-type FULL_EXPORT.',
      details: {outputFormat: summary.outputFormat, exportType: summary.exportType ?? 'FULL_EXPORT'},
    })
  }
  if ((summary.exportType ?? 'FULL_EXPORT') !== 'FULL_EXPORT' || summary.exportTime === undefined)
    unsupported('Incremental')
  if (summary.outputFormat !== 'DYNAMODB_JSON') unsupported(summary.outputFormat)
}

/** Only listed files are read; data folders are never listed. */
async function checkFiles(place: ExportPlace, manifests: Manifests): Promise<ExportFile[]> {
  const id = exportIdOf(manifests)
  const found = await pMap(
    manifests.files,
    async (file) => ({file, key: localKey(file, id, place), head: await headOf(place, localKey(file, id, place))}),
    {concurrency: HEADS_AT_ONCE},
  )
  const missing = found.filter(({head}) => head === null).map(({key}) => key)
  if (missing.length > 0)
    throw fileError('EXPORT_FILE_MISSING', missing, 'are missing', 'Copy the export again, with all of its files.')
  const changed: string[] = []
  for (const {file, key, head} of found) if (!(await hasContent(place.store, file, head!))) changed.push(key)
  if (changed.length > 0)
    throw fileError('EXPORT_CHECKSUM_MISMATCH', changed, 'do not match their MD5', 'Copy them again from the bucket.')
  return found
    .map(({file, key, head}) => ({key, etag: head!.etag, sizeBytes: head!.sizeBytes, itemCount: file.itemCount}))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Keys in manifests start at the bucket's root; a copied export keeps only what follows the last `AWSDynamoDB/`. */
function localKey({dataFileS3Key}: ManifestFile, exportId: string, place: ExportPlace): string {
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

function fileError(
  code: 'EXPORT_FILE_MISSING' | 'EXPORT_CHECKSUM_MISMATCH',
  keys: readonly string[],
  what: string,
  fix: string,
): SluiceError {
  const more = keys.length > NAMED_FILES ? ` and ${keys.length - NAMED_FILES} more` : ''
  return new SluiceError(
    code,
    `${keys.length} listed files ${what}: ${keys.slice(0, NAMED_FILES).join(', ')}${more}.`,
    {
      fix,
      details: {files: keys},
    },
  )
}

function rebasedFrom({summary}: Manifests, place: ExportPlace): string | null {
  const written = `s3://${summary.s3Bucket}/${summary.manifestFilesS3Key.replace(/manifest-files\.json$/, '')}`
  return place.uri.replace(/\/+$/, '') === written.replace(/\/+$/, '') ? null : written
}
