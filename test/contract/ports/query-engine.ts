import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {hivePathValue} from '../../../src/lib/mapping/index.js'
import type {Catalog, NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import {HIVE_NULL_PARTITION} from '../../../src/lib/ports/catalog.js'
import type {QueryEngine, QueryValue} from '../../../src/lib/ports/query-engine.js'
import {collect, expectCode} from './expectations.js'
import {THINGS} from './things-table.js'

export interface QueryEngineUnderTest {
  readonly engine: QueryEngine
  readonly catalog: Catalog
  /** Stores the rows of a statement without tables as one Parquet object. */
  writeParquet(key: string, sql: string): Promise<void>
  writeText(key: string, text: string): Promise<void>
  close(): Promise<void>
}

const PARTITIONED: NewCatalogTable = {
  ...THINGS,
  partitionColumns: [
    {name: 'year', type: 'string'},
    {name: 'city', type: 'string'},
  ],
  pathTemplate: 'year={year}/city={city}/',
}
const view = (name: string, viewSql: string): NewCatalogTable => ({
  ...THINGS,
  name,
  kind: 'view',
  location: null,
  format: null,
  viewSql,
})

/** What every QueryEngine promises. */
export function queryEngineContract(name: string, factory: () => Promise<QueryEngineUnderTest>): void {
  describe(`${name} as QueryEngine`, () => {
    let subject: QueryEngineUnderTest

    beforeEach(async () => {
      subject = await factory()
    })

    afterEach(() => subject.close())

    type Parameters = Readonly<Record<string, QueryValue>>

    const rowsOf = async (sql: string, parameters?: Parameters): Promise<(readonly QueryValue[])[]> => {
      const {rows} = await subject.engine.run({sql, ...(parameters === undefined ? {} : {parameters})})
      return collect(rows)
    }

    const oneRow = async (sql: string, parameters?: Parameters): Promise<readonly QueryValue[]> => {
      const rows = await rowsOf(sql, parameters)
      expect(rows).toHaveLength(1)
      return rows[0]!
    }

    describe('values', () => {
      it.each<[string, QueryValue, string]>([
        ['9007199254740993', 9007199254740993n, 'bigint'],
        ['CAST(7 AS INTEGER)', 7, 'integer'],
        [
          "CAST('12345678901234567890.0123456789' AS DECIMAL(38,10))",
          '12345678901234567890.0123456789',
          'decimal(38,10)',
        ],
        ['CAST(1.5 AS DECIMAL(18,2))', '1.50', 'decimal(18,2)'],
        ['CAST(0.1 AS DOUBLE)', 0.1, 'double'],
        ["TIMESTAMP '2026-01-02 03:04:05.678'", '2026-01-02T03:04:05.678Z', 'timestamp'],
        ["TIMESTAMP '2026-01-02 03:04:05.678901'", '2026-01-02T03:04:05.678901Z', 'timestamp'],
        ["TIMESTAMP '1969-12-31 23:59:59.999999'", '1969-12-31T23:59:59.999999Z', 'timestamp'],
        ["DATE '2026-01-02'", '2026-01-02', 'date'],
        ['true', true, 'boolean'],
        ['CAST(NULL AS VARCHAR)', null, 'varchar'],
        ["''", '', 'varchar'],
        ["'línea 😀'", 'línea 😀', 'varchar'],
        ['sum(n) FROM (VALUES (9223372036854775806), (1)) AS t(n)', 9223372036854775807n, 'bigint'],
        [
          'array_agg(s) FROM (SELECT sum(n) AS s FROM (VALUES (9007199254740993)) AS t(n)) AS u',
          [9007199254740993n],
          'array<bigint>',
        ],
      ])('%s', async (sql, value, type) => {
        const [expression, from = ''] = sql.split(/ (?=FROM )/, 1).concat(
          sql
            .split(/ (?=FROM )/)
            .slice(1)
            .join(' '),
        )
        const {columns, rows} = await subject.engine.run({sql: `SELECT ${expression} AS "x y" ${from}`})
        expect(columns).toEqual([{name: 'x y', type}])
        expect(await collect(rows)).toEqual([[value]])
      })

      it('of stored columns keep their types, nested ones too', async () => {
        const sql = `SELECT 9007199254740993 AS n, CAST(1.5 AS DECIMAL(38,10)) AS d, [1, NULL] AS l,
          {'a': CAST(2 AS BIGINT), 'b': ['x']} AS s, 'ab'::BLOB AS b, TIMESTAMP '2026-01-02 03:04:05.000001' AS t`
        await subject.writeParquet('things/a.parquet', sql)
        const types = {n: 'bigint', d: 'decimal(38,10)', l: 'array<integer>', s: 'struct<a:bigint,b:array<string>>'}
        const columns = Object.entries({...types, b: 'binary', t: 'timestamp'}).map(([column, type]) => ({
          name: column,
          type,
        }))
        await subject.catalog.putTable({...THINGS, columns}, null)
        const result = await subject.engine.run({sql: 'SELECT * FROM things'})
        expect(result.columns.map(({type}) => type)).toEqual([
          'bigint',
          'decimal(38,10)',
          'array<integer>',
          'struct<a:bigint,b:array<varchar>>',
          'varbinary',
          'timestamp',
        ])
        const row = [
          9007199254740993n,
          '1.5000000000',
          [1, null],
          {a: 2n, b: ['x']},
          'YWI=',
          '2026-01-02T03:04:05.000001Z',
        ]
        expect(await collect(result.rows)).toEqual([row])
      })
    })

    describe('parameters', () => {
      it('are values, never text of the statement', async () => {
        const values: Parameters = {a: "x'; DROP TABLE y --", b: 9007199254740993n, c: 1.5, d: true, e: null, f: ''}
        const sql = 'SELECT $a, CAST($b AS BIGINT), $c, $d, CAST($e AS VARCHAR), $f'
        expect(await oneRow(sql, values)).toEqual([values['a'], values['b'], 1.5, true, null, ''])
      })

      it('compare with columns of their type', async () => {
        const sql = `SELECT 'a' AS id, 9007199254740993 AS n UNION ALL SELECT 'b', 9007199254740992`
        await subject.writeParquet('things/a.parquet', sql)
        await subject.catalog.putTable(THINGS, null)
        expect(await rowsOf('SELECT id FROM things WHERE n = $n', {n: 9007199254740993n})).toEqual([['a']])
        expect(await rowsOf('SELECT id FROM things WHERE id = $id', {id: 'b'})).toEqual([['b']])
      })

      it('are lists too, also empty ones', async () => {
        const values: Parameters = {a: ['x', null], b: [9007199254740993n], c: []}
        expect(await oneRow('SELECT $a, $b, $c', values)).toEqual([values['a'], values['b'], []])
        const sql = 'SELECT count(*) FROM (VALUES (1), (2), (3)) AS t(n) CROSS JOIN UNNEST($b) AS u(m) WHERE n = m'
        expect(await oneRow(sql, {b: [2n, 3n, 4n]})).toEqual([2n])
      })

      it('have the type that they are given', async () => {
        const parameters: Parameters = {d: '2026-01-31', t: '2026-01-31T10:00:00.000Z', x: '-12345678901234567890.50'}
        const parameterTypes = {d: 'date', t: 'timestamp', x: 'decimal'} as const
        const {columns, rows} = await subject.engine.run({sql: 'SELECT $d, $t, $x', parameters, parameterTypes})
        expect(columns.map(({type}) => type)).toEqual(['date', 'timestamp', 'decimal(38,2)'])
        expect(await collect(rows)).toEqual([Object.values(parameters)])
      })

      it('that are missing or too many are refused', async () => {
        await expectCode(rowsOf('SELECT $a'), 'QUERY_INVALID')
        await expectCode(rowsOf('SELECT 1', {a: 1}), 'QUERY_INVALID')
      })
    })

    describe('streams', () => {
      const MILLION = 'SELECT i, repeat(CAST(i % 10 AS VARCHAR), 250) AS wide FROM range(1000000) r(i)'

      it('a million wide rows without holding them', async () => {
        const {rows} = await subject.engine.run({sql: MILLION})
        const before = process.memoryUsage().rss
        let [count, most] = [0, 0]
        for await (const _ of rows) {
          count += 1
          if (count % 50_000 === 0) most = Math.max(most, process.memoryUsage().rss - before)
        }
        expect(count).toBe(1_000_000)
        // The rows have a quarter of a gigabyte, and twice as much as objects.
        expect(most).toBeLessThan(200 * 1024 ** 2)
      })

      it('and takes other statements while a stream is open', async () => {
        const {rows} = await subject.engine.run({sql: 'SELECT i FROM range(100000) r(i)'})
        let count = 0
        for await (const _ of rows) {
          count += 1
          if (count === 10) expect(await oneRow('SELECT 5 AS a')).toEqual([5])
        }
        expect(count).toBe(100_000)
      })

      it('several statements at a time', async () => {
        const counts = await Promise.all(
          [1000, 2000, 3000].map(async (rows) => oneRow(`SELECT ${rows} AS a, count(*) FROM range(${rows})`)),
        )
        expect(counts).toEqual([1000, 2000, 3000].map((rows) => [rows, BigInt(rows)]))
      })

      it('and ends the statement when the loop is left', async () => {
        const {rows} = await subject.engine.run({sql: 'SELECT a.i FROM range(100000000) a(i), range(1000) b(i)'})
        for await (const row of rows) {
          expect(row).toHaveLength(1)
          break
        }
        expect(await collect(rows)).toEqual([])
        expect(await oneRow('SELECT 5 AS a')).toEqual([5])
      })

      const ENDLESS = 'SELECT count(*) FROM range(100000000) a(i), range(100000000) b(i) WHERE a.i * b.i % 7 = 3'

      it('and throws the reason of a signal that is aborted in the middle', async () => {
        const reason = new Error('syntax error: not mine')
        const controller = new AbortController()
        const {signal} = controller
        const running = subject.engine.run({sql: ENDLESS, signal}).then(({rows}) => collect(rows))
        setImmediate(() => controller.abort(reason))
        await expect(running).rejects.toBe(reason)
        await expect(subject.engine.run({sql: 'SELECT 1', signal})).rejects.toBe(reason)
        expect(await oneRow('SELECT 5 AS a')).toEqual([5])
      })

      it('and stops between rows too, and only the statement of that signal', async () => {
        const controller = new AbortController()
        const {rows} = await subject.engine.run({sql: MILLION, signal: controller.signal})
        const other = await subject.engine.run({sql: 'SELECT i FROM range(10000) r(i)'})
        const reason = new Error('enough')
        const reading = (async () => {
          for await (const _ of rows) controller.abort(reason)
        })()
        await expect(reading).rejects.toBe(reason)
        expect(await collect(other.rows)).toHaveLength(10_000)
      })
    })

    describe('refuses', () => {
      it.each([
        ['an unknown column', 'SELECT nothing FROM things'],
        ['an unknown table', 'SELECT * FROM nothing'],
        ['a table that no catalog could have', 'SELECT * FROM "No such/table.parquet"'],
        ['a file in place of a table', "SELECT * FROM '/etc/passwd'"],
        ['an unknown function', 'SELECT nothing(id) FROM things'],
        ['bad syntax', 'SELEC id FROM things'],
        ['text that is no number', "SELECT CAST('x' AS INTEGER)"],
        ['nothing', ''],
        ['a comment alone', '-- nothing'],
        ['two statements', 'SELECT 1; SELECT 2'],
        ['INSERT', 'INSERT INTO things VALUES (1)'],
        ['CREATE', 'CREATE TABLE x (a INTEGER)'],
        ['DROP', 'DROP TABLE things'],
        ['COPY', "COPY (SELECT 1) TO 'x.csv'"],
        ['SET', 'SET threads = 1'],
        ['ATTACH', "ATTACH 'x.db'"],
        ['INSTALL', 'INSTALL httpfs'],
        ['PRAGMA', 'PRAGMA version'],
        ['DESCRIBE', 'DESCRIBE things'],
        ['SHOW', 'SHOW TABLES'],
        ['SUMMARIZE', 'SUMMARIZE things'],
        ['a file read by a function', "SELECT * FROM read_text('/etc/passwd')"],
        ['one in a subquery', "SELECT (SELECT content FROM read_text('/etc/passwd'))"],
        ['one in a CTE', "WITH x AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM x"],
        ['one in a join', "SELECT * FROM things LEFT JOIN read_blob('/etc/passwd') ON true"],
        ['one in a set operation', "SELECT id FROM things UNION SELECT content FROM read_text('/etc/passwd')"],
        [
          'one in the argument of a function',
          "SELECT * FROM unnest((SELECT list(content) FROM read_text('/etc/passwd')))",
        ],
        ['the names of files', "SELECT * FROM glob('/*')"],
        ['a statement in a text', `SELECT * FROM query('SELECT 1')`],
        ['a table by a text', `SELECT * FROM query_table('things')`],
        ['the plan of a text', `SELECT json_serialize_plan('SELECT * FROM things')`],
        ['settings', 'SELECT * FROM duckdb_settings()'],
        ['settings as a table', 'SELECT * FROM duckdb_settings'],
        ['the catalog of the engine', 'SELECT * FROM information_schema.tables'],
        ['a table with a database', 'SELECT * FROM main.things'],
        ['a name that is a CTE elsewhere', 'SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) y, x'],
      ])('%s', async (_, sql) => {
        await subject.catalog.putTable(THINGS, null)
        await expectCode(rowsOf(sql), 'QUERY_INVALID')
      })
    })

    describe('never shows', () => {
      it('a value of the data in an error', async () => {
        await subject.writeParquet('things/a.parquet', `SELECT 'secret-4711' AS id, 1::BIGINT AS n`)
        await subject.catalog.putTable(THINGS, null)
        for (const sql of ['CAST(id AS INTEGER)', 'CAST(id AS DATE)', `date_parse(id, '%Y-%m-%d')`]) {
          const error = await rowsOf(`SELECT ${sql} FROM things`).catch((thrown: unknown) => thrown)
          expect(error).toMatchObject({code: 'QUERY_INVALID'})
          expect((error as Error).message).not.toContain('secret')
          expect((error as Error).message).not.toContain('4711')
        }
      })

      it('masked columns, whatever looks at them', async () => {
        await subject.writeParquet('things/a.parquet', `SELECT 'secret' AS id, 4711::BIGINT AS n`)
        await subject.catalog.putTable(THINGS, null)
        await subject.catalog.putTable(view('shown', 'SELECT id AS name, n + 1 AS more FROM things'), null)
        const masked = {things: ['id', 'N']}
        const shown = async (sql: string) => collect((await subject.engine.run({sql, masked})).rows)
        expect(await shown('SELECT * FROM things')).toEqual([['[restricted]', null]])
        expect(await shown('SELECT name, more FROM shown')).toEqual([['[restricted]', null]])
        expect(await shown(`SELECT count(*) FROM things WHERE id = 'secret' OR n = 4711`)).toEqual([[0n]])
        expect(await shown('SELECT t FROM things t')).toEqual([[{id: '[restricted]', n: null}]])
        const shared = [{name: 'all_things', sql: 'SELECT * FROM things'}]
        const asked = {sql: 'SELECT id FROM all_things', shared}
        expect(await collect((await subject.engine.run(asked)).rows)).toEqual([['secret']])
        expect(await collect((await subject.engine.run({...asked, masked})).rows)).toEqual([['[restricted]']])
        expect(await rowsOf('SELECT id FROM things')).toEqual([['secret']])
      })

      it('relations of other statements', async () => {
        const shared = [{name: 'one', sql: 'SELECT 1 AS a'}]
        expect(await collect((await subject.engine.run({sql: 'SELECT a FROM one', shared})).rows)).toEqual([[1]])
        await expectCode(rowsOf('SELECT * FROM one'), 'QUERY_INVALID')
        await expectCode(rowsOf('SELECT * FROM sluice_shared_1'), 'QUERY_INVALID')
      })
    })

    describe('tells of an error', () => {
      const thrown = async (sql: string): Promise<unknown> => rowsOf(sql).catch((error: unknown) => error)

      beforeEach(() =>
        subject.catalog.putTable({...THINGS, columns: [...THINGS.columns, {name: 'created_at', type: 'date'}]}, null),
      )

      it('the near name, and where', async () => {
        expect(await thrown("SELECT 'é',\n  creatd_at FROM things")).toMatchObject({
          code: 'QUERY_INVALID',
          fix: 'Did you mean created_at?',
          details: {
            position: {line: 2, column: 3, text: '  creatd_at FROM things'},
            columns: {things: ['id', 'n', 'created_at']},
          },
        })
        expect(await thrown("SELECT 'é' FROM thing")).toMatchObject({
          fix: 'Did you mean things?',
          details: {position: {line: 1, column: 17}, tables: ['things']},
        })
        expect(await thrown('SELECT lowr(id) FROM things')).toMatchObject({
          message: 'There is no function "lowr".',
          fix: 'Did you mean lower?',
        })
      })

      it('in a view that it is there', async () => {
        await subject.catalog.putTable(view('broken', 'SELECT gone FROM things'), null)
        expect(await thrown('SELECT * FROM broken')).toMatchObject({
          code: 'QUERY_INVALID',
          message: 'The view broken cannot be read.',
        })
      })

      it('in the syntax where it is', async () => {
        expect(await thrown('SELECT 1 +')).toMatchObject({details: {position: {line: 1, column: 11}}})
      })
    })

    describe('tables', () => {
      it('without objects have their columns and no rows', async () => {
        await subject.catalog.putTable(
          {...THINGS, columns: [...THINGS.columns, {name: 'l', type: 'array<string>'}]},
          null,
        )
        const {columns, rows} = await subject.engine.run({sql: 'SELECT * FROM things'})
        expect(columns).toEqual([
          {name: 'id', type: 'varchar'},
          {name: 'n', type: 'bigint'},
          {name: 'l', type: 'array<varchar>'},
        ])
        expect(await collect(rows)).toEqual([])
        await subject.catalog.putTable({...PARTITIONED, name: 'parts', location: 'parts/'}, null)
        expect(await rowsOf('SELECT year, city FROM parts')).toEqual([])
      })

      it('are as they stand when the statement begins', async () => {
        const {version} = await subject.catalog.putTable(THINGS, null)
        expect(await rowsOf('SELECT id FROM things')).toEqual([])
        await subject.writeParquet('things/a.parquet', `SELECT 'a' AS id, 1::BIGINT AS n`)
        expect(await rowsOf('SELECT id FROM Things')).toEqual([['a']])
        await subject.writeParquet('things/b.parquet', `SELECT 'b' AS id, 1::BIGINT AS n`)
        expect(await rowsOf('SELECT id FROM things ORDER BY 1')).toEqual([['a'], ['b']])
        await subject.catalog.dropTable('things', version)
        await expectCode(rowsOf('SELECT id FROM things'), 'QUERY_INVALID')
      })

      it('hide objects whose names begin with _ or .', async () => {
        await subject.catalog.putTable(THINGS, null)
        for (const hidden of ['_a.parquet', '.b.parquet']) await subject.writeText(`things/${hidden}`, 'no parquet')
        expect(await rowsOf('SELECT * FROM things')).toEqual([])
      })

      it('have the columns of the catalog, whatever each object has', async () => {
        const columns = [
          {name: 'id', type: 'string'},
          {name: 'd', type: 'decimal(18,4)'},
          {name: 'later', type: 'bigint'},
          {name: 'never', type: 'timestamp'},
        ]
        await subject.catalog.putTable({...THINGS, columns}, null)
        await subject.writeParquet(
          'things/a.parquet',
          `SELECT 'a' AS id, CAST(1.25 AS DECIMAL(18,2)) AS d, 1 AS dropped`,
        )
        await subject.writeParquet(
          'things/b.parquet',
          `SELECT 2 AS later, CAST(1.2345 AS DECIMAL(18,4)) AS d, 'b' AS id`,
        )
        expect(await rowsOf('SELECT * FROM things ORDER BY id')).toEqual([
          ['a', '1.2500', null, null],
          ['b', '1.2345', 2n, null],
        ])
      })

      it('with objects of the same name do not mix', async () => {
        for (const table of ['ones', 'twos']) {
          await subject.catalog.putTable({...THINGS, name: table, location: `${table}/`}, null)
          await subject.writeParquet(`${table}/part-0.parquet`, `SELECT '${table}' AS id, 1::BIGINT AS n`)
        }
        expect(await rowsOf('SELECT a.id, b.id FROM ones a CROSS JOIN twos b')).toEqual([['ones', 'twos']])
      })

      it('of JSON lines', async () => {
        await subject.catalog.putTable(
          {...THINGS, format: 'json', columns: [...THINGS.columns, {name: 'l', type: 'array<string>'}]},
          null,
        )
        await subject.writeText(
          'things/a.json',
          '{"id":"a","n":9007199254740993,"l":["x",null],"more":1}\n{"id":"b"}\n',
        )
        expect(await rowsOf('SELECT * FROM things ORDER BY id')).toEqual([
          ['a', 9007199254740993n, ['x', null]],
          ['b', null, null],
        ])
      })
    })

    describe('views', () => {
      beforeEach(async () => {
        await subject.catalog.putTable(THINGS, null)
        await subject.writeParquet('things/a.parquet', `SELECT CAST(i AS VARCHAR) AS id, i AS n FROM range(4) r(i)`)
      })

      it('stand over tables and views', async () => {
        await subject.catalog.putTable(view('even', 'SELECT * FROM things WHERE n % 2 = 0'), null)
        await subject.catalog.putTable(view('positive', 'SELECT * FROM even WHERE n > 0'), null)
        expect(await rowsOf('SELECT id FROM positive')).toEqual([['2']])
        expect(await rowsOf('SELECT count(*) FROM positive p JOIN even e ON p.id = e.id')).toEqual([[1n]])
      })

      it('and CTEs may have the name of a table', async () => {
        expect(await rowsOf('WITH things AS (SELECT 5 AS id) SELECT * FROM things')).toEqual([[5]])
        expect(await rowsOf('WITH things AS (SELECT id FROM things WHERE n = 3) SELECT * FROM things')).toEqual([['3']])
        await subject.catalog.putTable(view('own', 'WITH even AS (SELECT 1 AS one) SELECT one FROM even'), null)
        await subject.catalog.putTable(view('even', 'SELECT * FROM things'), null)
        expect(await rowsOf('SELECT * FROM own')).toEqual([[1]])
      })
    })

    describe('partitions', () => {
      const CITIES = [
        'a b',
        'x=y',
        '50%',
        '%25',
        'a/b',
        'a+b',
        'a&b;c',
        "it's",
        '"q"',
        'Ünï 漢字 😀',
        '__x',
        '1',
        '2024-01-01',
        '07',
      ]

      async function putPartition(table: string, values: readonly string[], location: string): Promise<void> {
        await subject.writeParquet(`${location}part-0.parquet`, `SELECT 'row' AS id, 1::BIGINT AS n`)
        await subject.catalog.createPartitions(table, [{values, location, parameters: {}}])
      }

      it.each([
        ['in Hive form', 'year={year}/city={city}/'],
        ['as plain path segments', '{year}/{city}/'],
        ['with text around them', 'y-{year}/c.{city}.d/'],
      ])('%s give their values back as text', async (_, pathTemplate) => {
        await subject.catalog.putTable({...PARTITIONED, pathTemplate}, null)
        const expected: (string | null)[][] = [...CITIES.map((city) => ['2026', city]), [null as never, null as never]]
        for (const values of expected.map((row) => row.map((value) => value ?? HIVE_NULL_PARTITION))) {
          const filled = pathTemplate.replace('{year}', values[0]!).replace('{city}', () => hivePathValue(values[1]!))
          await putPartition('things', values, `things/${filled}`)
        }
        const rows = await rowsOf('SELECT year, city FROM things')
        expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
          new Set(expected.map((row) => JSON.stringify(row))),
        )
        expect(rows).toHaveLength(expected.length)
        for (const city of CITIES) {
          expect(await rowsOf('SELECT id FROM things WHERE city = $city', {city})).toEqual([['row']])
        }
        expect(await rowsOf('SELECT count(*) FROM things WHERE city IS NULL')).toEqual([[1n]])
      })

      it('are read when they are registered, and where the catalog says', async () => {
        await subject.catalog.putTable(PARTITIONED, null)
        await putPartition('things', ['2026', 'moved'], 'things/elsewhere/1/')
        await putPartition('things', ['2026', 'there'], 'things/year=2026/city=there/')
        const none = `SELECT 'none' AS id, 1::BIGINT AS n`
        await subject.writeParquet('things/year=2026/city=none/part-0.parquet', none)
        await subject.writeParquet('things/year=2026/city=there/below/part-0.parquet', none)
        expect(await rowsOf('SELECT id, year, city FROM things ORDER BY city')).toEqual([
          ['row', '2026', 'moved'],
          ['row', '2026', 'there'],
        ])
      })
    })
  })
}
