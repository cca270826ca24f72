import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {DuckDbQueryEngine} from '../../../src/lib/engines/duckdb/index.js'
import {FileCatalog} from '../../../src/lib/local/file-catalog.js'
import type {QueryValue} from '../../../src/lib/ports/query-engine.js'
import {collect} from '../../contract/ports/expectations.js'
import {makeStores, type Stores} from './stores.js'

let stores: Stores
let engine: DuckDbQueryEngine

beforeAll(async () => {
  stores = await makeStores('memory')
  const store = stores.open('lake')
  engine = new DuckDbQueryEngine({...stores.engine, store, catalog: new FileCatalog(store)})
})

afterAll(async () => {
  await engine.close()
  await stores.close()
})

async function valueOf(sql: string): Promise<QueryValue> {
  const rows = await collect((await engine.run({sql: `SELECT ${sql}`})).rows)
  return rows[0]![0]!
}

describe("functions of Trino's dialect have Trino's meaning", () => {
  it.each<[string, QueryValue]>([
    // a discrete value of the column's own type, never one between two
    ['approx_percentile(x, 0.5) FROM (VALUES (1), (2), (10), (11)) t(x)', 2],
    ['approx_percentile(x, 1.0) FROM (VALUES (1), (2), (10)) t(x)', 10],
    ['approx_percentile(x, 0.5) FROM (SELECT CAST(NULL AS BIGINT) AS x) t', null],
    [`json_extract_scalar('{"a": "x"}', '$.a')`, 'x'],
    [`json_extract_scalar('{"a": {"b": true}}', '$.a.b')`, 'true'],
    [`json_extract_scalar('{"a": 12}', '$.a')`, '12'],
    [`json_extract_scalar('{"a": {}}', '$.a')`, null],
    [`json_extract_scalar('{"a": [1]}', '$.a')`, null],
    [`json_extract_scalar('{"a": null}', '$.a')`, null],
    [`json_extract_scalar('{"a": 1}', '$.b')`, null],
    [`json_extract_scalar('{broken', '$.a')`, null],
    ["json_extract_scalar(CAST(NULL AS VARCHAR), '$.a')", null],
    [`from_iso8601_timestamp('2026-01-02T03:04:05.678Z')`, '2026-01-02T03:04:05.678Z'],
    [`from_iso8601_timestamp('2026-01-02T00:30:00+01:00')`, '2026-01-01T23:30:00.000Z'],
    [`from_iso8601_timestamp('2026-01-02T03:04:05')`, '2026-01-02T03:04:05.000Z'],
    [`from_iso8601_timestamp('2026-01-02')`, '2026-01-02T00:00:00.000Z'],
    [`to_unixtime(TIMESTAMP '1970-01-02 00:00:00.5')`, 86_400.5],
    [`to_unixtime(from_iso8601_timestamp('2026-01-02T00:30:00+01:00'))`, 1_767_310_200],
    [`date_parse('2026-01-02', '%Y-%m-%d')`, '2026-01-02T00:00:00.000Z'],
    [`regexp_like('abc', 'b')`, true],
    [`regexp_like('abc', '^b')`, false],
    [`regexp_like(CAST(NULL AS VARCHAR), 'b')`, null],
    ['cardinality(ARRAY[1, NULL, 3])', 3n],
    ['cardinality(CAST(ARRAY[] AS INTEGER[]))', 0n],
    ['count(*) FROM (VALUES (ARRAY[1, 2])) t(a) CROSS JOIN UNNEST(a) AS u(x)', 2n],
  ])('%s', async (sql, expected) => {
    expect(await valueOf(sql)).toEqual(expected)
  })
})
