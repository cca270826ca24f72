import type {ListObjectsV2CommandInput} from '@aws-sdk/client-s3'
import type {ListedObject, ObjectKey} from '../ports/object-store.js'
import type {S3Bucket} from './s3-bucket.js'
import {storageClassOf, unquoted, wholeSeconds} from './s3-head.js'

/** Objects below a prefix in the order of S3, which is the byte order of the keys; one page in memory. */
export async function* listObjects(
  bucket: S3Bucket,
  prefix: string,
  after: ObjectKey | undefined,
): AsyncGenerator<ListedObject> {
  const request: ListObjectsV2CommandInput = {
    Bucket: bucket.bucket,
    Prefix: `${bucket.root}${prefix}`,
    // XML has no way to write some characters of keys.
    EncodingType: 'url',
    // Else what was restored is listed as archived.
    OptionalObjectAttributes: ['RestoreStatus'],
    ...(after === undefined ? {} : {StartAfter: `${bucket.root}${after}`}),
  }
  let token: string | undefined
  do {
    const page = await bucket.call({action: 's3:ListBucket', key: prefix}, (s3) =>
      s3.listObjectsV2({...request, ...(token === undefined ? {} : {ContinuationToken: token})}),
    )
    for (const {Key = '', Size = 0, LastModified, ETag, ...told} of page.Contents ?? []) {
      const key = bucket.ownKey(decoded(Key, page.EncodingType))
      if (key === null) continue
      const listed = {key, sizeBytes: Size, modifiedAt: wholeSeconds(LastModified), ...storageClassOf(told)}
      yield ETag === undefined ? listed : {...listed, etag: unquoted(ETag)}
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

/** A key as it is, where the listing wrote it as in a URL. */
export function decoded(key: string, encoding: string | undefined): string {
  return encoding === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key
}
