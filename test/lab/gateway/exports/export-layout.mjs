import {createHash, randomBytes} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {ionLine} from './ion-line.mjs'
import {jsonLine} from './json-line.mjs'
import {keyText} from './change-history.mjs'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const FULL_VERSION = '2020-06-30'
const INCREMENTAL_VERSION = '2023-08-01'
/** What an incremental export is billed at least, as seen in real ones. */
const SMALLEST_BILL_BYTES = 10 * 1024 * 1024

const md5 = (bytes) => createHash('md5').update(bytes).digest()

/** Objects of a finished export in the order in which they are written: the summary last. */
export function exportObjects(described, lines, settings) {
  const files = dataFiles(described, lines, settings.files)
  const manifest = Buffer.from(files.map((file) => `${JSON.stringify(manifestLine(file))}\n`).join(''))
  const summary = Buffer.from(JSON.stringify(summaryOf(described, lines.length, sizeOf(lines))))
  const root = rootOf(described)
  return [
    ...files.map(({key, body}) => ({key, body, inParts: true})),
    ...withChecksum(`${root}/manifest-files`, manifest, settings),
    ...withChecksum(`${root}/manifest-summary`, summary, settings),
  ]
}

export const startedKey = (described) => `${rootOf(described)}/_started`
export const summaryKey = (described) => `${rootOf(described)}/manifest-summary.json`
export const billedBytes = (described, lines) =>
  Math.max(isIncremental(described) ? SMALLEST_BILL_BYTES : 0, sizeOf(lines))

const isIncremental = (described) => described.ExportType === 'INCREMENTAL_EXPORT'
const folderOf = ({S3Prefix}) =>
  S3Prefix === undefined ? 'AWSDynamoDB' : `${S3Prefix.replace(/\/+$/, '')}/AWSDynamoDB`
const rootOf = (described) => `${folderOf(described)}/${described.ExportArn.split('/').at(-1)}`
const sizeOf = (lines) => lines.reduce((total, {line}) => total + JSON.stringify(line).length, 0)

/** The data of incremental exports lies in one folder that all of them under the prefix share. */
function dataFiles(described, lines, count) {
  const folder = isIncremental(described) ? `${folderOf(described)}/data` : `${rootOf(described)}/data`
  const isIon = described.ExportFormat === 'ION'
  const write = isIon ? ionLine : jsonLine
  const groups = Array.from({length: count}, () => [])
  for (const {key, line} of lines) groups[md5(keyText(key))[0] % count].push(write(line))
  return groups.map((group) => {
    const body = gzipSync(group.join(''))
    return {key: `${folder}/${dataName()}.${isIon ? 'ion' : 'json'}.gz`, body, items: group.length}
  })
}

const dataName = () => [...randomBytes(26)].map((byte) => BASE32[byte % 32]).join('')

function manifestLine({key, body, items}) {
  const digest = md5(body)
  return {
    itemCount: items,
    md5Checksum: digest.toString('base64'),
    // uploaded as one part
    etag: `${md5(digest).toString('hex')}-1`,
    dataFileS3Key: key,
  }
}

function withChecksum(name, body, {checksumSuffix}) {
  return [
    {key: `${name}.json`, body},
    {key: `${name}.${checksumSuffix}`, body: Buffer.from(md5(body).toString('base64'))},
  ]
}

/** The order of the members is that of real summaries. */
function summaryOf(described, itemCount, bytes) {
  const incremental = isIncremental(described)
  const {ExportFromTime, ExportToTime, ExportViewType} = described.IncrementalExportSpecification ?? {}
  return {
    version: incremental ? INCREMENTAL_VERSION : FULL_VERSION,
    exportArn: described.ExportArn,
    startTime: isoTime(described.StartTime),
    endTime: isoTime(described.EndTime),
    tableArn: described.TableArn,
    tableId: described.TableId,
    ...(incremental
      ? {exportFromTime: isoTime(ExportFromTime), exportToTime: isoTime(ExportToTime)}
      : {exportTime: isoTime(described.ExportTime)}),
    s3Bucket: described.S3Bucket,
    s3Prefix: described.S3Prefix ?? null,
    s3SseAlgorithm: described.S3SseAlgorithm ?? 'AES256',
    s3SseKmsKeyId: described.S3SseKmsKeyId ?? null,
    manifestFilesS3Key: `${rootOf(described)}/manifest-files.json`,
    billedSizeBytes: incremental ? Math.max(bytes, SMALLEST_BILL_BYTES) : bytes,
    itemCount,
    outputFormat: described.ExportFormat,
    ...(incremental ? {outputView: ExportViewType, exportType: 'INCREMENTAL_EXPORT'} : {}),
  }
}

const isoTime = (seconds) => new Date(Math.round(seconds * 1000)).toISOString()
