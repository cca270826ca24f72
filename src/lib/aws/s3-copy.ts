import {SluiceError} from '../errors.js'
import type {Etag, ObjectHead, ObjectKey} from '../ports/object-store.js'
import {errorName} from './aws-errors.js'
import type {Encryption} from './client-settings.js'
import type {S3Bucket} from './s3-bucket.js'
import {preconditionFailed, type S3Call} from './s3-errors.js'
import {headObject, quoted} from './s3-head.js'
import {copyParts} from './s3-multipart.js'
import {notFound} from './s3-read.js'
import {settled, writtenBefore, type S3Headers, type S3Written} from './s3-write.js'

/** What S3 copies by one call, 5 GiB. */
export const LARGEST_COPY_BYTES = 5 * 1024 ** 3

export interface CopySource {
  readonly bucket: S3Bucket
  readonly key: ObjectKey
  readonly etag: Etag
}

export interface CopyOptions {
  readonly encryption: Encryption
  /** Objects above this are copied in parts. */
  readonly largestBytes: number
}

/**
 * Copies within S3; never replaces. S3 answers 412 for either condition, so the source is looked at first. Throws
 * `PRECONDITION_FAILED`, `OBJECT_NOT_FOUND`.
 */
export async function copyObject(
  source: CopySource,
  bucket: S3Bucket,
  key: ObjectKey,
  {encryption, largestBytes}: CopyOptions,
): Promise<ObjectHead> {
  const standing = await headObject(source.bucket, source.key)
  if (standing === null) throw notFound(source.bucket, source.key, undefined)
  if (standing.etag !== source.etag) throw preconditionFailed(source.key)
  const {sizeBytes} = standing
  const call: S3Call = {action: 's3:PutObject', key}
  const copy = sizeBytes > largestBytes ? copyLarge : copyAtOnce
  try {
    return await settled(bucket, call, {ifAbsent: true, encryption}, async (headers) => {
      const written = await copy(bucket, key, headers, {...addressOf(source), sizeBytes, largestBytes})
      return {sizeBytes, written}
    })
  } catch (error) {
    // The target needs no object: it is the source that went after the look at it.
    const isGone = error instanceof SluiceError && errorName(error.cause) === 'NoSuchKey'
    throw isGone ? notFound(source.bucket, source.key, undefined) : error
  }
}

interface Copied {
  readonly CopySource: string
  readonly CopySourceIfMatch: string
  readonly sizeBytes: number
  readonly largestBytes: number
}

function addressOf({bucket, key, etag}: CopySource): Pick<Copied, 'CopySource' | 'CopySourceIfMatch'> {
  const address = `${bucket.bucket}/${bucket.fullKey(key)}`
  return {CopySource: address.split('/').map(encodeURIComponent).join('/'), CopySourceIfMatch: quoted(etag)}
}

async function copyAtOnce(
  bucket: S3Bucket,
  _key: ObjectKey,
  headers: S3Headers,
  {CopySource, CopySourceIfMatch}: Copied,
): Promise<S3Written> {
  const s3 = await bucket.s3()
  const {CopyObjectResult} = await s3.copyObject({
    ...headers,
    CopySource,
    CopySourceIfMatch,
    IfNoneMatch: '*',
    // The mark of this write, in place of the source's.
    MetadataDirective: 'REPLACE',
  })
  return {ETag: CopyObjectResult?.ETag}
}

async function copyLarge(
  bucket: S3Bucket,
  key: ObjectKey,
  headers: S3Headers,
  {largestBytes, ...source}: Copied,
): Promise<S3Written> {
  const before = await writtenBefore(bucket, key, headers, {ifAbsent: true})
  return before ?? copyParts(bucket, headers, source, {IfNoneMatch: '*', largestBytes})
}
