import type {BigIntStats} from 'node:fs'
import {lstatSync} from 'node:fs'
import {link, lstat, open, rename, unlink} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import pMap from 'p-map'
import {SluiceError, hasCode} from '../errors.js'
import type {
  DeleteOutcome,
  Etag,
  ListedObject,
  ObjectHead,
  ObjectKey,
  ObjectStore,
  ObjectVersion,
  ReadOptions,
  WriteBody,
  WriteOptions,
} from '../ports/object-store.js'
import type {FileStats, TaggedFile} from './etag-cache.js'
import {EtagCache, READ_NO_FOLLOW} from './etag-cache.js'
import {filesAndFolders, folderOf, walkKeys} from './folder-listing.js'
import {FolderPaths, isRemoved} from './folder-paths.js'
import {FolderVersions, modifiedAtOf, versionIdOf} from './folder-versions.js'
import {KeyLock} from './key-lock.js'
import {RESERVED_NAME, assertPrefix, keyInvalid, shown} from '../ports/object-keys.js'
import {readChunks} from './read-chunks.js'
import type {StagedFile} from './staging.js'
import {Staging, removeQuietly} from './staging.js'
import type {FolderObjectStoreOptions} from './folder-store-options.js'
import {atEdge, errnoOf, nullWhenAbsent, preconditionFailed, readOnly, storeError} from './store-errors.js'
import {systemClock, systemHost} from './system.js'

const PARALLEL_DELETES = 16
const PRIVATE_MODE = 0o600

/**
 * Objects as files of a folder: key `a/b` is the file `<root>/a/b`, and what the store keeps for itself is in
 * `<root>/.sluice-store`. Several processes may use one folder at a time; no symbolic link below the root is followed.
 */
export class FolderObjectStore implements ObjectStore {
  readonly uri: string
  readonly #paths: FolderPaths
  readonly #staging: Staging
  readonly #lock: KeyLock
  readonly #etags = new EtagCache()
  readonly #versions: FolderVersions | null
  readonly #isReadOnly: boolean
  readonly #privatePrefix: string | null

