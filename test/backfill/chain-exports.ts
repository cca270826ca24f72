import {createHash} from 'node:crypto'
import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {gunzipSync, gzipSync} from 'node:zlib'
import {microsOf, stateBefore, type RawItem, type Write} from './chain-history.js'
import {md5, readEntries, writeManifest, type ExportFolder} from './export-folder.js'
import type {LakeFolder} from './lake-folder.js'

export type View = 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES'

/** Which export of a history: its state at an instant, or the changes of a window; in seconds of the history. */
export type ExportPlan =
  | {readonly kind: 'full'; readonly at: number}
  | {readonly kind: 'incremental'; readonly from: number; readonly to: number; readonly view: View}

/** Freedoms of a writer of exports that no reader may mind. */
export interface Habits {
  /** Whether an image that is not there is written as null. */
  readonly nulls: boolean
  /** Whether an item that came and went within a window is written as a delete of its key. */
  readonly writesVanished: boolean
  readonly files: number
}

export interface WrittenChainExport extends ExportFolder {
  readonly plan: ExportPlan
  readonly exportTime: string
  /** As read back from the data files. */
  readonly lines: readonly string[]
}

/** Lines of an export, as DynamoDB writes them. */
export function exportLines(history: readonly Write[], plan: ExportPlan, habits: Habits): string[] {
  if (plan.kind === 'full')
    return [...stateBefore(history, microsOf(plan.at)).values()].map((Item) => JSON.stringify({Item}))
  const [from, to] = [microsOf(plan.from), microsOf(plan.to)]
  const before = stateBefore(history, from)
  const last = new Map<string, Write>()
  for (const write of history) if (write.at >= from && write.at < to) last.set(write.key, write)
  return [...last.values()].flatMap((write) => changeLine(write, before.get(write.key) ?? null, plan.view, habits))
}

function changeLine({key, at, image}: Write, old: RawItem | null, view: View, habits: Habits): string[] {
  if (image === null && old === null && !habits.writesVanished) return []
  const shown = view === 'NEW_IMAGE' ? null : old
  const isWritten = (one: RawItem | null): boolean => one !== null || habits.nulls
  return [
    JSON.stringify({
      Metadata: {WriteTimestampMicros: {N: String(at)}},
      Keys: {id: {S: key}},
      ...(isWritten(shown) ? {OldImage: shown} : {}),
      ...(isWritten(image) ? {NewImage: image} : {}),
    }),
  ]
}

/** Writes an export below `folder/exports`, laid out as the service does it, with nothing of sluice. */
export async function writeChainExport(
  {folder}: Pick<LakeFolder, 'folder'>,
  plan: ExportPlan,
  lines: readonly string[],
  files: number,
): Promise<WrittenChainExport> {
  const startMs = Number(microsOf(plan.kind === 'full' ? plan.at : plan.to) / 1000n)
  const exportId = `0${startMs}-${digest(JSON.stringify(plan)).slice(0, 8)}`
  const uri = join(folder, 'exports', 'AWSDynamoDB', exportId)
  const dataKey = plan.kind === 'full' ? `AWSDynamoDB/${exportId}/data` : 'AWSDynamoDB/data'
  await mkdir(uri, {recursive: true})
  await mkdir(join(folder, 'exports', dataKey), {recursive: true})
  const entries: string[] = []
  for (let index = 0; index < files; index += 1) {
    const own = lines.filter((_, line) => line % files === index)
    const bytes = gzipSync(own.map((line) => `${line}\n`).join(''))
    const dataFileS3Key = `${dataKey}/${digest(`${exportId} ${index}`).slice(0, 26)}.json.gz`
    await writeFile(join(folder, 'exports', dataFileS3Key), bytes)
    const sum = md5(bytes)
    const etag = `${md5(sum).toString('hex')}-1`
    entries.push(
      `${JSON.stringify({itemCount: own.length, md5Checksum: sum.toString('base64'), etag, dataFileS3Key})}\n`,
    )
  }
  const target = {uri, exportId}
  await writeManifest(target, 'manifest-files', entries.join(''))
  await writeManifest(target, 'manifest-summary', JSON.stringify(summaryOf(plan, exportId, startMs, lines.length)))
  const exportTime = new Date(startMs).toISOString()
  return {...target, plan, exportTime, lines: await linesOfExport(target, join(folder, 'exports', dataKey))}
}

function summaryOf(plan: ExportPlan, exportId: string, startMs: number, itemCount: number): object {
  const tableArn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/Items'
  const time = (second: number): string => new Date(Number(microsOf(second) / 1000n)).toISOString()
  const kind =
    plan.kind === 'full'
      ? {version: '2020-06-30', exportTime: time(plan.at)}
      : {
          version: '2023-08-01',
          exportFromTime: time(plan.from),
          exportToTime: time(plan.to),
          outputView: plan.view,
          exportType: 'INCREMENTAL_EXPORT',
        }
  return {
    ...kind,
    exportArn: `${tableArn}/export/${exportId}`,
    startTime: new Date(startMs).toISOString(),
    endTime: new Date(startMs + 300_000).toISOString(),
    tableArn,
    tableId: 'cf263806-6bf1-4e51-a242-7067dcdecc72',
    s3Bucket: 'exports',
    s3Prefix: null,
    s3SseAlgorithm: 'AES256',
    s3SseKmsKeyId: null,
    manifestFilesS3Key: `AWSDynamoDB/${exportId}/manifest-files.json`,
    billedSizeBytes: 0,
    itemCount,
    outputFormat: 'DYNAMODB_JSON',
  }
}

/** Data of incremental exports stands in one folder for all of them: only listed files are this export's. */
async function linesOfExport(target: ExportFolder, folder: string): Promise<string[]> {
  const lines: string[] = []
  for (const {dataFileS3Key} of await readEntries(target)) {
    const text = gunzipSync(await readFile(join(folder, basename(dataFileS3Key)))).toString('utf8')
    lines.push(...text.split('\n').filter((line) => line !== ''))
  }
  return lines
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
