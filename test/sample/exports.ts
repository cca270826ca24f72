import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import type {ExportItem, ExportPorts} from '../../src/lib/sample/index.js'

export interface ManifestFile {
  readonly itemCount: number
  readonly md5Checksum: string
  readonly etag: string
  readonly dataFileS3Key: string
}

export interface ReadFile extends ManifestFile {
  readonly bytes: Buffer
  readonly lines: readonly string[]
}

const EXPORT_TIME = new Date('2026-01-14T10:18:50.622Z')
export {EXPORT_TIME}

/** Runs `use` with a store over a fresh folder, which is gone afterwards. */
export async function inFolder<Result>(use: (ports: ExportPorts, root: string) => Promise<Result>): Promise<Result> {
  const root = await mkdtemp(join(tmpdir(), 'sluice-sample-'))
  try {
    return await use({output: new FolderObjectStore({root}), clock: {monotonicMs: () => 0}}, root)
  } finally {
    await rm(root, {recursive: true, force: true})
  }
}

/** Every object's key, without what the store keeps for itself. */
export async function keysBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, {recursive: true, withFileTypes: true})
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files
    .map((file) => file.slice(root.length + 1))
    .filter((key) => !key.startsWith('.'))
    .sort()
}

/** The files manifest with the content of every data file, in the manifest's order. */
export async function readExport(root: string, folder: string): Promise<ReadFile[]> {
  const manifest = await readFile(join(root, folder, 'manifest-files.json'), 'utf8')
  const entries = manifest
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ManifestFile)
  return Promise.all(entries.map(async (entry) => withContent(entry, await readFile(join(root, entry.dataFileS3Key)))))
}

/** Every item of an export, in no promised order. */
export function itemsOf(files: readonly ReadFile[]): Record<string, ItemValue>[] {
  return files.flatMap((file) => file.lines.map((line) => (JSON.parse(line) as {Item: Record<string, ItemValue>}).Item))
}

/** A plain reading of the types that claims have. */
export interface ItemValue {
  readonly S?: string
  readonly N?: string
  readonly NULL?: true
}

export type {ExportItem}

function withContent(entry: ManifestFile, bytes: Buffer): ReadFile {
  const text = gunzipSync(bytes).toString('utf8')
  return {...entry, bytes, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n')}
}
