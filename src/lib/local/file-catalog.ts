import pMap, {pMapIterable} from 'p-map'
import {SluiceError, hasCode} from '../errors.js'
import type {
  Catalog,
  CatalogPartition,
  CatalogTable,
  NewCatalogPartition,
  NewCatalogTable,
  PartitionOutcome,
} from '../ports/catalog.js'
import type {Etag, ObjectKey, ObjectStore, WriteOptions} from '../ports/object-store.js'
import {decodeShard, decodeTable, encodeTable, identityOf, shardOf, versioned} from './catalog-documents.js'
import type {Shard} from './catalog-shards.js'
import {CatalogShards} from './catalog-shards.js'
import {readDocument} from './document.js'
import {shown} from '../ports/object-keys.js'

const PARALLEL_DOCUMENTS = 16

export interface FileCatalogOptions {
  /** Key prefix of the catalog's documents, ending in `/`. */
  readonly prefix?: string
}

/**
 * A catalog in the objects of a store: a document a table, 256 shards of partitions a table. Documents are changed by
 * conditional writes, so several processes may use one catalog at a time.
 */
export class FileCatalog implements Catalog {
  readonly #store: ObjectStore
  readonly #prefix: string
  readonly #shards: CatalogShards

  constructor(store: ObjectStore, options: FileCatalogOptions = {}) {
    this.#store = store
    this.#prefix = options.prefix ?? '_sluice/catalog/'
    this.#shards = new CatalogShards(store, `${this.#prefix}partitions/`)
  }

  async listTables(): Promise<CatalogTable[]> {
    const keys: ObjectKey[] = []
    for await (const {key} of this.#store.list(`${this.#prefix}tables/`)) if (key.endsWith('.json')) keys.push(key)
    const tables = await pMap(keys, (key) => this.#tableAt(key), {concurrency: PARALLEL_DOCUMENTS})
    return tables.filter((table) => table !== null).sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  async getTable(name: string): Promise<CatalogTable | null> {
    return this.#tableAt(this.#keyOf(name))
  }

  async putTable(table: NewCatalogTable, expectedVersion: string | null): Promise<CatalogTable> {
    const key = this.#keyOf(table.name)
    for (const {name} of table.partitionColumns) assertName(name, 'partition column')
    const condition =
      expectedVersion === null ? await this.#conditionOfNew(key, table.name) : {ifMatch: expectedVersion}
    const bytes = encodeTable(table)
    const etag = await this.#write(table.name, bytes, condition)
    const stored = decodeTable(key, bytes.toString('utf8'))
    return {...(stored ?? table), version: etag}
  }

  async dropTable(name: string, expectedVersion: string): Promise<void> {
    const key = this.#keyOf(name)
    // The emptied document hides the table while its shards go; a killed drop is finished by the next create.
    const etag = await this.#write(name, encodeTable(null), {ifMatch: expectedVersion})
    await this.#shards.removeAll(name)
    await this.#store.delete(key, {ifMatch: etag})
  }

  async *listPartitions(table: string): AsyncGenerator<CatalogPartition> {
    await this.#standing(table)
    const read = async (key: ObjectKey): Promise<NewCatalogPartition[]> => {
      const document = await readDocument(this.#store, key)
      return document === null ? [] : decodeShard(key, document.text)
    }
    const shards = pMapIterable(this.#shards.keysOf(table), read, {concurrency: PARALLEL_DOCUMENTS})
    for await (const partitions of shards) for (const partition of partitions) yield versioned(partition)
  }

  async getPartitions(table: string, values: readonly (readonly string[])[]): Promise<(CatalogPartition | null)[]> {
    const standing = await this.#standing(table)
    for (const item of values) assertValues(standing, item)
    const shards = await this.#shards.read(table, new Set(values.map(shardOf)))
    return values.map((item) => {
      const found = shards.get(shardOf(item))?.get(identityOf(item))
      return found === undefined ? null : versioned(found)
    })
  }

  async createPartitions(table: string, partitions: readonly NewCatalogPartition[]): Promise<PartitionOutcome[]> {
    return this.#changeEach(table, partitions, (shard, partition) => {
      const identity = identityOf(partition.values)
      if (shard.has(identity)) return 'exists'
      shard.set(identity, partition)
      return 'created'
    })
  }

  async updatePartition(
    table: string,
    partition: NewCatalogPartition,
    expectedVersion: string,
  ): Promise<PartitionOutcome> {
    const outcomes = await this.#changeEach(table, [partition], (shard) => {
      const identity = identityOf(partition.values)
      const found = shard.get(identity)
      if (found === undefined) return 'absent'
      if (versioned(found).version !== expectedVersion) return 'changed'
      shard.set(identity, partition)
      return 'updated'
    })
    return outcomes[0] ?? {values: partition.values, state: 'absent'}
  }

  async deletePartitions(table: string, values: readonly (readonly string[])[]): Promise<PartitionOutcome[]> {
    const items = values.map((item) => ({values: item}))
    return this.#changeEach(table, items, (shard, item) =>
      shard.delete(identityOf(item.values)) ? 'deleted' : 'absent',
    )
  }

