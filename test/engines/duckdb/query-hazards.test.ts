import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {DuckDbQueryEngine} from '../../../src/lib/engines/duckdb/index.js'
import {DuckDbSession} from '../../../src/lib/engines/duckdb/session.js'
import {FileCatalog} from '../../../src/lib/local/file-catalog.js'
import type {NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import type {QueryRequest, QueryValue} from '../../../src/lib/ports/query-engine.js'
import {quoteText} from '../../../src/lib/sql/index.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {THINGS} from '../../contract/ports/things-table.js'
import {makeStores, type Stores} from './stores.js'

const TABLE: NewCatalogTable = {
  ...THINGS,
  columns: [
    {name: 'id', type: 'string'},
    {name: 'status', type: 'string'},
  ],
}
const DAYS: NewCatalogTable = {
  ...TABLE,
  name: 'days',
  location: 'days/',
  partitionColumns: [{name: 'day', type: 'string'}],
  pathTemplate: 'day={day}/',
}

let stores: Stores
let store: ObjectStore
let engine: DuckDbQueryEngine

beforeAll(async () => {
  // A folder above the lake that looks like a partition by a column of the files.
  stores = await makeStores('folder', 'status=XX')
  store = stores.open('lake')
  const catalog = new FileCatalog(store)
  engine = new DuckDbQueryEngine({...stores.engine, store, catalog})
  const writer = await DuckDbSession.open(stores.engine)
  const file = join(writer.spoolFolder, 'written.parquet')
  for (const key of ['things/a.parquet', 'days/day=14/a.parquet', 'days/day=15/a.parquet']) {
    await writer.execute([`COPY (SELECT 'secret' AS id, 'open' AS status) TO ${quoteText(file)} (FORMAT parquet)`])
    await store.write(key, {file})
  }
  await writer.close()
  await catalog.putTable(TABLE, null)
  await catalog.putTable(DAYS, null)
  await catalog.createPartitions(
    'days',
    ['14', '15'].map((day) => ({values: [day], location: `days/day=${day}/`, parameters: {}})),
  )
  for (const [name, text] of [
    ['short', 'x'],
    ['long', 'x'.repeat(200)],
    ['cut', `PAR1${'x'.repeat(200)}\x10\0\0\0PAR1`],
  ] as const) {
    await store.write(`${name}/a.parquet`, Buffer.from(text))
    await catalog.putTable({...TABLE, name, location: `${name}/`}, null)
  }
})

afterAll(async () => {
  await engine.close()
  await stores.close()
})

async function rowsOf(sql: string, more: Partial<QueryRequest> = {}): Promise<(readonly QueryValue[])[]> {
  return collect((await engine.run({sql, ...more})).rows)
}

async function readDays(condition: string, more: Partial<QueryRequest> = {}): Promise<number | undefined> {
  const {scans} = await engine.analyse({sql: `SELECT 1 FROM ${condition}`, ...more})
  return scans[0]?.partitions?.read
}

describe('no name reaches a file of the lake', () => {
  const object = (): string => store.localPath('things/a.parquet')!
  const masked = {things: ['id']}
  const throughAnchor = (name: string, read: string): string =>
    `WITH RECURSIVE "${name}" AS (SELECT id FROM "${read}" UNION ALL SELECT id FROM "${read}" WHERE false)
     SELECT id FROM "${read}"`

  it('of a recursive CTE, whose first part sees what stands outside', async () => {
    await expectCode(rowsOf(throughAnchor(object(), object()), {masked}), 'QUERY_INVALID')
    await expectCode(rowsOf(throughAnchor('sqlite_master', 'sqlite_master')), 'QUERY_INVALID')
    await expectCode(rowsOf(throughAnchor('duckdb_settings', 'duckdb_settings')), 'QUERY_INVALID')
    await expectCode(rowsOf(throughAnchor('pragma_database_list', 'pragma_database_list')), 'QUERY_INVALID')
  })

  it('of an ordinary one', async () => {
    const sql = `WITH "${object()}" AS (SELECT 'x' AS id) SELECT id FROM "${object()}"`
    await expectCode(rowsOf(sql), 'QUERY_INVALID')
  })

  it('that only JavaScript takes for the name of a CTE', async () => {
    const read = object()
    const name = read.replace('k', '\u212A')
    expect(name).not.toBe(read)
    await expectCode(rowsOf(`WITH "${name}" AS (SELECT 1) SELECT id FROM "${read}"`, {masked}), 'QUERY_INVALID')
    await expectCode(rowsOf('WITH "\u212A" AS (SELECT 1 AS a) SELECT a FROM k'), 'QUERY_INVALID')
  })

  it('and a recursive CTE of a table reads it masked, then itself', async () => {
    const sql = throughAnchor('things', 'things')
    expect(await rowsOf(sql, {masked})).toEqual([['[restricted]']])
    const counted = 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT max(n) FROM r'
    expect(await rowsOf(counted)).toEqual([[3]])
  })

  it('and no function tells settings', async () => {
    await expectCode(rowsOf("SELECT current_setting('temp_directory')"), 'QUERY_INVALID')
  })
})

describe('a folder above the lake', () => {
  it('gives no column its value', async () => {
    expect(await rowsOf(`SELECT DISTINCT status FROM days WHERE day = '14'`)).toEqual([['open']])
    expect(await rowsOf('SELECT status FROM things')).toEqual([['open']])
  })
})

describe('a condition that cannot be evaluated beforehand leaves all partitions', () => {
  it.each([
    ['days WHERE day > CAST(1.5 AS VARCHAR)'],
    ['days WHERE day = 170141183460469231731687303715884105727'],
    ['days WHERE day = 9007199254740993'],
    [`days WHERE day = CAST(TRY_CAST('x' AS DATE) AS VARCHAR)`],
    [`days c(day) WHERE day = '14'`],
    [`days WHERE day = CAST(CAST($a AS DATE) AS VARCHAR)`],
  ])('%s', async (condition) => {
    const more = condition.includes('$a') ? {parameters: {a: 'no day'}} : {}
    expect(await readDays(condition, more)).toBe(2)
  })

  it('and one that can leaves its own', async () => {
    expect(await readDays(`days WHERE day = '14'`)).toBe(1)
    expect(await readDays('days WHERE day = 14')).toBe(1)
  })
})

describe('a double', () => {
  it('stays one when it is whole', async () => {
    const request = {parameters: {d: 5}, parameterTypes: {d: 'double'}} as const
    const {columns, rows} = await engine.run({sql: 'SELECT $d AS d', ...request})
    expect(columns).toEqual([{name: 'd', type: 'double'}])
    expect(await collect(rows)).toEqual([[5]])
  })
})

describe('a damaged object', () => {
  it.each(['short', 'long', 'cut'])('is named by its key: %s', async (name) => {
    await expect(rowsOf(`SELECT id FROM ${name}`)).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: `The object ${name}/a.parquet of the lake is damaged.`,
      fix: 'sluice backfill verify',
      details: {key: `${name}/a.parquet`},
    })
  })
})

