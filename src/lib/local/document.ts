import {hasCode} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {Etag, ObjectKey, ObjectStore} from '../ports/object-store.js'

export interface Document {
  readonly text: string
  readonly etag: Etag
}

/**
 * A small object with the etag to change it by, or null. The etag is asked first: when the object changes in between,
 * the text is newer than its etag and a conditional write fails, never the other way round.
 */
export async function readDocument(store: ObjectStore, key: ObjectKey): Promise<Document | null> {
  const head = await store.head(key)
  if (head === null) return null
  try {
    return {text: await readText(store, key), etag: head.etag}
  } catch (error) {
    if (hasCode(error, 'OBJECT_NOT_FOUND')) return null
    throw error
  }
}
