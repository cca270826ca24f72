import {rm} from 'node:fs/promises'
import {SluiceError} from '../errors.js'
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
import type {AwsSettings, Encryption} from './client-settings.js'
import {S3Bucket} from './s3-bucket.js'
import {copyObject, LARGEST_COPY_BYTES} from './s3-copy.js'
import {deleteMany, deleteObject, refusedOutcome} from './s3-delete.js'
import {headObject} from './s3-head.js'
import {assertKey, assertPrefix, shown} from '../ports/object-keys.js'
import {listObjects} from './s3-list.js'
import {readObject} from './s3-read.js'
import {S3Versions} from './s3-versions.js'
import {writeObject} from './s3-write.js'

export interface S3ObjectStoreOptions {
  readonly settings: AwsSettings
  /** `s3://bucket/prefix`. */
  readonly uri: string
  /** Refuse every change. */
  readonly readOnly?: boolean
  /** How long a connection may be silent. */
  readonly patienceMs?: number
  /** Objects above this are copied in parts; S3's own limit of one copy where it is left out. */
  readonly largestCopyBytes?: number
}

/**
 * Objects of a bucket below a prefix. Listings show objects too whose keys every call refuses, e.g. with two slashes in
 * a row: readers of the table see them. Conditions are those of S3 itself, and a write or conditional delete whose
 * answer was lost is found again. Times are whole seconds, so a write is followed by a look at what it left. Unlike in
 * folders, a key may be the beginning of others.
 *
 * Besides the port's errors: `AWS_SIGN_IN`, `AWS_TOKEN_EXPIRED`, `AWS_ACCESS_DENIED`, `PLACE_UNUSABLE`.
 */
export class S3ObjectStore implements ObjectStore {
  readonly uri: string
  readonly #bucket: S3Bucket
  readonly #versions: S3Versions
  readonly #isReadOnly: boolean
  readonly #encryption: Encryption
  readonly #largestCopyBytes: number

  constructor(options: S3ObjectStoreOptions) {
    const {settings, uri, readOnly = false, patienceMs, largestCopyBytes = LARGEST_COPY_BYTES} = options
    this.#bucket = new S3Bucket({settings, uri, patienceMs})
    this.uri = this.#bucket.uri
    this.#versions = new S3Versions(this.#bucket)
    this.#isReadOnly = readOnly
    this.#encryption = settings.encryption
    this.#largestCopyBytes = largestCopyBytes
  }

  async *list(prefix: string, options: {readonly after?: ObjectKey} = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix)
    yield* listObjects(this.#bucket, prefix, options.after)
  }

  async head(key: ObjectKey): Promise<ObjectHead | null> {
    return headObject(this.#bucket, key)
  }

  async *read(key: ObjectKey, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    assertKey(key)
    yield* readObject(this.#bucket, key, options)
  }

  async write(key: ObjectKey, body: WriteBody, options: WriteOptions = {}): Promise<ObjectHead> {
    assertKey(key)
    this.#refuseWhenReadOnly()
    const head = await writeObject(this.#bucket, key, body, {...options, encryption: this.#encryption})
    if (!(body instanceof Uint8Array)) await rm(body.file, {force: true}).catch(() => undefined)
    return head
  }

  async copy(from: ObjectKey, to: ObjectKey, options: {readonly ifMatch: Etag}): Promise<ObjectHead> {
    return this.copyFrom(this, from, to, options)
  }

  /** As `copy`, out of another store of the same account and Region. */
  async copyFrom(
    source: S3ObjectStore,
    from: ObjectKey,
    to: ObjectKey,
    {ifMatch}: {readonly ifMatch: Etag},
  ): Promise<ObjectHead> {
    assertKey(from)
    assertKey(to)
    this.#refuseWhenReadOnly()
    return copyObject({bucket: source.#bucket, key: from, etag: ifMatch}, this.#bucket, to, {
      encryption: this.#encryption,
      largestBytes: this.#largestCopyBytes,
    })
  }

  async delete(key: ObjectKey, options: {readonly ifMatch?: Etag} = {}): Promise<'deleted' | 'absent'> {
    assertKey(key)
    this.#refuseWhenReadOnly()
    return deleteObject(this.#bucket, key, options.ifMatch)
  }

  async deleteBatch(objects: readonly {readonly key: ObjectKey; readonly etag?: Etag}[]): Promise<DeleteOutcome[]> {
    if (this.#isReadOnly) return objects.map(({key}) => refusedOutcome(key, this.#readOnly()))
    return deleteMany(this.#bucket, objects)
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    assertPrefix(prefix)
    yield* this.#versions.list(prefix)
  }

  async deleteVersion(key: ObjectKey, versionId: string): Promise<'deleted' | 'absent'> {
    assertKey(key)
    this.#refuseWhenReadOnly()
    return this.#versions.remove(key, versionId)
  }

  localPath(key: ObjectKey): null {
    assertKey(key)
    return null
  }

  #refuseWhenReadOnly(): void {
    if (this.#isReadOnly) throw this.#readOnly()
  }

  #readOnly(): SluiceError {
    return new SluiceError('STORE_READ_ONLY', `${shown(this.uri)} was opened for reading only.`, {
      fix: 'Name another place for what is to be written.',
    })
  }
}