describe('an error about a value', () => {
  it.each([
    [`CAST('a''b"c''hidden' || id AS INTEGER)`, 'Could not convert string … to INT32.'],
    [`CAST('x'' to hidden' || id AS DATE)`, /^invalid date field format …\.?$/i],
    [`regexp_like('a', 'missing ): (CLM-' || id)`, 'unexpected ) …'],
    [`regexp_like('a', '(CLM-' || id)`, 'missing ) …'],
    [`error(id)`, 'The engine could not use a value.'],
    [`json_extract('{' || id, '$.a')`, 'Malformed JSON …'],
    [`date_trunc(id, DATE '2026-01-01')`, /^extract specifier …$/],
    [`CAST('2026-01-01' AS TIMESTAMP) AT TIME ZONE id`, /^[^']*$/],
  ])('says no more than what went wrong: %s', async (sql, message) => {
    const error = await rowsOf(`SELECT ${sql} FROM things`).catch((thrown: unknown) => thrown as Error)
    expect(error).toBeInstanceOf(Error)
    const text = (error as Error).message
    expect(text).not.toMatch(/secret|hidden|CLM/)
    if (typeof message === 'string') expect(text).toBe(message)
    else expect(text).toMatch(message)
  })

  it('that the statement itself holds keeps names', async () => {
    await expect(rowsOf("SELECT id + 1 FROM (SELECT DATE '2026-01-01' AS id)")).resolves.toHaveLength(1)
    await expect(rowsOf('SELECT sum(id) FROM things')).rejects.toThrow(/sum\(VARCHAR\)/)
  })
})

describe('values beyond ISO 8601', () => {
  it.each<[string, QueryValue]>([
    [`CAST('infinity' AS TIMESTAMP)`, 'infinity'],
    [`CAST('-infinity' AS TIMESTAMP WITH TIME ZONE)`, '-infinity'],
    [`CAST('infinity' AS DATE)`, 'infinity'],
    [`CAST('-infinity' AS DATE)`, '-infinity'],
    [`DATE '12000-01-01'`, '12000-01-01'],
    [`DATE '0044-03-15 (BC)'`, '0044-03-15 (BC)'],
    [`DATE '0001-01-01'`, '0001-01-01'],
    [`DATE '9999-12-31'`, '9999-12-31'],
    [`TIMESTAMP '12000-01-01 00:00:00.123456'`, '12000-01-01 00:00:00.123456'],
    [`TIMESTAMP '9999-12-31 23:59:59.999999'`, '9999-12-31T23:59:59.999999Z'],
    ['ROW(1, 2)', [1, 2]],
    ['[ROW(1, ROW(2, NULL))]', [[1, [2, null]]]],
  ])('%s', async (expression, value) => {
    expect(await rowsOf(`SELECT ${expression}`)).toEqual([[value]])
  })

  it('fields and keys of any name', async () => {
    const [[struct, map] = []] = await rowsOf(`SELECT {'__proto__': 1, 'a': {'b': 2}}, MAP(['__proto__'], [3])`)
    expect(JSON.stringify([struct, map])).toBe('[{"__proto__":1,"a":{"b":2}},{"__proto__":3}]')
  })
})
