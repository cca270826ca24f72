import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {HOSTILE_TEXTS} from '../../engines/athena/hostile-texts.js'
import type {QueryRequest, QueryValue} from '../../../src/lib/ports/query-engine.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {THINGS} from '../../contract/ports/things-table.js'
import {openLabLake, type LabLake} from '../../engines/athena/lab-lake.js'
import {labSettings} from '../lab-settings.js'

describe('AthenaQueryEngine', () => {
  let lake: LabLake
  beforeAll(async () => {
    lake = await openLabLake(labSettings())
    await lake.catalog.putTable(THINGS, null)
    await lake.writeParquet('things/a.parquet', `SELECT 'secret' AS id, 4711::BIGINT AS n`)
  })
  afterAll(() => lake.close())

  const rowsOf = async (request: QueryRequest) => collect((await lake.engine.run(request)).rows)

  describe('values', () => {
    it.each<[string, QueryValue, string]>([
      ['true', true, 'boolean'],
      ['CAST(-128 AS TINYINT)', -128, 'tinyint'],
      ['CAST(32767 AS SMALLINT)', 32767, 'smallint'],
      ['CAST(-2147483648 AS INTEGER)', -2147483648, 'integer'],
      ["CAST('-9223372036854775808' AS BIGINT)", -(2n ** 63n), 'bigint'],
      ['9223372036854775807', 2n ** 63n - 1n, 'bigint'],
      ['CAST(1.5 AS REAL)', 1.5, 'real'],
      ['CAST(5e-324 AS DOUBLE)', 5e-324, 'double'],
      ['CAST(1e22 AS DOUBLE)', 1e22, 'double'],
      ["CAST('NaN' AS DOUBLE)", NaN, 'double'],
      ["CAST('-Infinity' AS DOUBLE)", -Infinity, 'double'],
      [
        "CAST('-99999999999999999999999999999999999999' AS DECIMAL(38,0))",
        '-99999999999999999999999999999999999999',
        'decimal(38,0)',
      ],
      ["CAST('0.00000000000000000001' AS DECIMAL(38,20))", '0.00000000000000000001', 'decimal(38,20)'],
      ["'a''b\n\"c\", ünï 漢字 😀'", 'a\'b\n"c", ünï 漢字 😀', 'varchar'],
      ["CAST('ab' AS CHAR(4))", 'ab  ', 'char(4)'],
      ["CAST('ab' AS VARBINARY)", 'YWI=', 'varbinary'],
      ["DATE '0001-01-01'", '0001-01-01', 'date'],
      ["TIMESTAMP '2026-01-02 03:04:05'", '2026-01-02T03:04:05.000Z', 'timestamp'],
      ["TIMESTAMP '2026-01-02 03:04:05.120'", '2026-01-02T03:04:05.120Z', 'timestamp'],
      [
        "from_iso8601_timestamp('2026-01-02T03:04:05.678+02:00')",
        '2026-01-02T01:04:05.678Z',
        'timestamp with time zone',
      ],
      ['json_parse(\'{"a": [1, null]}\')', '{"a":[1,null]}', 'json'],
      ['ARRAY[1, NULL]', [1, null], 'array<integer>'],
      ["ARRAY['a, b', '', NULL, '[x]']", ['a, b', '', null, '[x]'], 'array<varchar>'],
      ['ARRAY[9223372036854775807]', [2n ** 63n - 1n], 'array<bigint>'],
      ["ARRAY[CAST('0.0000000001' AS DECIMAL(38,10))]", ['0.0000000001'], 'array<decimal(38,10)>'],
      ["ARRAY[CAST('ab' AS VARBINARY), NULL]", ['YWI=', null], 'array<varbinary>'],
      [
        "ARRAY[from_iso8601_timestamp('2026-01-02T03:04:05+02:00')]",
        ['2026-01-02T01:04:05.000Z'],
        'array<timestamp with time zone>',
      ],
      ["ARRAY[TIMESTAMP '2026-01-02 03:04:05.678901']", ['2026-01-02T03:04:05.678901Z'], 'array<timestamp>'],
      ["ARRAY[CAST('NaN' AS DOUBLE), 0.1e0]", [NaN, 0.1], 'array<double>'],
      ['ROW(1, 2)', [1, 2], 'struct<integer,integer>'],
      ['CAST(ROW(1, \'x\') AS ROW(a BIGINT, "B c" VARCHAR))', {a: 1n, 'B c': 'x'}, 'struct<a:bigint,B c:varchar>'],
      [
        "CAST(ROW(CAST('ab' AS VARBINARY), NULL) AS ROW(a VARBINARY, b ROW(c DATE, d INTEGER)))",
        {a: 'YWI=', b: null},
        'struct<a:varbinary,b:struct<c:date,d:integer>>',
      ],
      ["map_agg('k', 1)", {k: 1}, 'map<varchar,integer>'],
      ["map_agg(DATE '2026-01-02', CAST('ab' AS VARBINARY))", {'2026-01-02': 'YWI='}, 'map<date,varbinary>'],
      ['CAST(NULL AS ROW(a BIGINT))', null, 'struct<a:bigint>'],
      ['CAST(NULL AS VARBINARY)', null, 'varbinary'],
      ['CAST(NULL AS DECIMAL(38,10))', null, 'decimal(38,10)'],
    ])('of %s', async (sql, value, type) => {
      const {columns, rows} = await lake.engine.run({sql: `SELECT ${sql} AS "a, b", 'x' AS "a, b"`})
      expect(columns).toEqual([
        {name: 'a, b', type},
        {name: 'a, b', type: 'varchar'},
      ])
      expect(await collect(rows)).toEqual([[value, 'x']])
    })

    it('of stored columns, timestamps by milliseconds', async () => {
      const types = {
        b: 'boolean',
        i: 'integer',
        f: 'double',
        d: 'decimal(38,10)',
        l: 'array<bigint>',
        s: 'struct<a:bigint,b:array<string>>',
        m: 'map<string,bigint>',
        x: 'binary',
        t: 'timestamp',
        y: 'date',
      }
      const columns = Object.entries(types).map(([name, type]) => ({name, type}))
      await lake.catalog.putTable({...THINGS, name: 'typed', location: 'typed/', columns}, null)
      const sql = `SELECT true AS b, 5::INTEGER AS i, 0.1::DOUBLE AS f, CAST(1.5 AS DECIMAL(38,10)) AS d,
        [9007199254740993, NULL] AS l, {'a': 2::BIGINT, 'b': ['x']} AS s, MAP {'k': 7::BIGINT} AS m, 'ab'::BLOB AS x,
        TIMESTAMP '2026-01-02 03:04:05.678' AS t, DATE '2026-01-02' AS y`
      await lake.writeParquet('typed/a.parquet', sql)
      const request = {
        sql: `SELECT * FROM typed UNION ALL SELECT ${columns.map(({name}) => `CASE WHEN false THEN ${name} END`).join(', ')} FROM typed ORDER BY i`,
      }
      const result = await lake.engine.run(request)
      expect(result.columns.map(({type}) => type)).toEqual([
        'boolean',
        'integer',
        'double',
        'decimal(38,10)',
        'array<bigint>',
        'struct<a:bigint,b:array<varchar>>',
        'map<varchar,bigint>',
        'varbinary',
        'timestamp',
        'date',
      ])
      expect(await collect(result.rows)).toEqual([
        [
          true,
          5,
          0.1,
          '1.5000000000',
          [9007199254740993n, null],
          {a: 2n, b: ['x']},
          {k: 7n},
          'YWI=',
          '2026-01-02T03:04:05.678Z',
          '2026-01-02',
        ],
        columns.map(() => null),
      ])
      expect(result.statistics.scannedBytes).toBeGreaterThan(0)
    })

    it('keep their order when they are nested', async () => {
      const rows = 'FROM UNNEST(sequence(1, 500)) AS t(n)'
      const expected = Array.from({length: 500}, (_, index) => [[500 - index]])
      expect(await rowsOf({sql: `SELECT ARRAY[CAST(n AS INTEGER)] ${rows} ORDER BY n DESC`})).toEqual(expected)
      expect(await rowsOf({sql: `SELECT ARRAY[CAST(n AS INTEGER)] ${rows} ORDER BY n DESC LIMIT 3`})).toEqual(
        expected.slice(0, 3),
      )
    })
  })

  it('reads all pages, without a row of names', async () => {
    const sql = `SELECT CAST(n AS INTEGER) AS n, 'n' AS t FROM UNNEST(sequence(1, 3500)) AS t(n) ORDER BY n`
    const rows = await rowsOf({sql})
    expect(rows).toEqual(Array.from({length: 3500}, (_, index) => [index + 1, 'n']))
    expect(await rowsOf({sql: `SELECT 'a' AS a`})).toEqual([['a']])
    const {rows: left} = await lake.engine.run({sql})
    for await (const row of left) {
      expect(row).toEqual([1, 'n'])
      break
    }
    expect(await collect(left)).toEqual([])
  })

  describe('parameters', () => {
    it.each(HOSTILE_TEXTS.map((text) => [JSON.stringify(text), text]))('are whole: %s', async (_, text) => {
      const sql = `SELECT $t, length($t), COUNT(*) FROM things WHERE id = $t OR $t <> '' /* $x */ -- $y`
      const [row] = await rowsOf({sql, parameters: {t: text}})
      expect(row).toEqual([text, BigInt([...text].length), text === '' ? 0n : 1n])
    })

    it('keep numbers exact', async () => {
      const parameters = {a: -(2n ** 63n), b: -5, c: 5e-324, d: 1e21, e: -0.5, f: '0.10', g: NaN, h: 2 ** 53 - 1}
      const parameterTypes = {f: 'decimal'} as const
      const {columns, rows} = await lake.engine.run({
        sql: 'SELECT $a, $b, $c, $d, $e, $f, $g, $h',
        parameters,
        parameterTypes,
      })
      expect(columns.map(({type}) => type)).toEqual([
        'bigint',
        'integer',
        'double',
        'double',
        'double',
        'decimal(38,2)',
        'double',
        'bigint',
      ])
      expect(await collect(rows)).toEqual([[-(2n ** 63n), -5, 5e-324, 1e21, -0.5, '0.10', NaN, 2n ** 53n - 1n]])
    })

    it('are counts, objects and lists too', async () => {
      const sql = 'SELECT n, $o FROM UNNEST($l) AS t(n) ORDER BY n OFFSET $skip LIMIT $count'
      const parameters = {o: {a: 'x', b: [1n]}, l: [3n, 1n, 2n], skip: 1n, count: 1}
      expect(await rowsOf({sql, parameters})).toEqual([[2n, {a: 'x', b: [1n]}]])
    })

    it('that make a statement too long are refused', async () => {
      await expectCode(rowsOf({sql: 'SELECT $t', parameters: {t: 'x'.repeat(300_000)}}), 'QUERY_INVALID')
    })

    it('that are no value of their type are refused', async () => {
      const sql = 'SELECT $t'
      for (const type of ['date', 'timestamp', 'decimal'] as const) {
        await expectCode(rowsOf({sql, parameters: {t: "1' OR '1"}, parameterTypes: {t: type}}), 'QUERY_INVALID')
      }
    })
  })

  describe('masks', () => {
    const masked = {things: ['id', 'N']}
    const view = (name: string, viewSql: string) =>
      lake.catalog.putTable({...THINGS, name, kind: 'view', location: null, format: null, viewSql}, null)

    it('hold for every name and place', async () => {
      await view('shown', 'SELECT id, n FROM things')
      await view('deeper', 'WITH things AS (SELECT * FROM shown) SELECT t.id, t.n FROM things t')
      const hidden = [['[restricted]', null]]
      for (const sql of [
        'SELECT * FROM things',
        'SELECT things.id, n FROM things',
        'SELECT t.id, T.N FROM "things" AS t',
        'SELECT x, y FROM things t(x, y)',
        'SELECT * FROM shown',
        'SELECT * FROM deeper',
        'WITH things AS (SELECT * FROM things) SELECT * FROM things',
        'WITH x AS (SELECT * FROM things) SELECT * FROM x',
        'SELECT a.id, b.n FROM things a JOIN shown b ON a.id = b.id',
        'SELECT (SELECT id FROM things), (SELECT max(n) FROM deeper)',
        'SELECT id, n FROM things WHERE EXISTS (SELECT 1 FROM things x WHERE x.id = things.id)',
        'SELECT id, n FROM things UNION SELECT id, n FROM shown',
        'SELECT id, n FROM things /* "things" */ -- things',
        'SELECT id, n FROM things TABLESAMPLE BERNOULLI (100)',
      ]) {
        expect(await rowsOf({sql, masked}), sql).toEqual(hidden)
      }
      expect(await rowsOf({sql: `SELECT count(*) FROM deeper WHERE id = 'secret' OR n = 4711`, masked})).toEqual([[0n]])
      expect(await rowsOf({sql: 'SELECT id FROM things'})).toEqual([['secret']])
    })

    it('refuse what two parsers could read in two ways', async () => {
      const past = `SELECT id FROM "${lake.database}"."things"`
      for (const sql of [
        past,
        `SELECT 'x' /* /* */ UNION ALL ${past} -- */`,
        `SELECT e'\\' UNION ALL ${past} --'`,
        `SELECT $$ UNION ALL ${past} -- $$`,
        `SELECT $a$ UNION ALL ${past} -- $a$`,
        'TABLE things',
        `SELECT * FROM "${lake.database}.things"`,
        'SELECT * FROM sluice_shared_1',
      ]) {
        await expectCode(rowsOf({sql, masked}), 'QUERY_INVALID')
      }
    })

    it('refuse a view that only Athena can read, which stands without them', async () => {
      const sql = `SELECT count(*) FROM foreign_view`
      await view('foreign_view', `SELECT id, n FROM "${lake.database}"."things"`)
      expect(await rowsOf({sql})).toEqual([[1n]])
      await expect(rowsOf({sql, masked})).rejects.toMatchObject({
        code: 'QUERY_INVALID',
        details: {view: 'foreign_view'},
      })
    })
  })

  it('reads partitions of any name', async () => {
    const cities = [
      'a b',
      'x=y',
      '50%',
      '%25',
      'a/b',
      'a+b',
      'a&b;c',
      '"q"',
      'Ünï 漢字 😀',
      '__x',
      '1',
      '2024-01-01',
      '07',
    ]
    const partitionColumns = [{name: 'city', type: 'string'}]
    await lake.catalog.putTable(
      {...THINGS, name: 'cities', location: 'cities/', partitionColumns, pathTemplate: 'city={city}/'},
      null,
    )
    for (const [index, city] of cities.entries()) {
      const location = `cities/${index}/`
      await lake.writeParquet(`${location}a.parquet`, `SELECT 'row' AS id, 1::BIGINT AS n`)
      await lake.catalog.createPartitions('cities', [{values: [city], location, parameters: {}}])
    }
    expect((await rowsOf({sql: 'SELECT city FROM cities'})).map(([city]) => city).sort()).toEqual([...cities].sort())
    for (const city of cities) {
      expect(await rowsOf({sql: 'SELECT id FROM cities WHERE city = $city', parameters: {city}})).toEqual([['row']])
    }
  })
})
