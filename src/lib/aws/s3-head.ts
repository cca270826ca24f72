import type {HeadObjectCommandOutput, RestoreStatus} from '@aws-sdk/client-s3'
import type {Etag, ObjectHead, ObjectKey, StorageClass} from '../ports/object-store.js'
import {httpStatus} from './aws-errors.js'
import type {S3Bucket} from './s3-bucket.js'
import type {S3Call} from './s3-errors.js'
import {noSuchBucket, s3Error} from './s3-errors.js'

/** What stands at a key, or null. Throws `PLACE_UNUSABLE` where there is not even the bucket. */
export async function headObject(bucket: S3Bucket, key: ObjectKey): Promise<ObjectHead | null> {
  const answer = await lookAt(bucket, key)
  return answer === null ? null : headOf(key, answer)
}

/** As `headObject`, in the words of S3. */
export async function lookAt(bucket: S3Bucket, key: ObjectKey): Promise<HeadObjectCommandOutput | null> {
  const address = {Bucket: bucket.bucket, Key: bucket.fullKey(key)}
  const call: S3Call = {action: 's3:GetObject', key}
  try {
    return await (await bucket.s3()).headObject(address)
  } catch (error) {
    if (httpStatus(error) !== 404) throw s3Error(await spoken(error, () => readOneByte(bucket, address)), bucket, call)
    await assertBucketOnce(bucket, call)
    return null
  }
}

/** An answer to HEAD has no body, so S3 cannot say why it refuses; to a GET it can. */
export async function spoken(error: unknown, get: () => Promise<unknown>): Promise<unknown> {
  if (httpStatus(error) !== 400 && httpStatus(error) !== 403) return error
  try {
    await get()
    return error
  } catch (reason) {
    return reason
  }
}

/** An object, or a version of it, as far as an answer goes. */
export async function readOneByte(
  bucket: S3Bucket,
  address: {readonly Bucket: string; readonly Key: string; readonly VersionId?: string},
): Promise<void> {
  const {Body} = await (await bucket.s3()).getObject({...address, Range: 'bytes=0-0'})
  await Body?.transformToByteArray()
}

const standing = new WeakSet<S3Bucket>()

/** HEAD says the same of an absent object and of an absent bucket: asked once a store. */
async function assertBucketOnce(bucket: S3Bucket, call: S3Call): Promise<void> {
  if (standing.has(bucket)) return
  await assertBucket(bucket, call)
  standing.add(bucket)
}

/** Throws where the bucket is not there or does not answer; whoever may not list it may still use known keys. */
export async function assertBucket(bucket: S3Bucket, call: S3Call): Promise<void> {
  const s3 = await bucket.s3()
  const at = {Bucket: bucket.bucket}
  try {
    await s3.headBucket(at)
  } catch (error) {
    if (httpStatus(error) === 404) throw noSuchBucket(bucket, error)
    if (httpStatus(error) === 403) return
    throw s3Error(await spoken(error, () => s3.listObjectsV2({...at, MaxKeys: 1})), bucket, call)
  }
}

/** The head of an object from what S3 says of it. */
export function headOf(key: ObjectKey, answer: HeadObjectCommandOutput): ObjectHead {
  return {
    key,
    sizeBytes: answer.ContentLength ?? 0,
    modifiedAt: wholeSeconds(answer.LastModified),
    etag: unquoted(answer.ETag),
    versionId: answer.VersionId ?? null,
    ...storageClassOf(answer),
    ...encryptionOf(answer),
  }
}

const ARCHIVES = new Set(['GLACIER', 'DEEP_ARCHIVE'])

/** What S3 says of an object's class: `Restore` in a head, `RestoreStatus` in a listing. */
type ToldClass = Pick<HeadObjectCommandOutput, 'ArchiveStatus' | 'Restore'> & {
  readonly StorageClass?: string | undefined
  readonly RestoreStatus?: RestoreStatus | undefined
}

/** Of a head or a listing; a listing does not tell that an object of INTELLIGENT_TIERING lies in its archive. */
export function storageClassOf({StorageClass, ArchiveStatus, Restore, RestoreStatus}: ToldClass): {
  storageClass?: StorageClass
} {
  if (StorageClass === undefined || StorageClass === 'STANDARD') return {}
  const isRestored = Restore?.includes('ongoing-request="false"') === true || isListedRestored(RestoreStatus)
  const isArchived = (ARCHIVES.has(StorageClass) || ArchiveStatus !== undefined) && !isRestored
  return {storageClass: {name: ArchiveStatus ?? StorageClass, isArchived}}
}

/** The copy that a restore makes stands from its end until it expires. */
function isListedRestored(status: RestoreStatus | undefined): boolean {
  return status?.IsRestoreInProgress === false && status.RestoreExpiryDate !== undefined
}

/** As a definition writes it. */
function encryptionOf({ServerSideEncryption: algorithm, SSEKMSKeyId: key}: HeadObjectCommandOutput) {
  if (algorithm === undefined) return {}
  return {encryption: algorithm === 'AES256' ? 'sse-s3' : `kms:${key ?? ''}`}
}

/** Headers say whole seconds; listings of some servers say more. */
export function wholeSeconds(time: Date | undefined): Date {
  return new Date(Math.floor((time?.getTime() ?? 0) / 1000) * 1000)
}

/** Etags leave without the quotes of their header. */
export function unquoted(etag: string | undefined): Etag {
  return (etag ?? '').replace(/^"(.*)"$/, '$1')
}

/** An etag as a condition's header has it. */
export function quoted(etag: Etag): string {
  return `"${etag}"`
}
