import {access} from 'node:fs/promises'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {divideFolders, trayOf, writtenFiles, type Division} from '../../../src/lib/engines/duckdb/divide-folders.js'
import {DuckDbParquetEngine} from '../../../src/lib/engines/duckdb/index.js'
import {fileList} from '../../../src/lib/engines/duckdb/local-files.js'
import type {WrittenFile} from '../../../src/lib/engines/duckdb/partition-files.js'
import {DuckDbSession} from '../../../src/lib/engines/duckdb/session.js'
import {splitFile} from '../../../src/lib/engines/duckdb/split-files.js'
import {folderLimit, OPEN_WRITERS} from '../../../src/lib/engines/duckdb/tray-folders.js'
import {hivePathValue, type SourceColumn, type TableMapping} from '../../../src/lib/mapping/index.js'
import type {DigestRequest, LoadRequest, SourceFile, StagedObject} from '../../../src/lib/ports/parquet-engine.js'
import {quoteText} from '../../../src/lib/sql/index.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {PLAIN_LOAD} from '../plain-load.js'
import {makeStores, type Stores} from './stores.js'

const text = (name: string): SourceColumn => ({
  name,
  type: 'string',
  from: name,
  missing: 'null',
  inexact: 'quarantine',
  wrong_type: 'quarantine',
  class: 'internal',
})

const MAPPING: TableMapping = {
  table: 'items',
  key: ['id'],
  columns: [text('id'), text('place')],
  partition: {
    by: [{name: 'place', derive: {coalesce: ['place']}}],
    immutable: false,
    path: null,
    fallback: 'null',
  },
  when: [],
  skip: [],
}

let stores: Stores

beforeEach(async () => {
  stores = await makeStores('folder', 'lake[1] *')
})

afterEach(() => stores.close())

describe('a load', () => {
  let engine: DuckDbParquetEngine

  beforeEach(() => {
    engine = new DuckDbParquetEngine(stores.engine)
  })

  afterEach(() => engine.close())

  /** A load of one item a place, one file of the export for each list. */
  async function requestOf(files: readonly (readonly string[])[]): Promise<LoadRequest> {
    const source = stores.open('source')
    const sources: SourceFile[] = []
    for (const [index, places] of files.entries()) {
      const lines = places.map((place, n) =>
        JSON.stringify({Item: {id: {S: `${index}-${n}`}, ...(place === 'NULL' ? {} : {place: {S: place}})}}),
      )
      const bytes = gzipSync(lines.map((line) => `${line}\n`).join(''))
      const {key, sizeBytes} = await source.write(`data/file-${index}.json.gz`, bytes)
      sources.push({key, sizeBytes, itemCount: places.length})
    }
    return {
      source,
      files: sources,
      mapping: MAPPING,
      shape: 'items',
      where: null,
      broadcasts: 'none',
      origin: {version: 1_768_385_930_000_000n, sourceRank: 0, source: 'run-1'},
      target: stores.open('target'),
      keyOf: async ([place], n) => `items/place=${hivePathValue(place!)}/part-${n}.parquet`,
      quarantineKeyOf: (n) => `aside/part-${n}.parquet`,
      deletesKeyOf: (n) => `deletes/part-${n}.parquet`,
      allowUnreadable: 0,
      ...PLAIN_LOAD,
    }
  }

  const digestRequest = (request: LoadRequest, objects: readonly StagedObject[]): DigestRequest => ({
    store: request.target,
    objects,
    mapping: MAPPING,
    source: request.origin.source,
    deletesTable: PLAIN_LOAD.deletesTable,
  })

  const rowsOf = (objects: readonly StagedObject[]): Record<string, number> =>
    Object.fromEntries(objects.map(({partition, rows}) => [partition[0]!, rows]))

  it('gives each of very many partitions one object, however its rows are strewn over the files', async () => {
    const files = Array.from({length: 16}, (_, file) =>
      Array.from({length: 100}, (_, row) => `Place ${(row * 37 + file * 61) % 500}`),
    )
    const expected: Record<string, number> = {}
    for (const place of files.flat()) expected[place] = (expected[place] ?? 0) + 1
    const {partitions} = folderLimit(stores.engine, 7)
    expect(Object.keys(expected).length).toBeGreaterThan(partitions)
    const request = await requestOf(files)
    const {objects, digest, rows} = await engine.load(request)
    expect(objects).toHaveLength(Object.keys(expected).length)
    expect(rowsOf(objects)).toEqual(expected)
    const proof = await engine.digest(digestRequest(request, objects))
    expect(proof).toMatchObject({digest, rows})
  })

  it('takes values as long as the name of a folder can be, and refuses longer ones with nothing stored', async () => {
    const [longest, twin] = ['a', 'b'].map((end) => `${'x'.repeat(248)}${end}`) as [string, string]
    const request = await requestOf([[longest, twin, 'short', longest]])
    const {objects, digest} = await engine.load(request)
    expect(rowsOf(objects)).toEqual({[longest]: 2, [twin]: 1, short: 1})
    expect(await engine.digest(digestRequest(request, objects))).toMatchObject({
      digest,
    })
    for (const place of [`${longest}x`, `${'é'.repeat(125)}`, '/'.repeat(84)]) {
      const target = stores.open(`refused-${place.length}`)
      const refused = {...(await requestOf([['short', place]])), target}
      const error = await expectCode(engine.load(refused), 'KEY_INVALID')
      expect(error).toMatchObject({message: `A value to divide items by (place) is too long for a folder's name.`})
      expect(await collect(target.list(''))).toEqual([])
    }
  })
})

