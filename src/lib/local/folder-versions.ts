import {randomUUID} from 'node:crypto'
import type {Dirent} from 'node:fs'
import {link, lstat, open, readdir, rename, unlink} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import type {ObjectKey, ObjectVersion} from '../ports/object-store.js'
import type {FileStats} from './etag-cache.js'
import {walkKeys} from './folder-listing.js'
import type {FolderPaths} from './folder-paths.js'
import {RESERVED_NAME, compareKeys} from '../ports/object-keys.js'
import {errnoOf, nullWhenAbsent} from './store-errors.js'

// A key has its old versions in a subfolder of this name, which no segment of a key can have.
const VERSIONS_OF_KEY = `${RESERVED_NAME}-versions`
const DELETE_MARKER = 'deleted-'
// Where an old version cannot get its key back: objects below it have made the key a folder.
const TAKEN = new Set(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'])

/** A file that holds an old version, or stands for a delete. */
interface StoredVersion {
  readonly file: string
  readonly sequence: number
  readonly versionId: string
  readonly isDeleteMarker: boolean
}

/** The version of a file: a hard link keeps both inode and time, so the id survives the move to the old versions. */
export function versionIdOf(stats: FileStats): string {
  return `${stats.mtimeNs}-${stats.ino}`
}

/** Wall time of a file, in whole milliseconds. */
export function modifiedAtOf(stats: Pick<FileStats, 'mtimeNs'>): Date {
  return new Date(Number(stats.mtimeNs / 1_000_000n))
}

/** Old versions and delete markers of a versioned folder store. Changes are called under the key's lock. */
export class FolderVersions {
  readonly #folder: string
  readonly #paths: FolderPaths

  constructor(folder: string, paths: FolderPaths) {
    this.#folder = folder
    this.#paths = paths
  }

  /** Keeps the standing file as an old version; it stays in place for readers. */
  async archive(key: ObjectKey, file: string, stats: FileStats): Promise<void> {
    const stored = await this.#stored(key)
    const versionId = versionIdOf(stats)
    // A killed writer may have come as far as this before.
    if (stored.some((version) => version.versionId === versionId)) return
    const folder = this.#folderOf(key)
    const target = join(folder, nameOf(nextSequence(stored), versionId))
    await this.#paths.place(target, () => link(file, target))
    await this.#paths.sync(folder)
  }

  /** Keeps the standing file as an old version, with a delete marker above it; the key is free then. */
  async archiveDeleted(key: ObjectKey, file: string, stats: FileStats): Promise<void> {
    await this.archive(key, file, stats)
    // Marker first: a kill between the two leaves an object with a stale marker, never a lost delete.
    const sequence = nextSequence(await this.#stored(key))
    const marker = join(this.#folderOf(key), nameOf(sequence, DELETE_MARKER + randomUUID()))
    await this.#paths.place(marker, async () => (await open(marker, 'wx')).close())
    await unlink(file)
    await this.#paths.sync(dirname(marker))
  }

  /** The file of an old version, or null; a delete marker has none. */
  async fileOf(key: ObjectKey, versionId: string): Promise<string | null> {
    const found = (await this.#stored(key)).find((version) => version.versionId === versionId)
    return found === undefined || found.isDeleteMarker ? null : found.file
  }

  /** Removes an old version or a marker; false when there is none of this id. */
  async remove(key: ObjectKey, versionId: string): Promise<boolean> {
    const found = (await this.#stored(key)).filter((version) => version.versionId === versionId)
    for (const version of found) await unlink(version.file)
    if (found.length > 0) await this.#paths.prune(this.#folderOf(key), this.#folder)
    return found.length > 0
  }

  /** Gives an absent key its newest old version back, as S3 does when what was above it is removed. */
  async restoreNewest(key: ObjectKey, file: string): Promise<void> {
    const newest = (await this.#stored(key))[0]
    if (newest === undefined || newest.isDeleteMarker) return
    try {
      await this.#paths.ensure(dirname(file))
      await this.#paths.place(file, () => rename(newest.file, file))
    } catch (error) {
      if (!TAKEN.has(errnoOf(error) ?? '')) throw error
      return
    }
    await this.#paths.sync(dirname(file))
    await this.#paths.prune(this.#folderOf(key), this.#folder)
  }

  /** Present and old versions below a prefix: keys in order, newest first within a key. */
  async *list(prefix: string, presentKeys: AsyncIterable<readonly string[]>): AsyncGenerator<ObjectVersion> {
    const stored = walkKeys({root: this.#folder, prefix, itemsOf: keysAndFolders})
    for await (const key of mergeKeys(flatten(presentKeys), flatten(stored))) yield* await this.#versionsOf(key)
  }

  async #versionsOf(key: ObjectKey): Promise<ObjectVersion[]> {
    const present = await versionAt(key, join(this.#paths.root, key))
    const versions = present === null ? [] : [present]
    for (const stored of await this.#stored(key)) {
      const version = stored.versionId === present?.versionId ? null : await versionAt(key, stored.file, stored)
      if (version !== null) versions.push(version)
    }
    return versions.map((version, index) => ({...version, isLatest: index === 0}))
  }

  /** Newest first. */
  async #stored(key: ObjectKey): Promise<StoredVersion[]> {
    const folder = this.#folderOf(key)
    const names = (await nullWhenAbsent(() => readdir(folder))) ?? []
    const versions = names.flatMap((name) => parseName(folder, name))
    return versions.sort((left, right) => right.sequence - left.sequence)
  }

  #folderOf(key: ObjectKey): string {
    return join(this.#folder, key, VERSIONS_OF_KEY)
  }
}

async function versionAt(key: ObjectKey, file: string, stored?: StoredVersion): Promise<ObjectVersion | null> {
  const stats = await nullWhenAbsent(() => lstat(file, {bigint: true}))
  if (stats?.isFile() !== true) return null
  return {
    key,
    versionId: stored?.versionId ?? versionIdOf(stats),
    sizeBytes: Number(stats.size),
    modifiedAt: modifiedAtOf(stats),
    isLatest: false,
    isDeleteMarker: stored?.isDeleteMarker ?? false,
  }
}

function nameOf(sequence: number, versionId: string): string {
  return `${sequence}_${versionId}`
}

function nextSequence(stored: readonly StoredVersion[]): number {
  return (stored[0]?.sequence ?? 0) + 1
}

function parseName(folder: string, name: string): StoredVersion[] {
  const match = /^(\d+)_(.+)$/.exec(name)
  const [, sequence, versionId] = match ?? []
  if (sequence === undefined || versionId === undefined) return []
  const isDeleteMarker = versionId.startsWith(DELETE_MARKER)
  return [{file: join(folder, name), sequence: Number(sequence), versionId, isDeleteMarker}]
}

// A folder here is both: the key of that name may have versions, and so may keys below it.
function keysAndFolders(entry: Dirent): readonly string[] {
  return entry.isDirectory() ? [entry.name, `${entry.name}/`] : []
}

async function* flatten(batches: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  for await (const batch of batches) yield* batch
}

async function* mergeKeys(left: AsyncGenerator<string>, right: AsyncGenerator<string>): AsyncGenerator<string> {
  let [leftItem, rightItem] = [await left.next(), await right.next()]
  while (leftItem.done !== true || rightItem.done !== true) {
    const order = orderOf(leftItem, rightItem)
    const key: string = order <= 0 ? leftItem.value : rightItem.value
    yield key
    if (order <= 0) leftItem = await left.next()
    if (order >= 0) rightItem = await right.next()
  }
}

function orderOf(left: IteratorResult<string, unknown>, right: IteratorResult<string, unknown>): number {
  if (left.done === true) return 1
  if (right.done === true) return -1
  return compareKeys(left.value, right.value)
}
