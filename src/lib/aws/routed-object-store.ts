import {SluiceError} from '../errors.js'
import type {
  DeleteOutcome,
  Etag,
  ListedObject,
  ObjectHead,
  ObjectKey,
  ObjectStore,
  ObjectVersion,
  ReadOptions,
  WriteBody,
  WriteOptions,
} from '../ports/object-store.js'
import {readBytes} from '../ports/object-content.js'
import {assertKey, assertPrefix, compareKeys, shown} from '../ports/object-keys.js'
import {S3ObjectStore} from './s3-object-store.js'

/** A store that holds every object whose key starts with `prefix`; it knows them by what follows the prefix. */
export interface Route {
  /** Ends with a slash. */
  readonly prefix: string
  readonly store: ObjectStore
}

export interface RoutedObjectStoreOptions {
  /** Of the whole, for messages. */
  readonly uri: string
  readonly routes: readonly Route[]
  /** Holds what no route holds. */
  readonly rest: ObjectStore
}

/**
 * One root made of several stores: the tables and the state of a lake may lie in different buckets. Every key belongs
 * to the route with the longest prefix of it; what another store has under such a key is not seen.
 */
export class RoutedObjectStore implements ObjectStore {
  readonly uri: string
  /** Longest prefix first; the last one takes every key. */
  readonly #routes: readonly Route[]

  constructor({uri, routes, rest}: RoutedObjectStoreOptions) {
    for (const {prefix} of routes) assertRoute(prefix)
    this.uri = uri
    this.#routes = [...routes, {prefix: '', store: rest}].sort((a, b) => b.prefix.length - a.prefix.length)
  }

  async *list(prefix: string, {after}: {readonly after?: ObjectKey} = {}): AsyncGenerator<ListedObject> {
    assertPrefix(prefix)
    const routes = this.#routesBelow(prefix).filter((route) => !isBehind(route, after))
    yield* mergeByKey(
      routes.map((route) => {
        const options = after?.startsWith(route.prefix) === true ? {after: after.slice(route.prefix.length)} : {}
        return this.#own(route, route.store.list(prefix.slice(route.prefix.length), options))
      }),
    )
  }

  async head(key: ObjectKey): Promise<ObjectHead | null> {
    const {store, rest} = this.#find(key)
    const head = await store.head(rest)
    return head === null ? null : {...head, key}
  }

  async *read(key: ObjectKey, options?: ReadOptions): AsyncGenerator<Uint8Array> {
    const {store, rest} = this.#find(key)
    yield* store.read(rest, options)
  }

  async write(key: ObjectKey, body: WriteBody, options?: WriteOptions): Promise<ObjectHead> {
    const {store, rest} = this.#find(key)
    return {...(await store.write(rest, body, options)), key}
  }