  constructor(options: FolderObjectStoreOptions) {
    this.uri = resolve(options.root)
    const own = join(this.uri, RESERVED_NAME)
    const host = options.host ?? systemHost()
    this.#paths = new FolderPaths(this.uri)
    this.#staging = new Staging(join(own, 'tmp'), this.#paths, host)
    this.#lock = new KeyLock({
      folder: join(own, 'locks'),
      holderFile: () => this.#staging.holderFile(),
      resetHolderFile: () => this.#staging.reset(),
      clock: options.clock ?? systemClock,
      host,
    })
    this.#versions = options.versioned === true ? new FolderVersions(join(own, 'versions'), this.#paths) : null
    this.#isReadOnly = options.readOnly ?? false
    this.#privatePrefix = options.privatePrefix ?? null
  }

  async *list(prefix: string, options: {readonly after?: ObjectKey} = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix)
    try {
      for await (const keys of this.#walk(prefix, options.after)) yield* this.#listed(keys)
    } catch (error) {
      throw storeError(error, {root: this.uri, key: prefix, isChange: false})
    }
  }

  async head(key: ObjectKey): Promise<ObjectHead | null> {
    const file = this.#paths.fileOf(key)
    return this.#reading(key, () =>
      nullWhenAbsent(async () => {
        const stats = await this.#standing(key, file)
        return stats === null ? null : this.#headOf(key, await this.#etags.tag(file, stats))
      }),
    )
  }

  async *read(key: ObjectKey, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    const file = this.#paths.fileOf(key)
    const handle = await this.#reading(key, async () => {
      const source = await this.#sourceOf(key, file, options.versionId)
      return source === null ? null : nullWhenAbsent(() => open(source, READ_NO_FOLLOW))
    })
    if (handle === null) throw this.#notFound(key, options.versionId)
    try {
      yield* readChunks(handle, options.range)
    } catch (error) {
      throw storeError(error, {root: this.uri, key, isChange: false})
    } finally {
      await handle.close()
    }
  }

  async write(key: ObjectKey, body: WriteBody, options: WriteOptions = {}): Promise<ObjectHead> {
    const file = this.#paths.fileOf(key)
    this.#refuseWhenReadOnly()
    return this.#changing(key, async () => {
      if (options.ifMatch !== undefined) await this.#assertEtag(key, file, options.ifMatch)
      await this.#paths.ensure(dirname(file))
      const isPrivate = this.#privatePrefix !== null && key.startsWith(this.#privatePrefix)
      const staged = await this.#staging.stage(body, isPrivate ? PRIVATE_MODE : undefined)
      try {
        await this.#publish(key, file, staged, options)
      } finally {
        await removeQuietly(staged.path)
      }
      if (!(body instanceof Uint8Array)) await removeQuietly(body.file)
      await this.#paths.sync(dirname(file))
      return this.#headOf(key, this.#etags.remember(file, {etag: staged.etag, stats: staged.stats}))
    })
  }

  /** A second name for the same file: the store never writes into a file that has a key. */
  async copy(from: ObjectKey, to: ObjectKey, {ifMatch}: {readonly ifMatch: Etag}): Promise<ObjectHead> {
    const [source, file] = [this.#paths.fileOf(from), this.#paths.fileOf(to)]
    this.#refuseWhenReadOnly()
    return this.#changing(to, async () => {
      if ((await this.#standing(from, source)) === null) throw this.#notFound(from, undefined)
      const stats = await this.#assertEtag(from, source, ifMatch)
      await this.#paths.ensure(dirname(file))
      const tagged = {path: source, etag: ifMatch, stats}
      if (!(await this.#isLinked(to, file, tagged))) throw preconditionFailed(to)
      await this.#paths.sync(dirname(file))
      return this.#headOf(to, this.#etags.remember(file, tagged))
    })
  }

  async delete(key: ObjectKey, options: {readonly ifMatch?: Etag} = {}): Promise<'deleted' | 'absent'> {
    const file = this.#paths.fileOf(key)
    this.#refuseWhenReadOnly()
    return this.#changing(key, async () => {
      const stats = await this.#standing(key, file)
      if (stats === null) return 'absent'
      // Read a large object before the lock; under it the etag is known.
      if (options.ifMatch !== undefined) await nullWhenAbsent(() => this.#etags.tag(file, stats))
      const outcome = await this.#lock.run(key, () => this.#deleteStanding(key, file, options.ifMatch))
      if (outcome === 'deleted') await this.#paths.prune(dirname(file), this.uri)
      return outcome
    })
  }

  async deleteBatch(objects: readonly {readonly key: ObjectKey; readonly etag?: Etag}[]): Promise<DeleteOutcome[]> {
    return pMap(objects, ({key, etag}) => this.#outcomeOfDelete(key, etag), {concurrency: PARALLEL_DELETES})
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    assertPrefix(prefix)
    if (this.#versions === null) return
    try {
      yield* this.#versions.list(prefix, this.#walk(prefix))
    } catch (error) {
      throw storeError(error, {root: this.uri, key: prefix, isChange: false})
    }
  }

  async deleteVersion(key: ObjectKey, versionId: string): Promise<'deleted' | 'absent'> {
    const file = this.#paths.fileOf(key)
    this.#refuseWhenReadOnly()
    const versions = this.#versions
    if (versions === null) return 'absent'
    return this.#changing(key, () =>
      this.#lock.run(key, async () => {
        const isPresent = await this.#isPresentRemoved(key, file, versionId)
        const isOld = await versions.remove(key, versionId)
        if (!isPresent && !isOld) return 'absent'
        if ((await this.#standing(key, file)) === null) await versions.restoreNewest(key, file)
        if (isPresent) await this.#paths.prune(dirname(file), this.uri)
        return 'deleted'
      }),
    )
  }

  localPath(key: ObjectKey): string {
    return this.#paths.fileOf(key)
  }

  async *#walk(prefix: string, after?: ObjectKey): AsyncGenerator<readonly string[]> {
    if (!(await this.#paths.isThere(join(this.uri, folderOf(prefix), '.')))) return
    yield* walkKeys({root: this.uri, prefix, after, itemsOf: filesAndFolders})
  }

  *#listed(keys: readonly string[]): Generator<ListedObject> {
    for (const key of keys) {
      // Synchronous: a million heads through the thread pool take several times as long as this.
      const stats = lstatSync(join(this.uri, key), {bigint: true, throwIfNoEntry: false})
      if (stats?.isFile() !== true) continue
      yield {key, sizeBytes: Number(stats.size), modifiedAt: modifiedAtOf(stats)}
    }
  }

  /** The object's file as it stands, or null. Throws `KEY_INVALID` for symbolic links. One system call when absent. */
  async #standing(key: ObjectKey, file: string): Promise<BigIntStats | null> {
    const stats = await nullWhenAbsent(async () => lstatSync(file, {bigint: true}))
    if (stats === null || stats.isDirectory()) return null
    if (!stats.isFile()) throw keyInvalid(key, 'a symbolic link or a device has its name')
    return (await this.#paths.isThere(dirname(file))) ? stats : null
  }

  async #sourceOf(key: ObjectKey, file: string, versionId: string | undefined): Promise<string | null> {
    const stats = await this.#standing(key, file)
    if (versionId === undefined) return stats === null ? null : file
    if (this.#versions === null) return null
    if (stats !== null && versionIdOf(stats) === versionId) return file
    return this.#versions.fileOf(key, versionId)
  }

  async #assertEtag(key: ObjectKey, file: string, etag: Etag): Promise<FileStats> {
    const stats = await this.#standing(key, file)
    const tagged = stats === null ? null : await nullWhenAbsent(() => this.#etags.tag(file, stats))
    if (tagged?.etag !== etag) throw preconditionFailed(key)
    return tagged.stats
  }

  async #publish(key: ObjectKey, file: string, staged: StagedFile, options: WriteOptions): Promise<void> {
    if (options.ifMatch === undefined && (await this.#isLinked(key, file, staged))) return
    if (options.ifAbsent === true) throw preconditionFailed(key)
    await this.#lock.run(key, async () => {
      if (options.ifMatch !== undefined) await this.#assertEtag(key, file, options.ifMatch)
      const stats = await this.#standing(key, file)
      if (stats !== null) await this.#versions?.archive(key, file, stats)
      await this.#paths.place(file, () => rename(staged.path, file))
    })
  }

  /** Gives the staged file its key when the key is free; false when an object has it. */
  async #isLinked(key: ObjectKey, file: string, staged: StagedFile): Promise<boolean> {
    try {
      await this.#paths.place(file, () => link(staged.path, file))
      return true
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
    const stats = await nullWhenAbsent(() => lstat(file))
    if (stats?.isDirectory() !== true) return false
    // A killed delete may have left an empty folder; one with objects in it stays.
    if (await isRemoved(file)) return this.#isLinked(key, file, staged)
    throw keyInvalid(key, 'it is the folder of other objects')
  }

  async #deleteStanding(key: ObjectKey, file: string, etag: Etag | undefined): Promise<'deleted' | 'absent'> {
    const stats = await this.#standing(key, file)
    if (stats === null) return 'absent'
    if (etag !== undefined) await this.#assertEtag(key, file, etag)
    if (this.#versions === null) await unlink(file)
    else await this.#versions.archiveDeleted(key, file, stats)
    return 'deleted'
  }

  async #isPresentRemoved(key: ObjectKey, file: string, versionId: string): Promise<boolean> {
    const stats = await this.#standing(key, file)
    if (stats === null || versionIdOf(stats) !== versionId) return false
    await unlink(file)
    return true
  }

  async #outcomeOfDelete(key: ObjectKey, etag: Etag | undefined): Promise<DeleteOutcome> {
    try {
      return {key, state: await this.delete(key, etag === undefined ? {} : {ifMatch: etag})}
    } catch (error) {
      if (hasCode(error, 'PRECONDITION_FAILED')) return {key, state: 'changed'}
      return {key, state: 'failed', reason: error instanceof Error ? error.message : String(error)}
    }
  }

  #headOf(key: ObjectKey, {etag, stats}: TaggedFile): ObjectHead {
    const versionId = this.#versions === null ? null : versionIdOf(stats)
    return {key, etag, versionId, sizeBytes: Number(stats.size), modifiedAt: modifiedAtOf(stats)}
  }

  #notFound(key: ObjectKey, versionId: string | undefined): SluiceError {
    const what = versionId === undefined ? 'object' : `version ${shown(versionId)} of the object`
    return new SluiceError('OBJECT_NOT_FOUND', `There is no ${what} ${shown(key)} in the folder ${shown(this.uri)}.`)
  }

  #refuseWhenReadOnly(): void {
    if (this.#isReadOnly) throw readOnly({root: this.uri})
  }

  #reading<T>(key: ObjectKey, action: () => Promise<T>): Promise<T> {
    return atEdge({root: this.uri, key, isChange: false}, action)
  }

  #changing<T>(key: ObjectKey, action: () => Promise<T>): Promise<T> {
    return atEdge({root: this.uri, key, isChange: true}, action)
  }
}
