import {createHash} from 'node:crypto'
import {z} from 'zod'
import {hasCode, SluiceError} from '../errors.js'
import {readBytes} from '../ports/object-content.js'
import type {ObjectStore} from '../ports/object-store.js'

/** Where an export stands: a folder of a store that is rooted one level above it. */
export interface ExportPlace {
  readonly store: ObjectStore
  /** The export's folder, e.g. `01768385930622-efd1a093`. */
  readonly folder: string
  /** As the user wrote it. */
  readonly uri: string
}

const Instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'is no instant')
const Summary = z.object({
  version: z.string(),
  exportArn: z.string(),
  startTime: Instant,
  endTime: Instant,
  tableArn: z.string(),
  tableId: z.string(),
  exportTime: Instant.optional(),
  exportFromTime: Instant.optional(),
  exportToTime: Instant.optional(),
  outputView: z.string().optional(),
  s3Bucket: z.string(),
  s3Prefix: z.string().nullish(),
  manifestFilesS3Key: z.string(),
  billedSizeBytes: z.number(),
  itemCount: z.number().int().nonnegative(),
  outputFormat: z.string(),
  exportType: z.string().optional(),
})
const FileLine = z.object({
  itemCount: z.number().int().nonnegative(),
  md5Checksum: z.string(),
  etag: z.string(),
  dataFileS3Key: z.string(),
})
export type ManifestSummary = z.infer<typeof Summary>
export type ManifestFile = z.infer<typeof FileLine>

export interface Manifests {
  readonly summary: ManifestSummary
  readonly files: readonly ManifestFile[]
  /** False when the summary's checksum did not match and that was accepted. */
  readonly isSummaryIntact: boolean
}

/**
 * Reads and checks both manifests: MD5, shape, counts. `acceptEditedSummary` passes over the summary's checksum only.
 * Throws `EXPORT_NOT_FOUND`, `EXPORT_INCOMPLETE`, `EXPORT_MANIFEST_INVALID`, `EXPORT_SUMMARY_CHECKSUM`,
 * `EXPORT_CHECKSUM_MISMATCH`.
 */
export async function readManifests(place: ExportPlace, acceptEditedSummary: boolean): Promise<Manifests> {
  const summaryBytes = await readSummary(place)
  const isSummaryIntact = await matchesChecksum(place, 'manifest-summary', summaryBytes)
  if (!isSummaryIntact && !acceptEditedSummary) {
    throw new SluiceError(
      'EXPORT_SUMMARY_CHECKSUM',
      `manifest-summary.json of ${place.folder} is not as DynamoDB wrote it: its MD5 differs from manifest-summary.md5.`,
      {
        fix: 'If it was edited on purpose (names redacted in a copy), add --accept-edited-summary; every other check stays on.',
      },
    )
  }
  const summary = parseDocument(Summary, summaryBytes.toString('utf8'), 'manifest-summary.json')
  const filesBytes = await readPart(place, 'manifest-files.json')
  if (!(await matchesChecksum(place, 'manifest-files', filesBytes))) {
    throw new SluiceError(
      'EXPORT_CHECKSUM_MISMATCH',
      `manifest-files.json of ${place.folder} does not match its MD5.`,
      {
        fix: 'Copy the export again from its bucket.',
      },
    )
  }
  const files = filesBytes
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => parseDocument(FileLine, line, 'manifest-files.json'))
  checkCounts(summary, files)
  return {summary, files, isSummaryIntact}
}

/** Base64 of the MD5 of some bytes, as DynamoDB writes it. */
export function md5Base64(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64')
}

async function readSummary(place: ExportPlace): Promise<Buffer> {
  try {
    return await readBytes(place.store, `${place.folder}/manifest-summary.json`)
  } catch (error) {
    if (!hasCode(error, 'OBJECT_NOT_FOUND', 'KEY_INVALID')) throw error
    for await (const object of place.store.list(`${place.folder}/`)) {
      throw new SluiceError(
        'EXPORT_INCOMPLETE',
        `${place.uri} has no manifest-summary.json: it is no export, or one that is not finished or not copied whole.`,
        {
          fix: 'Name the folder of one export, or all that lie under this one: --chain FOLDER',
          details: {found: object.key},
        },
      )
    }
    throw new SluiceError('EXPORT_NOT_FOUND', `There is no export at ${place.uri}.`, {
      fix: 'Name the folder that holds manifest-summary.json, e.g. …/AWSDynamoDB/01768385930622-efd1a093',
    })
  }
}

async function readPart(place: ExportPlace, name: string): Promise<Buffer> {
  try {
    return await readBytes(place.store, `${place.folder}/${name}`)
  } catch (error) {
    if (!hasCode(error, 'OBJECT_NOT_FOUND')) throw error
    throw new SluiceError('EXPORT_INCOMPLETE', `${place.uri} has no ${name}.`, {
      fix: 'Copy the export again, with all of its files.',
    })
  }
}

/** Real exports have `.md5`; the service's guide says `.checksum`. */
async function matchesChecksum(place: ExportPlace, name: string, bytes: Buffer): Promise<boolean> {
  const expected = await readPart(place, `${name}.md5`).catch((error: unknown) => {
    if (!hasCode(error, 'EXPORT_INCOMPLETE')) throw error
    return readPart(place, `${name}.checksum`).catch(() => {
      throw error
    })
  })
  return expected.toString('utf8').trim() === md5Base64(bytes)
}

function parseDocument<Shape extends z.ZodType>(shape: Shape, text: string, name: string): z.infer<Shape> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw invalid(`${name} is no JSON.`, error)
  }
  const parsed = shape.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw invalid(`${name}: ${issue.path.join('.')} ${issue.message}.`, undefined)
}

function checkCounts(summary: ManifestSummary, files: readonly ManifestFile[]): void {
  const total = files.reduce((sum, file) => sum + file.itemCount, 0)
  if (total !== summary.itemCount) {
    throw invalid(
      `manifest-files.json lists ${total} items, manifest-summary.json states ${summary.itemCount}.`,
      undefined,
    )
  }
  const keys = new Set<string>()
  for (const {dataFileS3Key} of files) {
    if (keys.has(dataFileS3Key)) throw invalid(`manifest-files.json lists ${dataFileS3Key} twice.`, undefined)
    keys.add(dataFileS3Key)
  }
}

function invalid(message: string, cause: unknown): SluiceError {
  return new SluiceError('EXPORT_MANIFEST_INVALID', message, {fix: 'Copy the export again from its bucket.', cause})
}
