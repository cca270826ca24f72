import {setTimeout as sleep} from 'node:timers/promises'
import type {GetObjectCommandOutput} from '@aws-sdk/client-s3'
import {SluiceError} from '../errors.js'
import type {ObjectKey, ReadOptions} from '../ports/object-store.js'
import {errorName, httpStatus} from './aws-errors.js'
import type {S3Bucket} from './s3-bucket.js'
import type {S3Call} from './s3-errors.js'
import {objectUnavailable, s3Error} from './s3-errors.js'
import {shown} from '../ports/object-keys.js'

/** How often a body may break off in a row without one byte more. */
const MOST_STANDSTILLS = 5
const FIRST_PAUSE_MS = 50

/** What is still to be read of one object. */
interface Rest {
  position: number
  /** Exclusive. */
  readonly end: number
  /** Of the object that was begun; a body that breaks off goes on only with the same one. */
  etag: string | undefined
}

/**
 * The bytes of an object. A body that breaks off is taken up again where it ended, as long as the object is the same.
 * Whole objects are checked against the checksum that S3 keeps, unless their body broke off; lengths always are.
 */
export async function* readObject(
  bucket: S3Bucket,
  key: ObjectKey,
  {range, versionId}: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const call: S3Call = {action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', key}
  const rest: Rest = {position: range?.start ?? 0, end: range?.end ?? Infinity, etag: undefined}
  if (rest.position >= rest.end) return assertThere(bucket, call, versionId)
  for (let standstills = 0; standstills <= MOST_STANDSTILLS; standstills += 1) {
    const answer = await openBody(bucket, call, rest, versionId)
    if (answer === null) return
    const stop = endOf(bucket, call, answer, rest)
    const begin = rest.position
    try {
      for await (const chunk of answer.Body as unknown as AsyncIterable<Uint8Array>) {
        rest.position += chunk.length
        yield chunk
      }
    } catch (error) {
      if (isDamage(error)) throw damaged(bucket, call, error)
    }
    if (rest.position === stop) return
    if (rest.position > stop) throw damaged(bucket, call)
    if (rest.position > begin) standstills = 0
    await sleep(FIRST_PAUSE_MS * 2 ** standstills)
  }
  throw objectUnavailable(bucket, call, `its body broke off at byte ${rest.position} again and again`)
}

/** The body from where it ended, or null where nothing follows. */
async function openBody(
  bucket: S3Bucket,
  call: S3Call,
  rest: Rest,
  versionId: string | undefined,
): Promise<GetObjectCommandOutput | null> {
  try {
    const s3 = await bucket.s3()
    const answer = await s3.getObject({
      Bucket: bucket.bucket,
      Key: bucket.fullKey(call.key),
      ...(versionId === undefined ? {} : {VersionId: versionId}),
      ...(isPart(rest) ? {Range: rangeOf(rest)} : {}),
      ...(rest.etag === undefined ? {} : {IfMatch: rest.etag}),
    })
    rest.etag = answer.ETag
    return answer
  } catch (error) {
    if (httpStatus(error) === 416) return null
    if (isNoObject(error, versionId)) throw notFound(bucket, call.key, versionId)
    if (httpStatus(error) !== 412) throw s3Error(error, bucket, call)
    throw objectUnavailable(bucket, call, 'it was replaced while it was read', error)
  }
}

function rangeOf({position, end}: Rest): string {
  return Number.isFinite(end) ? `bytes=${position}-${end - 1}` : `bytes=${position}-`
}

/** Where the body of this answer ends in the object, exclusive. */
function endOf(bucket: S3Bucket, call: S3Call, answer: GetObjectCommandOutput, rest: Rest): number {
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(answer.ContentRange ?? '') ?? []
  if (first === undefined && !isPart(rest) && answer.ContentLength !== undefined) return answer.ContentLength
  if (first !== undefined && Number(first) === rest.position) return Number(last) + 1
  throw objectUnavailable(bucket, call, 'it answered other bytes than it was asked for')
}

/** Nothing is to be read, but the object must be there. */
async function assertThere(bucket: S3Bucket, call: S3Call, versionId: string | undefined): Promise<void> {
  try {
    const s3 = await bucket.s3()
    await s3.headObject({
      Bucket: bucket.bucket,
      Key: bucket.fullKey(call.key),
      ...(versionId === undefined ? {} : {VersionId: versionId}),
    })
  } catch (error) {
    throw isNoObject(error, versionId) ? notFound(bucket, call.key, versionId) : s3Error(error, bucket, call)
  }
}

function isPart({position, end}: Rest): boolean {
  return position > 0 || Number.isFinite(end)
}

/** True when S3 said that there is no such object, or no such version of it. */
export function isNoObject(error: unknown, versionId?: string): boolean {
  const [name, status] = [errorName(error), httpStatus(error)]
  if (name === 'NoSuchKey' || name === 'NoSuchVersion' || name === 'NotFound') return true
  if (versionId === undefined) return false
  // A delete marker cannot be read; a text that is no id of a version is refused as such.
  return status === 405 || (status === 400 && (name === 'InvalidArgument' || name === 'NoSuchVersion'))
}

/** The error for an object, or a version of it, that is not there. */
export function notFound({uri}: S3Bucket, key: ObjectKey, versionId: string | undefined): SluiceError {
  const what = versionId === undefined ? 'object' : `version ${shown(versionId)} of the object`
  return new SluiceError('OBJECT_NOT_FOUND', `There is no ${what} ${shown(key)} in ${shown(uri)}.`)
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && /checksum mismatch/i.test(error.message)
}

function damaged(bucket: S3Bucket, call: S3Call, cause?: unknown): SluiceError {
  return objectUnavailable(bucket, call, 'its bytes did not arrive as S3 keeps them', cause)
}
