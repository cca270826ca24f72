import {GetPartitionCommand, UpdatePartitionCommand, type Partition} from '@aws-sdk/client-glue'
import type {
  Catalog,
  CatalogPartition,
  CatalogTable,
  NewCatalogPartition,
  NewCatalogTable,
  PartitionOutcome,
} from '../ports/catalog.js'
import type {AwsSettings} from './client-settings.js'
import {GlueApi, isGlueError} from './glue-api.js'
import {createAll, deleteAll, type Outcomes} from './glue-batches.js'
import type {GlueLocations} from './glue-locations.js'
import {assertValues, faultOfValues} from './glue-names.js'
import {findPartitions, identityOf, partitionPages} from './glue-pages.js'
import {changedPartitionInput, isWrittenBy, newMark, newPartitionInput, readPartition} from './glue-partition.js'
import {GlueTables, unknownTable} from './glue-tables.js'

export interface GlueCatalogOptions {
  readonly settings: AwsSettings
  readonly database: string
  readonly locations: GlueLocations
}

interface NamedPartition {
  readonly values: readonly string[]
}

/**
 * One database of the Glue Data Catalog. Whatever of a table or partition sluice does not know is kept when it writes.
 * Tables that it cannot describe (links, Iceberg, Delta, …) are listed without a format, and refused with
 * `TABLE_UNSUPPORTED` by calls that change them or concern their partitions.
 *
 * Tables change by Glue's own compare-and-set. Partitions have none: `updatePartition` reads, compares, writes and
 * reads again, so of two writers that meet between these calls the last wins and the first may have been told
 * `updated`. Whoever must not lose a write holds the table's lock.
 *
 * Also throws `PLACE_UNUSABLE` when the database is missing, and the errors of `awsError`.
 */
export class GlueCatalog implements Catalog {
  readonly #api: GlueApi
  readonly #tables: GlueTables
  readonly #locations: GlueLocations

  constructor({settings, database, locations}: GlueCatalogOptions) {
    // Glue folds names when it stores them, and compares them folded.
    this.#api = new GlueApi(settings, database.toLowerCase())
    this.#tables = new GlueTables(this.#api, {database: this.#api.database, locations})
    this.#locations = locations
  }

  /** Lets go of the connections. */
  close(): void {
    this.#api.close()
  }

  async listTables(): Promise<CatalogTable[]> {
    return this.#tables.list()
  }

