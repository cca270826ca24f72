import {createHash} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {tableIdOf} from '../../src/lib/sample/export-names.js'
import {md5, writeManifest, type ExportFolder} from './export-folder.js'
import type {LakeFolder} from './lake-folder.js'

export interface ChangeSettings {
  /** Null: a full export of the instant `to`. */
  readonly from: string | null
  readonly to: string
  readonly view?: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES'
  readonly table?: string
  readonly tableId?: string
  readonly account?: string
  readonly format?: 'DYNAMODB_JSON' | 'ION'
  readonly prefix?: string
  /** Fields of the summary to write otherwise. */
  readonly summary?: Readonly<Record<string, unknown>>
}

type Image = Readonly<Record<string, unknown>>

/** A line of an incremental export; without `now` the item is gone. */
export function change(at: string | bigint, keys: Image, now: Image | null, before: Image | null = null): string {
  const micros = typeof at === 'bigint' ? at : BigInt(Date.parse(at)) * 1000n
  return JSON.stringify({
    Metadata: {WriteTimestampMicros: {N: micros.toString()}},
    Keys: keys,
    ...(before === null ? {} : {OldImage: before}),
    ...(now === null ? {} : {NewImage: now}),
  })
}

/** The id that the service would give: a zero, the milliseconds of its start, eight digits. */
export function exportIdOf(startTime: string, salt: string): string {
  return `0${Date.parse(startTime)}-${createHash('sha256').update(salt).digest('hex').slice(0, 8)}`
}

/** Writes an export of ready lines. The data of incremental ones lies beside them, shared by all of the prefix. */
export async function writeChanges(
  {folder}: Pick<LakeFolder, 'folder'>,
  files: readonly (readonly string[])[],
  settings: ChangeSettings,
): Promise<ExportFolder> {
  const {from, to, view = 'NEW_AND_OLD_IMAGES', table = 'Items', format = 'DYNAMODB_JSON'} = settings
  const root = join(folder, 'exports', settings.prefix ?? '', 'AWSDynamoDB')
  const exportId = exportIdOf(to, JSON.stringify([files, settings]))
  const uri = join(root, exportId)
  await mkdir(join(root, 'data'), {recursive: true})
  await mkdir(uri, {recursive: true})
  const tableArn = `arn:aws:dynamodb:eu-west-1:${settings.account ?? '111122223333'}:table/${table}`
  const entries = await Promise.all(files.map((lines, index) => writeData(root, exportId, index, lines, format)))
  const summary = {
    version: from === null ? '2020-06-30' : '2023-08-01',
    exportArn: `${tableArn}/export/${exportId}`,
    startTime: to,
    endTime: to,
    tableArn,
    tableId: settings.tableId ?? tableIdOf(tableArn),
    ...(from === null ? {exportTime: to} : {exportFromTime: from, exportToTime: to}),
    s3Bucket: 'exports',
    s3Prefix: settings.prefix ?? null,
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: `AWSDynamoDB/${exportId}/manifest-files.json`,
    billedSizeBytes: 10_000_000,
    itemCount: entries.reduce((sum, {itemCount}) => sum + itemCount, 0),
    outputFormat: format,
    ...(from === null ? {} : {outputView: view, exportType: 'INCREMENTAL_EXPORT'}),
    ...settings.summary,
  }
  await writeManifest({uri, exportId}, 'manifest-summary', JSON.stringify(summary))
  await writeManifest({uri, exportId}, 'manifest-files', entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  return {uri, exportId}
}

async function writeData(root: string, exportId: string, index: number, lines: readonly string[], format: string) {
  const ending = format === 'ION' ? 'ion' : 'json'
  const name = createHash('sha256').update(`${exportId} ${index}`).digest('hex').slice(0, 26)
  const bytes = gzipSync(lines.map((line) => `${line}\n`).join(''))
  await writeFile(join(root, 'data', `${name}.${ending}.gz`), bytes)
  const digest = md5(bytes)
  return {
    itemCount: lines.length,
    md5Checksum: digest.toString('base64'),
    etag: `${md5(digest).toString('hex')}-1`,
    dataFileS3Key: `AWSDynamoDB/data/${name}.${ending}.gz`,
  }
}
