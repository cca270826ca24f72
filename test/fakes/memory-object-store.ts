import {createHash} from 'node:crypto'
import {readFile, rm} from 'node:fs/promises'
import {SluiceError, hasCode} from '../../src/lib/errors.js'
import {assertKey, assertPrefix, compareKeys, keyInvalid} from '../../src/lib/ports/object-keys.js'
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
} from '../../src/lib/ports/object-store.js'

interface Version {
  readonly id: string
  /** Null for a delete marker. */
  readonly bytes: Uint8Array | null
  readonly modifiedAt: Date
}

interface StandingVersion extends Version {
  readonly bytes: Uint8Array
}

/** Objects in memory, with the semantics of the folder store. */
export class MemoryObjectStore implements ObjectStore {
  readonly uri = 'memory://'
  readonly #isVersioned: boolean
  readonly #now: () => Date
  /** Oldest first; never empty. */
  readonly #versionsByKey = new Map<ObjectKey, readonly Version[]>()
  #count = 0

  constructor(options: {readonly versioned?: boolean; readonly now?: () => Date} = {}) {
    this.#isVersioned = options.versioned ?? false
    this.#now = options.now ?? (() => new Date())
  }

  async *list(prefix: string, options: {readonly after?: ObjectKey} = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix)
    for (const key of this.#keys(prefix)) {
      const standing = this.#standing(key)
      if (standing === null || (options.after !== undefined && compareKeys(key, options.after) <= 0)) continue
      yield {key, sizeBytes: standing.bytes.length, modifiedAt: standing.modifiedAt}
    }
  }

  async head(key: ObjectKey): Promise<ObjectHead | null> {
    assertKey(key)
    const standing = this.#standing(key)
    return standing === null ? null : this.#headOf(key, standing)
  }

  async *read(key: ObjectKey, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    assertKey(key)
    const bytes = this.#find(key, options.versionId)?.bytes
    if (bytes === undefined || bytes === null) throw new SluiceError('OBJECT_NOT_FOUND', `There is no object "${key}".`)
    const {start, end} = options.range ?? {start: 0, end: bytes.length}
    if (start < Math.min(end, bytes.length)) yield bytes.slice(start, end)
  }

  async write(key: ObjectKey, body: WriteBody, options: WriteOptions = {}): Promise<ObjectHead> {
    assertKey(key)
    const bytes = body instanceof Uint8Array ? Uint8Array.from(body) : await readFile(body.file)
    const standing = this.#standing(key)
    if (options.ifAbsent === true && standing !== null) throw preconditionFailed(key)
    if (options.ifMatch !== undefined && etagOf(standing) !== options.ifMatch) throw preconditionFailed(key)
    this.#refuseFolderConflict(key)
    const version = {id: this.#nextId(), bytes, modifiedAt: this.#now()}
    this.#append(key, version)
    if (!(body instanceof Uint8Array)) await rm(body.file)
    return this.#headOf(key, version)
  }

  async copy(from: ObjectKey, to: ObjectKey, {ifMatch}: {readonly ifMatch: Etag}): Promise<ObjectHead> {
    assertKey(from)
    const source = this.#standing(from)
    if (source === null) throw new SluiceError('OBJECT_NOT_FOUND', `There is no object "${from}".`)
    if (etagOf(source) !== ifMatch) throw preconditionFailed(from)
    return this.write(to, source.bytes, {ifAbsent: true})
  }

  async delete(key: ObjectKey, options: {readonly ifMatch?: Etag} = {}): Promise<'deleted' | 'absent'> {
    assertKey(key)
    const standing = this.#standing(key)
    if (standing === null) return 'absent'
    if (options.ifMatch !== undefined && etagOf(standing) !== options.ifMatch) throw preconditionFailed(key)
    if (this.#isVersioned) this.#append(key, {id: this.#nextId(), bytes: null, modifiedAt: this.#now()})
    else this.#versionsByKey.delete(key)
    return 'deleted'
  }

  async deleteBatch(objects: readonly {readonly key: ObjectKey; readonly etag?: Etag}[]): Promise<DeleteOutcome[]> {
    const outcomes: DeleteOutcome[] = []
    for (const {key, etag} of objects) outcomes.push(await this.#outcomeOfDelete(key, etag))
    return outcomes
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    assertPrefix(prefix)
    if (!this.#isVersioned) return
    for (const key of this.#keys(prefix)) {
      const newestFirst = [...(this.#versionsByKey.get(key) ?? [])].reverse()
      for (const [index, {id, bytes, modifiedAt}] of newestFirst.entries()) {
        const [sizeBytes, isDeleteMarker] = [bytes?.length ?? 0, bytes === null]
        yield {key, versionId: id, sizeBytes, modifiedAt, isLatest: index === 0, isDeleteMarker}
      }
    }
  }

  async deleteVersion(key: ObjectKey, versionId: string): Promise<'deleted' | 'absent'> {
    assertKey(key)
    const versions = this.#versionsByKey.get(key) ?? []
    const kept = versions.filter(({id}) => id !== versionId)
    if (!this.#isVersioned || kept.length === versions.length) return 'absent'
    if (kept.length === 0) this.#versionsByKey.delete(key)
    else this.#versionsByKey.set(key, kept)
    return 'deleted'
  }

  localPath(key: ObjectKey): null {
    assertKey(key)
    return null
  }

  #keys(prefix: string): ObjectKey[] {
    return [...this.#versionsByKey.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys)
  }

  #standing(key: ObjectKey): StandingVersion | null {
    const latest = this.#versionsByKey.get(key)?.at(-1)
    return latest === undefined || latest.bytes === null ? null : {...latest, bytes: latest.bytes}
  }

  #find(key: ObjectKey, versionId: string | undefined): Version | null {
    if (versionId === undefined) return this.#standing(key)
    if (!this.#isVersioned) return null
    return this.#versionsByKey.get(key)?.find(({id}) => id === versionId) ?? null
  }

  #append(key: ObjectKey, version: Version): void {
    const kept = this.#isVersioned ? (this.#versionsByKey.get(key) ?? []) : []
    this.#versionsByKey.set(key, [...kept, version])
  }

  #refuseFolderConflict(key: ObjectKey): void {
    for (const other of this.#versionsByKey.keys()) {
      const isConflict = other.startsWith(`${key}/`) || key.startsWith(`${other}/`)
      if (isConflict && this.#standing(other) !== null) throw keyInvalid(key, 'it is an object and a folder at a time')
    }
  }

  #nextId(): string {
    this.#count += 1
    return `v${this.#count}`
  }

  #headOf(key: ObjectKey, version: StandingVersion): ObjectHead {
    const {bytes, id, modifiedAt} = version
    const versionId = this.#isVersioned ? id : null
    return {key, sizeBytes: bytes.length, modifiedAt, etag: hash(bytes), versionId}
  }

  async #outcomeOfDelete(key: ObjectKey, etag: Etag | undefined): Promise<DeleteOutcome> {
    try {
      return {key, state: await this.delete(key, etag === undefined ? {} : {ifMatch: etag})}
    } catch (error) {
      if (hasCode(error, 'PRECONDITION_FAILED')) return {key, state: 'changed'}
      return {key, state: 'failed', reason: error instanceof Error ? error.message : String(error)}
    }
  }
}

function etagOf(version: StandingVersion | null): Etag | null {
  return version === null ? null : hash(version.bytes)
}

function hash(bytes: Uint8Array): Etag {
  return createHash('md5').update(bytes).digest('hex')
}

function preconditionFailed(key: ObjectKey): SluiceError {
  return new SluiceError('PRECONDITION_FAILED', `The object "${key}" was changed in the meantime.`)
}