  async getTable(name: string): Promise<CatalogTable | null> {
    return (await this.#tables.find(name))?.table ?? null
  }

  async putTable(table: NewCatalogTable, expectedVersion: string | null): Promise<CatalogTable> {
    return this.#tables.put(table, expectedVersion)
  }

  async dropTable(name: string, expectedVersion: string): Promise<void> {
    return this.#tables.drop(name, expectedVersion)
  }

  async *listPartitions(table: string): AsyncGenerator<CatalogPartition> {
    await this.#tables.supported(table)
    try {
      for await (const page of partitionPages(this.#api, table))
        for (const partition of page) yield readPartition(partition, this.#locations)
    } catch (error) {
      throw orUnknown(error, table)
    }
  }

  async getPartitions(table: string, values: readonly (readonly string[])[]): Promise<(CatalogPartition | null)[]> {
    const standing = await this.#tables.supported(table)
    for (const item of values) assertValues(standing.table, item)
    const found = await this.#ofTable(table, () => findPartitions(this.#api, table, values))
    const byValues = new Map(found.map((partition) => [identityOf(partition.Values ?? []), partition]))
    return values.map((item) => {
      const partition = byValues.get(identityOf(item))
      return partition === undefined ? null : readPartition(partition, this.#locations)
    })
  }

  async createPartitions(table: string, partitions: readonly NewCatalogPartition[]): Promise<PartitionOutcome[]> {
    const standing = await this.#tables.supported(table)
    const mark = newMark()
    const create = (items: readonly NewCatalogPartition[]) => {
      const inputs = items.map((item) => newPartitionInput(item, standing.glue, mark, this.#locations))
      return this.#ofTable(table, () => createAll(this.#api, table, inputs, mark))
    }
    return oneOutcomeEach(standing.table, partitions, create, {created: 'exists'})
  }

  async updatePartition(
    table: string,
    partition: NewCatalogPartition,
    expectedVersion: string,
  ): Promise<PartitionOutcome> {
    const {values} = partition
    const standing = await this.#tables.supported(table)
    const fault = faultOfValues(standing.table, values)
    if (fault !== null) return {values, state: 'failed', reason: fault}
    const before = await this.#findPartition(table, values)
    if (before === undefined) return {values, state: 'absent'}
    if (readPartition(before, this.#locations).version !== expectedVersion) return {values, state: 'changed'}
    const mark = newMark()
    const update = new UpdatePartitionCommand({
      DatabaseName: this.#api.database,
      TableName: table,
      PartitionValueList: [...values],
      PartitionInput: changedPartitionInput(partition, before, mark, this.#locations),
    })
    try {
      await this.#api.call('UpdatePartition', (client) => client.send(update))
    } catch (error) {
      if (isGlueError(error, 'EntityNotFoundException')) return {values, state: 'absent'}
      throw error
    }
    const after = await this.#findPartition(table, values)
    return {values, state: isWrittenBy(mark, after) ? 'updated' : 'changed'}
  }

  async deletePartitions(table: string, values: readonly (readonly string[])[]): Promise<PartitionOutcome[]> {
    const standing = await this.#tables.supported(table)
    const items = values.map((item) => ({values: item}))
    const remove = (wanted: readonly NamedPartition[]) => {
      const each = wanted.map((item) => item.values)
      return this.#ofTable(table, () => deleteAll(this.#api, table, each))
    }
    return oneOutcomeEach(standing.table, items, remove, {deleted: 'absent'})
  }

  async #findPartition(table: string, values: readonly string[]): Promise<Partition | undefined> {
    const get = new GetPartitionCommand({
      DatabaseName: this.#api.database,
      TableName: table,
      PartitionValues: [...values],
    })
    try {
      return (await this.#api.call('GetPartition', (client) => client.send(get))).Partition
    } catch (error) {
      if (isGlueError(error, 'EntityNotFoundException')) return undefined
      throw error
    }
  }

  /** Runs calls on a table that was there a moment ago. */
  async #ofTable<Result>(table: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run()
    } catch (error) {
      throw orUnknown(error, table)
    }
  }
}

function orUnknown(error: unknown, table: string): unknown {
  return isGlueError(error, 'EntityNotFoundException') ? unknownTable(table, error) : error
}

/**
 * Runs what the table can have, each value once, and gives an outcome an item in their order. An item that repeats an
 * earlier one meets what that one left: its outcome is the `repeated` of the first one's.
 */
async function oneOutcomeEach<Item extends NamedPartition>(
  table: CatalogTable,
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<Outcomes>,
  repeated: {readonly created?: 'exists'; readonly deleted?: 'absent'},
): Promise<PartitionOutcome[]> {
  const first = new Map<string, Item>()
  for (const item of items) {
    const identity = identityOf(item.values)
    if (faultOfValues(table, item.values) === null && !first.has(identity)) first.set(identity, item)
  }
  const outcomes = await run([...first.values()])
  return items.map((item): PartitionOutcome => {
    const {values} = item
    const reason = faultOfValues(table, values)
    if (reason !== null) return {values, state: 'failed', reason}
    const outcome = outcomes.get(identityOf(values))
    if (outcome === undefined) return {values, state: 'failed', reason: 'Glue gave no outcome'}
    if (first.get(identityOf(values)) === item || (outcome.state !== 'created' && outcome.state !== 'deleted'))
      return {...outcome, values}
    return {values, state: repeated[outcome.state] ?? outcome.state}
  })
}
