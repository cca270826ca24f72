import type {Etag, ObjectHead, ObjectKey} from '../ports/object-store.js'
import type {S3Bucket} from './s3-bucket.js'
import {preconditionFailed, type S3Call} from './s3-errors.js'
import {headObject, quoted} from './s3-head.js'
import {notFound} from './s3-read.js'
import type {Encryption} from './client-settings.js'
import {settled} from './s3-write.js'

export interface CopySource {
  readonly bucket: S3Bucket
  readonly key: ObjectKey
  readonly etag: Etag
}

/**
 * Copies within S3, up to its limit of 5 GB for one copy; never replaces. S3 answers 412 for either condition, so the
 * source is looked at first. Throws `PRECONDITION_FAILED`, `OBJECT_NOT_FOUND`.
 */
export async function copyObject(
  source: CopySource,
  bucket: S3Bucket,
  key: ObjectKey,
  encryption: Encryption,
): Promise<ObjectHead> {
  const standing = await headObject(source.bucket, source.key)
  if (standing === null) throw notFound(source.bucket, source.key, undefined)
  if (standing.etag !== source.etag) throw preconditionFailed(source.key)
  const call: S3Call = {action: 's3:PutObject', key}
  const address = `${source.bucket.bucket}/${source.bucket.fullKey(source.key)}`
  return settled(bucket, call, {ifAbsent: true, encryption}, async (headers) => {
    const s3 = await bucket.s3()
    const {CopyObjectResult} = await s3.copyObject({
      ...headers,
      CopySource: address.split('/').map(encodeURIComponent).join('/'),
      CopySourceIfMatch: quoted(source.etag),
      IfNoneMatch: '*',
      // The mark of this write, in place of the source's.
      MetadataDirective: 'REPLACE',
    })
    return {sizeBytes: standing.sizeBytes, written: {ETag: CopyObjectResult?.ETag}}
  })
}
