import {setTimeout as wait} from 'node:timers/promises'
import pMap from 'p-map'
import {SluiceError, hasCode} from '../errors.js'
import type {NewCatalogPartition} from '../ports/catalog.js'
import type {ObjectKey, ObjectStore} from '../ports/object-store.js'
import {decodeShard, encodeShard, identityOf} from './catalog-documents.js'
import {readDocument} from './document.js'
import {shown} from '../ports/object-keys.js'

const PARALLEL_SHARDS = 16
const MOST_TRIES = 64
const LONGEST_PAUSE_MS = 32

/** The partitions of one shard by the identity of their values. */
export type Shard = Map<string, NewCatalogPartition>

/** The shards of a catalog's partitions: documents changed whole, each only as long as nobody else changed it. */
export class CatalogShards {
  readonly #store: ObjectStore
  readonly #prefix: string

  constructor(store: ObjectStore, prefix: string) {
    this.#store = store
    this.#prefix = prefix
  }

  /** The keys of a table's shards. */
  async *keysOf(table: string): AsyncGenerator<ObjectKey> {
    for await (const {key} of this.#store.list(`${this.#prefix}${table}/`)) if (key.endsWith('.json')) yield key
  }

  /** The named shards as they stand, empty where there is none. */
  async read(table: string, names: Iterable<string>): Promise<Map<string, Shard>> {
    const entries = await pMap(names, async (name) => [name, (await this.#read(table, name)).shard] as const, {
      concurrency: PARALLEL_SHARDS,
    })
    return new Map(entries)
  }

  /** Applies `change`, again when somebody else was faster, until the shard is written; nothing new, no write. */
  async change(table: string, name: string, change: (shard: Shard) => void): Promise<void> {
    const key = this.#keyOf(table, name)
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const {shard, etag, bytes: before} = await this.#read(table, name)
      change(shard)
      const bytes = encodeShard(shard.values())
      if (before === null ? shard.size === 0 : bytes.equals(before)) return
      try {
        await this.#store.write(key, bytes, etag === null ? {ifAbsent: true} : {ifMatch: etag})
        return
      } catch (error) {
        if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      }
      await wait(Math.random() * Math.min(LONGEST_PAUSE_MS, tries))
    }
    throw new SluiceError('STORE_UNAVAILABLE', `The catalog document ${shown(key)} is changed by too many at a time.`, {
      fix: 'Run the command again.',
    })
  }

  /** Removes every shard of a table. */
  async removeAll(table: string): Promise<void> {
    const keys: ObjectKey[] = []
    for await (const key of this.keysOf(table)) keys.push(key)
    const outcomes = await this.#store.deleteBatch(keys.map((key) => ({key})))
    const failed = outcomes.find((outcome) => outcome.state === 'failed')
    if (failed?.state !== 'failed') return
    throw new SluiceError('STORE_UNAVAILABLE', `Partitions of ${shown(table)} could not be removed: ${failed.reason}`, {
      fix: 'Drop the table again.',
    })
  }

  async #read(table: string, name: string): Promise<{shard: Shard; etag: string | null; bytes: Buffer | null}> {
    const key = this.#keyOf(table, name)
    const document = await readDocument(this.#store, key)
    if (document === null) return {shard: new Map(), etag: null, bytes: null}
    const partitions = decodeShard(key, document.text)
    const shard = new Map(partitions.map((partition) => [identityOf(partition.values), partition]))
    return {shard, etag: document.etag, bytes: Buffer.from(document.text)}
  }

  #keyOf(table: string, name: string): ObjectKey {
    return `${this.#prefix}${table}/${name}.json`
  }
}