  /** Applies one change an item, each shard written once; outcomes in the order of the items. */
  async #changeEach<Item extends {readonly values: readonly string[]}>(
    table: string,
    items: readonly Item[],
    change: (shard: Shard, item: Item) => Exclude<PartitionOutcome['state'], 'failed'>,
  ): Promise<PartitionOutcome[]> {
    const standing = await this.#standing(table)
    const faults = items.map(({values}) => faultOfValues(standing, values))
    const valid = [...items.keys()].filter((index) => faults[index] === null)
    const indexesByShard = groupBy(valid, (index) => shardOf(items[index]?.values ?? []))
    const outcomes = items.map(({values}, index): PartitionOutcome => {
      return {values, state: 'failed', reason: faults[index] ?? 'it was not reached'}
    })
    const changeShard = async ([name, indexes]: readonly [string, number[]]): Promise<void> => {
      await this.#shards.change(table, name, (shard) => {
        for (const index of indexes) {
          const item = items[index]
          if (item !== undefined) outcomes[index] = {values: item.values, state: change(shard, item)}
        }
      })
    }
    await pMap(indexesByShard, changeShard, {concurrency: PARALLEL_DOCUMENTS})
    return outcomes
  }

  async #write(name: string, bytes: Buffer, condition: WriteOptions): Promise<Etag> {
    try {
      return (await this.#store.write(this.#keyOf(name), bytes, condition)).etag
    } catch (error) {
      if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      const fault = condition.ifAbsent === true ? 'exists already' : 'was changed in the meantime'
      throw new SluiceError('PRECONDITION_FAILED', `The table ${shown(name)} ${fault}.`, {cause: error})
    }
  }

  /** How a new table's document is written; finishes a drop that was killed. */
  async #conditionOfNew(key: ObjectKey, name: string): Promise<{ifAbsent: true} | {ifMatch: string}> {
    const document = await readDocument(this.#store, key)
    if (document === null || decodeTable(key, document.text) !== null) return {ifAbsent: true}
    await this.#shards.removeAll(name)
    return {ifMatch: document.etag}
  }

  async #tableAt(key: ObjectKey): Promise<CatalogTable | null> {
    const document = await readDocument(this.#store, key)
    const table = document === null ? null : decodeTable(key, document.text)
    return document === null || table === null ? null : {...table, version: document.etag}
  }

  async #standing(name: string): Promise<CatalogTable> {
    const table = await this.getTable(name)
    if (table !== null) return table
    throw new SluiceError('TABLE_UNKNOWN', `The catalog has no table ${shown(name)}.`, {
      fix: 'Check the name, or create the table first.',
    })
  }

  #keyOf(name: string): ObjectKey {
    assertName(name, 'table')
    return `${this.#prefix}tables/${name}.json`
  }
}

function groupBy<Item>(items: readonly Item[], nameOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const name = nameOf(item)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return groups
}

function assertName(name: string, what: string): void {
  if (/^[a-z0-9_]+$/.test(name)) return
  throw new SluiceError('KEY_INVALID', `${shown(name)} cannot be the name of a ${what}.`, {
    fix: 'Use lower case letters, digits and underscores.',
  })
}

function faultOfValues(table: CatalogTable, values: readonly string[]): string | null {
  const expected = table.partitionColumns.length
  if (expected === 0) return `the table ${shown(table.name)} has no partitions`
  return values.length === expected ? null : `${expected} partition values are needed, ${values.length} were given`
}

function assertValues(table: CatalogTable, values: readonly string[]): void {
  const fault = faultOfValues(table, values)
  if (fault === null) return
  throw new SluiceError('KEY_INVALID', `A partition of ${shown(table.name)} cannot be found: ${fault}.`, {
    fix: 'Give one value for each partition column of the table.',
  })
}
