import {createHash} from 'node:crypto'
import {numberOf, tableIdOf} from './export-names.js'
import type {ExportRequest} from './export-types.js'

const SHORTEST_RUN_MS = 303_000
const RUN_SPREAD_MS = 93_000

/** A data file as the files manifest tells of it. */
export interface DataFile {
  readonly key: string
  readonly itemCount: number
  readonly sizeBytes: number
  readonly uncompressedBytes: number
  /** MD5 of the stored bytes. */
  readonly md5: Buffer
}

/** Where an export's objects are; keys start at the bucket's root, the prefix included. */
export interface ExportPlace {
  readonly exportId: string
  readonly folder: string
}

/** The one line of `manifest-summary.json`, without a line end, in the service's key order. */
export function summaryText(request: ExportRequest, place: ExportPlace, files: readonly DataFile[]): string {
  const tableArn = `arn:aws:dynamodb:${request.region}:${request.account}:table/${request.table}`
  return JSON.stringify({
    version: '2020-06-30',
    exportArn: `${tableArn}/export/${place.exportId}`,
    startTime: request.exportTime.toISOString(),
    endTime: endTimeOf(request.exportTime, place.exportId).toISOString(),
    tableArn,
    tableId: tableIdOf(tableArn),
    exportTime: request.exportTime.toISOString(),
    s3Bucket: request.bucket,
    s3Prefix: request.prefix,
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: `${place.folder}manifest-files.json`,
    billedSizeBytes: sum(files.map((file) => file.uncompressedBytes)),
    itemCount: sum(files.map((file) => file.itemCount)),
    outputFormat: 'DYNAMODB_JSON',
  })
}

/** `manifest-files.json`: a line for each file, in the order given, each with its line end. */
export function filesText(files: readonly DataFile[]): string {
  return files.map((file) => `${JSON.stringify(fileEntry(file))}\n`).join('')
}

/** What stands in the `.md5` beside a manifest: 24 characters, no line end. */
export function checksumText(manifest: string): string {
  return createHash('md5').update(manifest).digest('base64')
}

function fileEntry(file: DataFile): object {
  return {
    itemCount: file.itemCount,
    md5Checksum: file.md5.toString('base64'),
    // The service uploads in parts, and S3's etag of such an object is the digest of the parts' digests.
    etag: `${createHash('md5').update(file.md5).digest('hex')}-1`,
    dataFileS3Key: file.key,
  }
}

function endTimeOf(startTime: Date, exportId: string): Date {
  return new Date(startTime.getTime() + SHORTEST_RUN_MS + numberOf(`duration ${exportId}`, RUN_SPREAD_MS))
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
