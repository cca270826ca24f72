import {hasCode, SluiceError} from '../errors.js'
import type {Etag, ObjectHead, ObjectKey, ObjectStore} from '../ports/object-store.js'

interface StandingObject {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly sizeBytes: number
}

/** Whether an object is there with these bytes. */
export async function standsAs({key, etag}: StandingObject, store: ObjectStore): Promise<boolean> {
  return (await store.head(key))?.etag === etag
}

/**
 * Copies an object to a key that nothing else ever has; done already when an object of its size stands there (a copy in
 * S3 may have another etag). Throws `OPERATION_CONFLICT` when it is another.
 */
export async function copyOnce(source: StandingObject, to: ObjectKey, store: ObjectStore): Promise<ObjectHead> {
  const before = await store.head(to)
  if (before !== null) return sameSize(source, before)
  try {
    return await store.copy(source.key, to, {ifMatch: source.etag})
  } catch (error) {
    // Another process that took this operation over has copied it since, and cleared away what was staged.
    if (!hasCode(error, 'PRECONDITION_FAILED', 'OBJECT_NOT_FOUND')) throw error
    const head = await store.head(to)
    if (head === null) throw error
    return sameSize(source, head)
  }
}

function sameSize(source: StandingObject, head: ObjectHead): ObjectHead {
  if (head.sizeBytes === source.sizeBytes) return head
  throw new SluiceError('OPERATION_CONFLICT', `${head.key} is not what was staged.`, {
    fix: 'Somebody else wrote it: move it away, then resume the operation (sluice ops list).',
    details: {key: head.key},
  })
}