describe('in the spool', () => {
  let session: DuckDbSession

  beforeEach(async () => {
    session = await DuckDbSession.open(stores.engine)
  })

  afterEach(() => session.close())

  /** Rows of one number each, in a file of a folder for each tray. */
  async function write(rows: string, tray: string): Promise<WrittenFile[]> {
    const folder = quoteText(join(session.spoolFolder, 'load'))
    return writtenFiles(
      await session.rows(
        `COPY (SELECT n, place, ${tray} AS _partition FROM ${rows}) TO ${folder} (FORMAT parquet, PARTITION_BY (_partition), RETURN_STATS)`,
      ),
    )
  }

  function division(partitions: number, shared: number): Division {
    return {
      folder: join(session.spoolFolder, 'load'),
      partitionSql: 'place',
      columns: ['n', 'place'],
      limit: {partitions, shared},
      rowGroupRows: 2048,
    }
  }

  const read = (files: readonly WrittenFile[], what: string): ReturnType<DuckDbSession['rows']> =>
    session.rows(
      `SELECT ${what} FROM read_parquet(${fileList(files.map(({file}) => file))}, hive_partitioning = false)`,
    )

  it.each([
    ['at once', 200, 50],
    ['some folders at a time', 30, 10],
    ['in several rounds', 6, 2],
  ])('divides shared folders %s', async (_, partitions, shared) => {
    const rows = `(SELECT i AS n, 'v' || (i * 7919 % 150) AS place FROM range(3000) numbers(i))`
    const written = await write(rows, `CASE WHEN place = 'v1' THEN place ELSE 's' || (hash(place) % 3) END`)
    expect(written).toHaveLength(4)
    const divided = await divideFolders(session, division(partitions, shared), written)
    expect(divided.map(trayOf).sort()).toEqual(Array.from({length: 150}, (_, index) => `v${index}`).sort())
    expect(divided.map((file) => file.rows)).toEqual(divided.map(() => 20))
    expect(await read(divided, 'count(DISTINCT n) AS numbers, sum(n) AS total')).toEqual([
      {numbers: 3000n, total: 4498500n},
    ])
    for (const file of divided) expect(await read([file], 'DISTINCT place')).toEqual([{place: trayOf(file)}])
    for (const {file} of written.filter((one) => trayOf(one) !== 'v1')) await expect(access(file)).rejects.toThrow()
  })

  it('splits a file that is much larger than the target, and no other', async () => {
    const [giant] = await write(`(SELECT hash(i) AS n, md5(i::VARCHAR) AS place FROM range(50000) numbers(i))`, `'v'`)
    const options = {rowGroupRows: 2048, targetBytes: 2_000_000}
    expect(await splitFile(session, giant!, options)).toEqual([giant])
    const parts = await splitFile(session, giant!, {...options, targetBytes: 600_000})
    expect(parts.length).toBeGreaterThan(2)
    expect(parts.reduce((sum, {rows}) => sum + rows, 0)).toBe(50_000)
    for (const part of parts) expect(await read([part], 'count(*) AS rows')).toEqual([{rows: BigInt(part.rows)}])
    await expect(access(giant!.file)).rejects.toThrow()
  })
})

describe('the limit of folders', () => {
  it.each([
    ['little memory', 64, 22],
    ['1 GiB', 1024, 22],
    ['much memory', 65_536, 5],
    ['very wide rows', 1024, 2000],
  ])('with %s keeps every writer open', (_, mebibytes, columns) => {
    const {partitions, shared} = folderLimit({memoryLimitBytes: mebibytes * 1024 ** 2, threads: 2}, columns)
    // Left-out rows and deletes have folders too.
    expect(partitions + shared + 2).toBeLessThanOrEqual(OPEN_WRITERS)
    expect(Math.min(partitions, shared)).toBeGreaterThan(1)
  })

  it('lets a usual load of 90 days pass at once in 1 GiB', () => {
    expect(folderLimit({memoryLimitBytes: 1024 ** 3, threads: 2}, 35).partitions).toBeGreaterThanOrEqual(60)
    expect(folderLimit({memoryLimitBytes: 1024 ** 3, threads: 2}, 22).partitions).toBeGreaterThanOrEqual(90)
  })
})
