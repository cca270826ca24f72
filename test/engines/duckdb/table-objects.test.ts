import {gzipSync} from 'node:zlib'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {DuckDbQueryEngine} from '../../../src/lib/engines/duckdb/index.js'
import {DuckDbSession} from '../../../src/lib/engines/duckdb/session.js'
import {FileCatalog} from '../../../src/lib/local/file-catalog.js'
import {HIVE_NULL_PARTITION, type NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import type {QueryValue} from '../../../src/lib/ports/query-engine.js'
import {tableSizes} from '../../../src/lib/ports/table-objects.js'
import {quoteText} from '../../../src/lib/sql/index.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {THINGS} from '../../contract/ports/things-table.js'
import {makeStores, type Stores} from './stores.js'

const LOGS: NewCatalogTable = {
  ...THINGS,
  name: 'logs',
  location: 'logs/',
  partitionColumns: [{name: 'day', type: 'string'}],
  pathTemplate: 'day={day}/',
}
/** Partitions of `logs`: day → where its objects lie. */
const PLACES: readonly (readonly [string, string])[] = [
  ['in its place', 'logs/day=in place/'],
  ['swapped', 'logs__compact/d1/gen=2/'],
  ['moved', 'archive/old days/'],
  ['nested', 'logs/day=nested/'],
  ['empty', 'logs__compact/d2/gen=1/'],
]
const FILES: readonly (readonly [key: string, id: string])[] = [
  ['logs/day=in place/a.parquet', 'a'],
  ['logs/day=swapped/old.parquet', 'replaced'],
  ['logs__compact/d1/gen=1/a.parquet', 'older generation'],
  ['logs__compact/d1/gen=2/a.parquet', 'b'],
  ['logs__compact/d1/gen=2/b.parquet', 'c'],
  ['archive/old days/a.parquet', 'd'],
  ['archive/others/a.parquet', 'of others'],
  ['logs/day=nested/hour=1/a.parquet', 'e'],
  ['logs/day=nested/_temporary/a.parquet', 'hidden'],
  ['logs/day=unknown/a.parquet', 'not registered'],
]

describe.each(['folder', 'memory'] as const)('the objects of a table in a %s', (kind) => {
  let stores: Stores
  let store: ObjectStore
  let catalog: FileCatalog
  let engine: DuckDbQueryEngine

  beforeAll(async () => {
    stores = await makeStores(kind)
    store = stores.open('lake')
    catalog = new FileCatalog(store)
    engine = new DuckDbQueryEngine({...stores.engine, store, catalog})
    const writer = await DuckDbSession.open(stores.engine)
    const file = join(writer.spoolFolder, 'written.parquet')
    for (const [key, id] of FILES) {
      await writer.execute([
        `COPY (SELECT ${quoteText(id)} AS id, 1::BIGINT AS n) TO ${quoteText(file)} (FORMAT parquet)`,
      ])
      await store.write(key, {file})
    }
    await writer.close()
    await catalog.putTable(LOGS, null)
    const partitions = PLACES.map(([day, location]) => ({values: [day], location, parameters: {}}))
    await catalog.createPartitions('logs', partitions)
  })

  afterAll(async () => {
    await engine.close()
    await stores.close()
  })

  async function rowsOf(sql: string): Promise<(readonly QueryValue[])[]> {
    return collect((await engine.run({sql})).rows)
  }

  it('are those of its partitions, wherever these lie, each once', async () => {
    expect(await rowsOf('SELECT day, id FROM logs ORDER BY id')).toEqual([
      ['in its place', 'a'],
      ['swapped', 'b'],
      ['swapped', 'c'],
      ['moved', 'd'],
    ])
  })

  it('are measured by partition, and what a condition leaves of them', async () => {
    const {scans} = await engine.analyse({sql: "SELECT 1 FROM logs WHERE day IN ('swapped', 'empty')"})
    expect(scans).toMatchObject([{partitions: {read: 2, total: 5}, files: {read: 2, total: 4}}])
    const sizes = await tableSizes((await catalog.getTable('logs'))!, {store, catalog})
    const files = Object.fromEntries(sizes.map(({values, files: count}) => [values[0], count]))
    expect(files).toEqual({'in its place': 1, swapped: 2, moved: 1, nested: 1, empty: 0})
  })

  it('of two partitions in one place are read for both', async () => {
    await catalog.putTable({...LOGS, name: 'twice'}, null)
    const location = 'archive/old days/'
    await catalog.createPartitions('twice', [
      {values: ['1'], location, parameters: {}},
      {values: ['2'], location, parameters: {}},
    ])
    expect(await rowsOf('SELECT day, id FROM twice ORDER BY day')).toEqual([
      ['1', 'd'],
      ['2', 'd'],
    ])
  })

  it('outside of the lake are refused, not left out', async () => {
    await catalog.putTable({...LOGS, name: 'outside'}, null)
    await catalog.createPartitions('outside', [{values: ['1'], location: 's3://elsewhere/day=1/', parameters: {}}])
    const error = await expectCode(rowsOf('SELECT * FROM outside'), 'TABLE_UNSUPPORTED')
    expect(error.message).toContain('s3://elsewhere/day=1/')
  })

  describe('of JSON lines', () => {
    const JSON_LOGS: NewCatalogTable = {
      ...LOGS,
      name: 'lines',
      location: 'lines/',
      format: 'json',
      columns: [
        {name: 'requestid', type: 'string'},
        {name: 'at', type: 'timestamp'},
        {name: 'cost', type: 'decimal(18,2)'},
        {name: 'tags', type: 'array<string>'},
      ],
    }

    it('have their partition, whatever the case of their keys, packed or not', async () => {
      await store.write('lines/day=a b/1.json', Buffer.from('{"requestId":"r1","cost":1.25,"other":{"x":1}}\n\n'))
      const packed = '{"requestId":"r2","at":"2026-01-02T03:04:05Z","tags":["x","y"]}\n{"requestId":null}'
      await store.write('lines__compact/d/gen=1/2.json.gz', gzipSync(packed))
      await catalog.putTable(JSON_LOGS, null)
      await catalog.createPartitions('lines', [
        {values: ['a b'], location: 'lines/day=a b/', parameters: {}},
        {values: [HIVE_NULL_PARTITION], location: 'lines__compact/d/gen=1/', parameters: {}},
      ])
      const sql =
        'SELECT day, requestid, CAST(cost AS VARCHAR), CAST("at" AS VARCHAR), tags[2] FROM lines ORDER BY requestid NULLS LAST'
      expect(await rowsOf(sql)).toEqual([
        ['a b', 'r1', '1.25', null, null],
        [null, 'r2', null, '2026-01-02 03:04:05', 'y'],
        [null, null, null, null, null],
      ])
      const {scans} = await engine.analyse({sql: "SELECT 1 FROM lines WHERE day = 'a b'"})
      expect(scans).toMatchObject([{partitions: {read: 1, total: 2}}])
    })

    it('with one key in two spellings are refused, not half read', async () => {
      await store.write('mixed/day=1/1.json', Buffer.from('{"requestId":"r1"}\n{"REQUESTID":"r2"}\n'))
      await catalog.putTable({...JSON_LOGS, name: 'mixed', location: 'mixed/'}, null)
      await catalog.createPartitions('mixed', [{values: ['1'], location: 'mixed/day=1/', parameters: {}}])
      const error = await expectCode(rowsOf('SELECT requestid FROM mixed'), 'TABLE_UNSUPPORTED')
      expect(error.message).toContain('REQUESTID, requestId')
    })
  })
})
