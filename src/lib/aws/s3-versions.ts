import type {ListObjectVersionsCommandOutput} from '@aws-sdk/client-s3'
import type {ObjectKey, ObjectVersion} from '../ports/object-store.js'
import {httpStatus} from './aws-errors.js'
import type {S3Bucket} from './s3-bucket.js'
import {s3Error} from './s3-errors.js'
import {readOneByte, spoken, wholeSeconds} from './s3-head.js'
import {compareKeys} from '../ports/object-keys.js'
import {decoded} from './s3-list.js'
import {isNoObject} from './s3-read.js'

/** The versions that a bucket keeps; none where versioning never was on. */
export class S3Versions {
  readonly #bucket: S3Bucket
  #isKept: Promise<boolean> | null = null

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket
  }

  async *list(prefix: string): AsyncGenerator<ObjectVersion> {
    if (!(await this.#areKept())) return
    const request = {
      Bucket: this.#bucket.bucket,
      Prefix: `${this.#bucket.root}${prefix}`,
      EncodingType: 'url',
    } as const
    let marker: {readonly KeyMarker?: string; readonly VersionIdMarker?: string} | null = {}
    while (marker !== null) {
      const after: {readonly KeyMarker?: string; readonly VersionIdMarker?: string} = marker
      const page = await this.#bucket.call({action: 's3:ListBucketVersions', key: prefix}, (s3) =>
        s3.listObjectVersions({...request, ...after}),
      )
      yield* this.#versionsOf(page)
      marker = markerAfter(page)
    }
  }

  /** S3 says the same of a version that is not there, so it is looked at before. */
  async remove(key: ObjectKey, versionId: string): Promise<'deleted' | 'absent'> {
    if (!(await this.#areKept()) || !(await this.#isThere(key, versionId))) return 'absent'
    const address = this.#addressOf(key, versionId)
    await this.#bucket.call({action: 's3:DeleteObjectVersion', key}, (s3) => s3.deleteObject(address))
    return 'deleted'
  }

  async #isThere(key: ObjectKey, versionId: string): Promise<boolean> {
    const address = this.#addressOf(key, versionId)
    try {
      const s3 = await this.#bucket.s3()
      await s3.headObject(address)
      return true
    } catch (error) {
      // The answer for a delete marker.
      if (httpStatus(error) === 405) return true
      // A text that is no id of a version is a 400, as are credentials that ran out.
      const reason = await spoken(error, () => readOneByte(this.#bucket, address))
      if (isNoObject(reason, versionId)) return false
      throw s3Error(reason, this.#bucket, {action: 's3:GetObjectVersion', key})
    }
  }

  #addressOf(key: ObjectKey, versionId: string): {Bucket: string; Key: string; VersionId: string} {
    return {Bucket: this.#bucket.bucket, Key: this.#bucket.fullKey(key), VersionId: versionId}
  }

  /** Asked once: without versioning, S3 lists every object as its own version "null". */
  #areKept(): Promise<boolean> {
    const asked = this.#isKept ?? this.#askKept()
    this.#isKept = asked
    asked.catch(() => {
      this.#isKept = null
    })
    return asked
  }

  async #askKept(): Promise<boolean> {
    const {Status} = await this.#bucket.call({action: 's3:GetBucketVersioning', key: ''}, (s3) =>
      s3.getBucketVersioning({Bucket: this.#bucket.bucket}),
    )
    return Status !== undefined
  }

  /** The SDK gives versions and markers apart: back into one order. */
  #versionsOf({Versions = [], DeleteMarkers = [], EncodingType}: ListObjectVersionsCommandOutput): ObjectVersion[] {
    const all = [
      ...DeleteMarkers.map((marker) => ({...marker, Size: 0, isDeleteMarker: true})),
      ...Versions.map((version) => ({...version, isDeleteMarker: false})),
    ]
    return all
      .flatMap(({Key = '', Size = 0, VersionId = '', LastModified, IsLatest = false, isDeleteMarker}) => {
        const key = this.#bucket.ownKey(decoded(Key, EncodingType))
        if (key === null) return []
        const modifiedAt = wholeSeconds(LastModified)
        return [{key, sizeBytes: Size, modifiedAt, versionId: VersionId, isLatest: IsLatest, isDeleteMarker}]
      })
      .sort(byKeyNewestFirst)
  }
}

// Sorting is stable. Of a marker and a version of the same second the marker counts as newer: the store never marks
// what is not there.
function byKeyNewestFirst(left: ObjectVersion, right: ObjectVersion): number {
  const byKey = compareKeys(left.key, right.key)
  if (byKey !== 0) return byKey
  if (left.isLatest !== right.isLatest) return left.isLatest ? -1 : 1
  return right.modifiedAt.getTime() - left.modifiedAt.getTime()
}

function markerAfter(page: ListObjectVersionsCommandOutput): {KeyMarker?: string; VersionIdMarker?: string} | null {
  const {IsTruncated, NextKeyMarker, NextVersionIdMarker, EncodingType} = page
  if (IsTruncated !== true || NextKeyMarker === undefined) return null
  return {
    KeyMarker: decoded(NextKeyMarker, EncodingType),
    ...(NextVersionIdMarker === undefined ? {} : {VersionIdMarker: NextVersionIdMarker}),
  }
}