  async copy(from: ObjectKey, to: ObjectKey, options: {readonly ifMatch: Etag}): Promise<ObjectHead> {
    const [source, target] = [this.#find(from), this.#find(to)]
    if (source.store === target.store) return {...(await target.store.copy(source.rest, target.rest, options)), key: to}
    if (target.store instanceof S3ObjectStore && source.store instanceof S3ObjectStore)
      return {...(await target.store.copyFrom(source.store, source.rest, target.rest, options)), key: to}
    const head = await source.store.head(source.rest)
    if (head !== null && head.etag !== options.ifMatch)
      throw new SluiceError('PRECONDITION_FAILED', `The object ${shown(from)} was changed in the meantime.`)
    const bytes = await readBytes(source.store, source.rest)
    return {...(await target.store.write(target.rest, bytes, {ifAbsent: true})), key: to}
  }

  async delete(key: ObjectKey, options?: {readonly ifMatch?: Etag}): Promise<'deleted' | 'absent'> {
    const {store, rest} = this.#find(key)
    return store.delete(rest, options)
  }

  async deleteBatch(objects: readonly {readonly key: ObjectKey; readonly etag?: Etag}[]): Promise<DeleteOutcome[]> {
    const outcomes = new Map<number, DeleteOutcome>()
    const indexesByStore = new Map<ObjectStore, number[]>()
    const rests = objects.map(({key, ...condition}, index) => {
      try {
        const {store, rest} = this.#find(key)
        const indexes = indexesByStore.get(store) ?? []
        indexes.push(index)
        indexesByStore.set(store, indexes)
        return {...condition, key: rest}
      } catch (error) {
        outcomes.set(index, {key, state: 'failed', reason: error instanceof Error ? error.message : String(error)})
        return {key}
      }
    })
    await Promise.all(
      [...indexesByStore].map(async ([store, indexes]) => {
        const results = await store.deleteBatch(indexes.map((index) => rests[index]!))
        for (const [place, index] of indexes.entries()) outcomes.set(index, results[place]!)
      }),
    )
    return objects.map(({key}, index) => ({...outcomes.get(index)!, key}))
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    assertPrefix(prefix)
    yield* mergeByKey(
      this.#routesBelow(prefix).map((route) =>
        this.#own(route, route.store.versions(prefix.slice(route.prefix.length))),
      ),
    )
  }

  async deleteVersion(key: ObjectKey, versionId: string): Promise<'deleted' | 'absent'> {
    const {store, rest} = this.#find(key)
    return store.deleteVersion(rest, versionId)
  }

  localPath(key: ObjectKey): string | null {
    const {store, rest} = this.#find(key)
    return store.localPath(rest)
  }

  #routeOf(key: ObjectKey): Route {
    return this.#routes.find(({prefix}) => key.startsWith(prefix))!
  }

  #find(key: ObjectKey): {readonly store: ObjectStore; readonly rest: ObjectKey} {
    assertKey(key)
    const {prefix, store} = this.#routeOf(key)
    return {store, rest: key.slice(prefix.length)}
  }

  /** The route that the prefix lies in, and those that begin below it. */
  #routesBelow(prefix: string): readonly Route[] {
    const around = this.#routeOf(prefix)
    return this.#routes.filter((route) => route === around || route.prefix.startsWith(prefix))
  }

  /** What a store lists, under the keys of the whole, without what belongs to a longer route. */
  async *#own<T extends {readonly key: ObjectKey}>(route: Route, items: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of items) {
      const key = `${route.prefix}${item.key}`
      if (this.#routeOf(key) === route) yield {...item, key}
    }
  }
}

function assertRoute(prefix: string): void {
  assertPrefix(prefix)
  if (prefix.endsWith('/')) return
  throw new SluiceError('KEY_INVALID', `The route "${prefix}" does not end with a slash.`)
}

/** True when no key of the route comes after `after`. */
function isBehind({prefix}: Route, after: ObjectKey | undefined): boolean {
  return after !== undefined && !after.startsWith(prefix) && compareKeys(prefix, after) < 0
}

/** Several streams in the order of keys as one; a single item of each is held. */
async function* mergeByKey<T extends {readonly key: ObjectKey}>(
  streams: readonly AsyncIterable<T>[],
): AsyncGenerator<T> {
  const sources = streams.map((stream) => ({items: stream[Symbol.asyncIterator](), next: null as T | null}))
  const advance = async (source: (typeof sources)[number]): Promise<void> => {
    const result = await source.items.next()
    source.next = result.done === true ? null : result.value
  }
  try {
    await Promise.all(sources.map(advance))
    for (;;) {
      const open = sources.filter(({next}) => next !== null)
      const [first, ...others] = open
      if (first === undefined) return
      const least = others.reduce((a, b) => (compareKeys(a.next!.key, b.next!.key) <= 0 ? a : b), first)
      yield least.next!
      await advance(least)
    }
  } finally {
    await Promise.all(sources.map(({items}) => items.return?.()))
  }
}
