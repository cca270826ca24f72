import {readFileSync} from 'node:fs'
import {mkdir, rm} from 'node:fs/promises'
import {join} from 'node:path'
import {DuckDBInstance, type DuckDBConnection, type DuckDBValue} from '@duckdb/node-api'
import {DuckDbParquetEngine} from '../../../src/lib/engines/duckdb/index.js'
import type {CatalogColumn} from '../../../src/lib/ports/catalog.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import type {MergeRequest, MergeResult, MergeSource} from '../../../src/lib/ports/merge-engine.js'
import {makeStores, type Stores} from './stores.js'
import {PLAIN_MERGE} from '../plain-load.js'

/** A table's folder whose files a test writes, merges, and reads back by a database of its own. */
export class MergeBench {
  private constructor(
    private readonly stores: Stores,
    readonly store: ObjectStore,
    readonly engine: DuckDbParquetEngine,
    readonly connection: DuckDBConnection,
    private readonly instance: DuckDBInstance,
  ) {}

  static async open(kind: 'folder' | 'memory' = 'folder', memoryLimitBytes?: number): Promise<MergeBench> {
    const stores = await makeStores(kind)
    const engine = new DuckDbParquetEngine({
      ...stores.engine,
      ...(memoryLimitBytes === undefined ? {} : {memoryLimitBytes}),
    })
    await mkdir(stores.engine.temporaryFolder, {recursive: true})
    const instance = await DuckDBInstance.create(':memory:', {threads: '1'})
    const connection = await instance.connect()
    await connection.run(`SET TimeZone = 'UTC'`)
    return new MergeBench(stores, stores.open('table'), engine, connection, instance)
  }

  /** A Parquet object of the rows of a SELECT, as DuckDB writes it. */
  async parquet(key: string, select: string, options = ''): Promise<MergeSource> {
    const file = join(this.stores.folder, 'written.parquet')
    await this.connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet${options})`)
    return this.bytes(key, readFileSync(file))
  }

  async bytes(key: string, bytes: Uint8Array): Promise<MergeSource> {
    const {etag, sizeBytes} = await this.store.write(key, bytes)
    return {key, etag, sizeBytes}
  }

  /** Merges and proves. */
  async merge(
    sources: readonly MergeSource[],
    columns: readonly CatalogColumn[] = [],
    more: Partial<MergeRequest> = {},
  ): Promise<MergeResult> {
    const {store} = this
    const format = more.format ?? 'parquet'
    const keyOf = (n: number): string => `out/part-${n}`
    const request = {
      ...PLAIN_MERGE,
      store,
      format,
      sources,
      columns,
      droppedRuns: [],
      targetBytes: 1e6,
      outputs: 1,
      keyOf,
      ...more,
    }
    const result = await this.engine.merge(request)
    await this.engine.proveMerged({...PLAIN_MERGE, store, format, objects: result.objects, expected: result.facts})
    return result
  }

  /** Runs a SELECT over an object, as `it`. */
  async rows(key: string, select: string): Promise<Record<string, DuckDBValue>[]> {
    const file = await this.copyOf(key)
    const reader = await this.connection.runAndReadAll(
      select.replaceAll('it', `read_parquet('${file}', hive_partitioning = false)`),
    )
    return reader.getRowObjects()
  }

  /** What parquet_schema says of an object's columns, by name. */
  async stored(
    key: string,
  ): Promise<Record<string, {type: DuckDBValue; converted: DuckDBValue; logical: DuckDBValue; fieldId: DuckDBValue}>> {
    const file = await this.copyOf(key)
    const reader = await this.connection.runAndReadAll(`SELECT * FROM parquet_schema('${file}') OFFSET 1`)
    return Object.fromEntries(
      reader.getRowObjects().map((row) => [
        String(row['name']),
        {
          type: row['type']!,
          converted: row['converted_type']!,
          logical: row['logical_type']!,
          fieldId: row['field_id']!,
        },
      ]),
    )
  }

  async footerEntries(key: string): Promise<Record<string, string>> {
    const file = await this.copyOf(key)
    const reader = await this.connection.runAndReadAll(
      `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${file}')`,
    )
    return Object.fromEntries(reader.getRowObjects().map((row) => [String(row['key']), String(row['value'])]))
  }

  async copyOf(key: string): Promise<string> {
    const own = this.store.localPath(key)
    if (own !== null) return own
    throw new Error('Only objects of a folder are read back.')
  }

  async keys(): Promise<string[]> {
    const keys: string[] = []
    for await (const {key} of this.store.list('')) keys.push(key)
    return keys
  }

  async close(): Promise<void> {
    await this.engine.close()
    this.connection.closeSync()
    this.instance.closeSync()
    await this.stores.close()
    await rm(this.stores.folder, {recursive: true, force: true})
  }
}
