import {setTimeout as sleep} from 'node:timers/promises'
import type {S3} from '@aws-sdk/client-s3'
import pMap from 'p-map'
import {hasCode} from '../errors.js'
import type {DeleteOutcome, Etag, ObjectKey} from '../ports/object-store.js'
import {attemptsOf, errorName, httpStatus} from './aws-errors.js'
import type {S3Bucket} from './s3-bucket.js'
import type {S3Call} from './s3-errors.js'
import {objectUnavailable, preconditionFailed, s3Error} from './s3-errors.js'
import {headObject, quoted} from './s3-head.js'

const BATCH_KEYS = 1000
const PARALLEL_CALLS = 16
const MOST_TRIES = 6
const FIRST_PAUSE_MS = 50
const PASSING = new Set(['InternalError', 'OperationAborted', 'ServiceUnavailable', 'SlowDown'])

/**
 * Deletes one object. S3 says the same of an absent object, and marks it as deleted in a versioned bucket, so that what
 * stands is looked at before. Throws `PRECONDITION_FAILED`.
 */
export async function deleteObject(
  bucket: S3Bucket,
  key: ObjectKey,
  ifMatch: Etag | undefined,
): Promise<'deleted' | 'absent'> {
  const call: S3Call = {action: 's3:DeleteObject', key}
  let wasSent = false
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const head = await headObject(bucket, key)
    // Gone after a conditional delete whose answer was lost: it was this one.
    if (head === null) return wasSent ? 'deleted' : 'absent'
    if (ifMatch !== undefined && head.etag !== ifMatch) throw preconditionFailed(key)
    const condition = ifMatch === undefined ? {} : {IfMatch: quoted(ifMatch)}
    try {
      const s3 = await bucket.s3()
      await s3.deleteObject({Bucket: bucket.bucket, Key: bucket.fullKey(key), ...condition})
      return 'deleted'
    } catch (error) {
      if (ifMatch === undefined || !isConflict(error)) throw s3Error(error, bucket, call)
      wasSent ||= attemptsOf(error) > 1
    }
    await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1))
  }
  throw objectUnavailable(bucket, call, 'others write it all the time')
}

/** True when the object changed or went between the look and the delete, or another change is under way. */
function isConflict(error: unknown): boolean {
  return [404, 409, 412].includes(Number(httpStatus(error))) && errorName(error) !== 'NoSuchBucket'
}

/** One outcome a key in the order given; conditions are checked one by one, the others go in batches. */
export async function deleteMany(
  bucket: S3Bucket,
  objects: readonly {readonly key: ObjectKey; readonly etag?: Etag}[],
): Promise<DeleteOutcome[]> {
  // Null stands for an object that is there and goes with a batch.
  const found = await pMap(
    objects,
    async ({key, etag}): Promise<DeleteOutcome | null> => {
      try {
        if (etag !== undefined || !fitsBatch(key)) return {key, state: await deleteObject(bucket, key, etag)}
        return (await headObject(bucket, key)) === null ? {key, state: 'absent'} : null
      } catch (error) {
        return hasCode(error, 'PRECONDITION_FAILED') ? {key, state: 'changed'} : refusedOutcome(key, error)
      }
    },
    {concurrency: PARALLEL_CALLS},
  )
  const keys = objects.filter((_object, index) => found[index] === null).map(({key}) => key)
  const failures = await deleteBatches(bucket, keys)
  return objects.map(({key}, index) => {
    const reason = failures.get(key)
    return found[index] ?? (reason === undefined ? {key, state: 'deleted'} : {key, state: 'failed', reason})
  })
}

/** The outcome of a key that was refused. */
export function refusedOutcome(key: ObjectKey, error: unknown): DeleteOutcome {
  return {key, state: 'failed', reason: error instanceof Error ? error.message : String(error)}
}

/** The request is XML, which has no way to write control characters. */
function fitsBatch(key: ObjectKey): boolean {
  return !/\p{Cc}|[\ufffe\uffff]/u.test(key)
}

/** Why keys were not deleted, by key. */
async function deleteBatches(bucket: S3Bucket, keys: readonly ObjectKey[]): Promise<Map<ObjectKey, string>> {
  const failures = new Map<ObjectKey, string>()
  for (let start = 0; start < keys.length; start += BATCH_KEYS) {
    const batch = keys.slice(start, start + BATCH_KEYS)
    for (const [key, reason] of await deleteBatch(bucket, batch)) failures.set(key, reason)
  }
  return failures
}

async function deleteBatch(bucket: S3Bucket, keys: readonly ObjectKey[]): Promise<Map<ObjectKey, string>> {
  const failures = new Map<ObjectKey, string>()
  let left = keys
  for (let tries = 1; left.length > 0; tries += 1) {
    const errors = await sendBatch(bucket, left)
    left = []
    for (const {key, name, reason} of errors) {
      if (PASSING.has(name) && tries < MOST_TRIES) left = [...left, key]
      else failures.set(key, reason)
    }
    if (left.length > 0) await sleep(FIRST_PAUSE_MS * 2 ** tries)
  }
  return failures
}

interface KeyError {
  readonly key: ObjectKey
  readonly name: string
  readonly reason: string
}

async function sendBatch(bucket: S3Bucket, keys: readonly ObjectKey[]): Promise<KeyError[]> {
  const call: S3Call = {action: 's3:DeleteObject', key: keys[0] ?? ''}
  try {
    const objects = keys.map((key) => ({Key: bucket.fullKey(key)}))
    const {Errors = []} = await bucket.call(call, (s3: S3) =>
      s3.deleteObjects({Bucket: bucket.bucket, Delete: {Objects: objects, Quiet: true}}),
    )
    return Errors.map(({Key = '', Code = '', Message = ''}) => {
      const key = Key.slice(bucket.root.length)
      const error = Object.assign(new Error(Message), {name: Code})
      return {key, name: Code, reason: s3Error(error, bucket, {...call, key}).message}
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return keys.map((key) => ({key, name: '', reason}))
  }
}
