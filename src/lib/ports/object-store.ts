/** A key: `/`-separated UTF-8 text relative to the store's root, without a leading `/`. Keys are data, never paths. */
export type ObjectKey = string
/** A strong validator of an object's content, opaque to callers. */
export type Etag = string

export interface ListedObject {
  readonly key: ObjectKey
  readonly sizeBytes: number
  readonly modifiedAt: Date
  /** Left out by a store whose listings do not tell; `head` does. */
  readonly etag?: Etag
  /** Left out for the store's ordinary one. */
  readonly storageClass?: StorageClass
}

/** `archived`: it must be restored before it can be read. */
export interface StorageClass {
  /** As the store calls it, e.g. `STANDARD_IA` or `DEEP_ARCHIVE`. */
  readonly name: string
  readonly isArchived: boolean
}

export interface ObjectHead extends ListedObject {
  readonly etag: Etag
  /** Null where the store keeps no versions. */
  readonly versionId: string | null
  /** At rest, as a definition writes it: `sse-s3`, or `kms:` and the ARN of the key; absent where nobody tells. */
  readonly encryption?: string
}

export interface ObjectVersion extends ListedObject {
  readonly versionId: string
  readonly isLatest: boolean
  /** True for the marker that a delete leaves in a versioned store. */
  readonly isDeleteMarker: boolean
}

/** Bytes, or a local file that the store adopts (moved where it can be, the file is gone afterwards). */
export type WriteBody = Uint8Array | {readonly file: string}

export interface WriteOptions {
  /** Write only when no object has this key. */
  readonly ifAbsent?: boolean
  /** Write only when the object's etag still is this one. */
  readonly ifMatch?: Etag
}

export interface ReadOptions {
  /** Byte range, `end` exclusive. */
  readonly range?: {readonly start: number; readonly end: number}
  readonly versionId?: string
}

export type DeleteOutcome =
  | {readonly key: ObjectKey; readonly state: 'deleted' | 'absent' | 'changed'}
  | {readonly key: ObjectKey; readonly state: 'failed'; readonly reason: string}

/**
 * Objects under one root. Conditional writes hold between processes.
 *
 * Errors: `KEY_INVALID` for a key that could leave the root, `PRECONDITION_FAILED` when a condition does not hold,
 * `OBJECT_NOT_FOUND` from `read`, `STORE_READ_ONLY`, `DISK_FULL`, `STORE_UNAVAILABLE` from any call.
 */
export interface ObjectStore {
  /** Where the store is, for messages: an absolute folder or `s3://bucket/prefix`. */
  readonly uri: string
  /**
   * Every object whose key starts with `prefix`, in UTF-8 byte order of the keys, streamed; from after `after`. A bucket
   * may list keys that other calls refuse (`isUnusable`).
   */
  list(prefix: string, options?: {readonly after?: ObjectKey}): AsyncIterable<ListedObject>
  head(key: ObjectKey): Promise<ObjectHead | null>
  read(key: ObjectKey, options?: ReadOptions): AsyncIterable<Uint8Array>
  write(key: ObjectKey, body: WriteBody, options?: WriteOptions): Promise<ObjectHead>
  /**
   * Gives the bytes of `from` a second key, without a way through this machine where the store can. Never replaces:
   * throws `PRECONDITION_FAILED` when an object has the key `to`, or when `from` has not the etag `ifMatch`;
   * `OBJECT_NOT_FOUND` when there is no `from`. Its etag may differ from the source's.
   */
  copy(from: ObjectKey, to: ObjectKey, options: {readonly ifMatch: Etag}): Promise<ObjectHead>
  /** Throws `PRECONDITION_FAILED` when `ifMatch` is given and the object has another etag. */
  delete(key: ObjectKey, options?: {readonly ifMatch?: Etag}): Promise<'deleted' | 'absent'>
  /** One outcome a key, in the order given; never throws for a single key. */
  deleteBatch(objects: readonly {readonly key: ObjectKey; readonly etag?: Etag}[]): Promise<DeleteOutcome[]>
  /** Old and present versions under `prefix`, newest first within a key; empty where the store keeps none. */
  versions(prefix: string): AsyncIterable<ObjectVersion>
  /** Removes one version for good. */
  deleteVersion(key: ObjectKey, versionId: string): Promise<'deleted' | 'absent'>
  /** The file that an embedded engine may read directly, or null for a remote store. */
  localPath(key: ObjectKey): string | null
}
