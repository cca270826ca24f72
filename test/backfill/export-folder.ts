import {createHash} from 'node:crypto'
import {cp, mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {gunzipSync, gzipSync} from 'node:zlib'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {writeExport, type ExportItem} from '../../src/lib/sample/index.js'
import type {LakeFolder} from './lake-folder.js'

/** An export on disk, with what a test needs to break it. */
export interface ExportFolder {
  readonly uri: string
  readonly exportId: string
}

export interface ExportSettings {
  readonly time?: string
  readonly table?: string
  readonly prefix?: string | null
  readonly salt?: string
}

export const EXPORT_TIME = '2026-01-14T10:18:50.622Z'

type Lines = readonly (ExportItem | string)[]

/** Writes an export below `folder/exports`, one data file for each list of items or ready lines. */
export async function writeItems(
  {folder}: Pick<LakeFolder, 'folder'>,
  files: readonly Lines[],
  settings: ExportSettings = {},
): Promise<ExportFolder> {
  const bucket = join(folder, 'exports')
  const written = await writeExport(
    {
      table: settings.table ?? 'Items',
      account: '111122223333',
      region: 'eu-west-1',
      bucket: 'exports',
      prefix: settings.prefix ?? null,
      exportTime: new Date(settings.time ?? EXPORT_TIME),
      salt: settings.salt ?? '',
      files,
    },
    {output: new FolderObjectStore({root: bucket}), clock: {monotonicMs: () => 0}},
  )
  return {uri: join(bucket, written.folder.replace(/\/$/, '')), exportId: written.exportId}
}

export interface ItemValues {
  readonly n?: string
  readonly amount?: string
  readonly note?: string
  readonly createdAt?: string
}

/** An item of the table `Items`; every attribute but the key may be left out. */
export function item(id: string, values: ItemValues = {}): ExportItem {
  return {
    id: {S: id},
    ...(values.n === undefined ? {} : {n: {N: values.n}}),
    ...(values.amount === undefined ? {} : {amount: {N: values.amount}}),
    ...(values.note === undefined ? {} : {note: {S: values.note}}),
    createdAt: {S: values.createdAt ?? '2026-01-02T03:04:05.678Z'},
  }
}

/** A copy of an export in a folder of its own, to be damaged. */
export async function copyExport(source: ExportFolder, target: string): Promise<ExportFolder> {
  const uri = join(target, basename(source.uri))
  await mkdir(target, {recursive: true})
  await cp(source.uri, uri, {recursive: true})
  return {...source, uri}
}

export interface FileEntry {
  itemCount: number
  md5Checksum: string
  etag: string
  dataFileS3Key: string
}

export function md5(bytes: Uint8Array | string): Buffer {
  return createHash('md5').update(bytes).digest()
}

export async function readEntries({uri}: ExportFolder): Promise<FileEntry[]> {
  const text = await readFile(join(uri, 'manifest-files.json'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as FileEntry)
}

/** Writes a manifest together with its right MD5: what is wrong then is only what the test made wrong. */
export async function writeManifest({uri}: ExportFolder, name: string, text: string): Promise<void> {
  await writeFile(join(uri, `${name}.json`), text)
  await writeFile(join(uri, `${name}.md5`), md5(text).toString('base64'))
}

export async function changeEntries(
  folder: ExportFolder,
  change: (entries: FileEntry[]) => FileEntry[],
): Promise<void> {
  const lines = change(await readEntries(folder)).map((entry) => `${JSON.stringify(entry)}\n`)
  await writeManifest(folder, 'manifest-files', lines.join(''))
}

export async function changeSummary(
  folder: ExportFolder,
  change: (summary: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const text = await readFile(join(folder.uri, 'manifest-summary.json'), 'utf8')
  const summary = JSON.parse(text) as Record<string, unknown>
  await writeManifest(folder, 'manifest-summary', JSON.stringify(change(summary)))
}

/** The first data file that the manifest lists with items. */
export async function dataFileOf(folder: ExportFolder): Promise<string> {
  const entry = (await readEntries(folder)).find(({itemCount}) => itemCount > 0)!
  return join(folder.uri, 'data', basename(entry.dataFileS3Key))
}

/** Replaces a data file; with `matching`, its MD5 and etag in the manifest follow. */
export async function replaceData(
  folder: ExportFolder,
  file: string,
  bytes: Uint8Array,
  matching: boolean,
): Promise<void> {
  await writeFile(file, bytes)
  if (!matching) return
  const digest = md5(bytes)
  await changeEntries(folder, (entries) =>
    entries.map((entry) =>
      basename(entry.dataFileS3Key) === basename(file)
        ? {...entry, md5Checksum: digest.toString('base64'), etag: `${md5(digest).toString('hex')}-1`}
        : entry,
    ),
  )
}

/** Replaces the lines of a data file, with matching checksums; the counts stay as they were unless told. */
export async function replaceLines(folder: ExportFolder, lines: readonly string[]): Promise<void> {
  const file = await dataFileOf(folder)
  await replaceData(folder, file, gzipSync(lines.map((line) => `${line}\n`).join('')), true)
}

/** Every raw line of the data files, read with nothing of sluice. */
export async function rawLines({uri}: ExportFolder): Promise<string[]> {
  const folder = join(uri, 'data')
  const lines: string[] = []
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith('.gz')) continue
    const text = gunzipSync(await readFile(join(folder, name))).toString('utf8')
    lines.push(...text.split('\n').filter((line) => line !== ''))
  }
  return lines
}

export async function removeFrom({uri}: ExportFolder, name: string): Promise<void> {
  await rm(join(uri, name))
}

export async function writeTo({uri}: ExportFolder, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(uri, name)), {recursive: true})
  await writeFile(join(uri, name), text)
}
