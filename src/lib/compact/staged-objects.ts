import type {ObjectHead, ObjectStore} from '../ports/object-store.js'
import {stagingPrefix} from './layout.js'

/** Everything that an operation has staged of a partition outside of every table. */
export async function* stagedObjects(
  partition: readonly string[],
  operation: string,
  store: ObjectStore,
): AsyncGenerator<ObjectHead> {
  for await (const {key} of store.list(stagingPrefix(operation, partition))) {
    const head = await store.head(key)
    if (head !== null) yield head
  }
}
