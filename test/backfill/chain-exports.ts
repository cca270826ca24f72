import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {change, writeChanges} from './change-folder.js'
import {microsOf, stateBefore, type RawItem, type Write} from './chain-history.js'
import {readEntries, writeItems, type ExportFolder} from './export-folder.js'
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
  const line = change(at, {id: {S: key}}, image, view === 'NEW_IMAGE' ? null : old)
  return [habits.nulls ? JSON.stringify({NewImage: null, OldImage: null, ...(JSON.parse(line) as object)}) : line]
}

/** Writes an export below `folder/exports`; with several files some may hold nothing. */
export async function writeChainExport(
  lake: Pick<LakeFolder, 'folder'>,
  plan: ExportPlan,
  lines: readonly string[],
  {files}: Habits,
): Promise<WrittenChainExport> {
  const spread = Array.from({length: files}, (_, file) => lines.filter((_line, index) => index % files === file))
  const exportTime = timeOf(plan.kind === 'full' ? plan.at : plan.to)
  const folder =
    plan.kind === 'full'
      ? await writeItems(lake, spread, {time: exportTime})
      : await writeChanges(lake, spread, {from: timeOf(plan.from), to: exportTime, view: plan.view})
  return {...folder, plan, exportTime, lines: await linesOf(lake, folder)}
}

function timeOf(second: number): string {
  return new Date(Number(microsOf(second) / 1000n)).toISOString()
}

/** Data of incremental exports stands in one folder for all of them: only listed files are this export's. */
async function linesOf({folder}: Pick<LakeFolder, 'folder'>, written: ExportFolder): Promise<string[]> {
  const lines: string[] = []
  for (const {dataFileS3Key} of await readEntries(written)) {
    const text = gunzipSync(await readFile(join(folder, 'exports', dataFileS3Key))).toString('utf8')
    lines.push(...text.split('\n').filter((line) => line !== ''))
  }
  return lines
}
