import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {MergeSource} from '../../../src/lib/ports/merge-engine.js'
import {MergeBench} from './merge-bench.js'
import {CONVERTED, JULIAN_EPOCH, LOGICAL, plain, tinyParquet} from './tiny-parquet.js'

describe('merging Parquet files', () => {
  let bench: MergeBench

  beforeEach(async () => {
    bench = await MergeBench.open()
  })

  afterEach(() => bench.close())

  /** What a merge is refused with; nothing is stored then. */
  async function refusal(
    sources: readonly MergeSource[],
    table: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const before = await bench.keys()
    const columns = Object.entries(table).map(([name, type]) => ({name, type}))
    const error: unknown = await bench.merge(sources, columns).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(await bench.keys()).toEqual(before)
    return error
  }

  describe('names and structure', () => {
    it('keeps a column that only a later file has', async () => {
      const sources = [
        await bench.parquet('1', 'SELECT 1 AS a'),
        await bench.parquet('2', `SELECT 2 AS a, 'x' AS late`),
      ]
      const {objects} = await bench.merge(sources, [{name: 'a', type: 'int'}])
      expect(await bench.rows(objects[0]!.key, 'SELECT * FROM it')).toEqual([
        {a: 1, late: null},
        {a: 2, late: 'x'},
      ])
    })

    it('orders columns as the table does, the others as they are met', async () => {
      const sources = [
        await bench.parquet('1', 'SELECT 1 AS z, 2 AS y'),
        await bench.parquet('2', 'SELECT 3 AS x, 4 AS a'),
      ]
      const {objects} = await bench.merge(sources, [
        {name: 'a', type: 'int'},
        {name: 'absent', type: 'string'},
        {name: 'y', type: 'int'},
      ])
      expect(Object.keys(await bench.stored(objects[0]!.key))).toEqual(['a', 'y', 'z', 'x'])
    })

    it('keeps a field that only a later file has, and tells NULL from a struct of NULLs', async () => {
      const sources = [
        await bench.parquet('1', `SELECT unnest([{'a': 1}, NULL, {'a': NULL}]) AS s`),
        await bench.parquet('2', `SELECT unnest([{'a': 2, 'b': 'x'}, NULL]) AS s`),
      ]
      const {objects} = await bench.merge(sources)
      expect((await bench.rows(objects[0]!.key, 'SELECT CAST(s AS VARCHAR) AS s FROM it')).map(({s}) => s)).toEqual([
        `{'a': 1, 'b': NULL}`,
        null,
        `{'a': NULL, 'b': NULL}`,
        `{'a': 2, 'b': x}`,
        null,
      ])
    })

    it('does so within lists and maps, and keeps NULL lists, empty ones and lists of NULL apart', async () => {
      const sources = [
        await bench.parquet('1', `SELECT unnest([[{'a': 1}, NULL], NULL, [], [NULL]]) AS l, MAP {'k': {'a': 1}} AS m`),
        await bench.parquet('2', `SELECT [{'a': 2, 'b': 3}] AS l, MAP {'k': {'a': NULL, 'b': 4}, 'n': NULL} AS m`),
      ]
      const {objects} = await bench.merge(sources)
      const rows = await bench.rows(objects[0]!.key, 'SELECT CAST(l AS VARCHAR) AS l, CAST(m AS VARCHAR) AS m FROM it')
      expect(rows.map(({l}) => l)).toEqual([`[{'a': 1, 'b': NULL}, NULL]`, null, '[]', '[NULL]', `[{'a': 2, 'b': 3}]`])
      expect(rows.map(({m}) => m).at(-1)).toBe(`{k={'a': NULL, 'b': 4}, n=NULL}`)
    })

    it('refuses names that differ only in case, across files', async () => {
      const sources = [await bench.parquet('1', 'SELECT 1 AS userId'), await bench.parquet('2', 'SELECT 2 AS userid')]
      expect(await refusal(sources)).toMatchObject({code: 'MERGE_LOSSY', details: {column: 'userid', key: '2'}})
      expect(await refusal(sources, {userid: 'int'})).toMatchObject({code: 'MERGE_LOSSY'})
    })

    it('refuses names that differ only in case, in one file', async () => {
      const columns = ['A', 'a'].map((name) => ({name, type: 'INT32' as const, values: [plain.int32(1)]}))
      expect(await refusal([await bench.bytes('twin', tinyParquet({columns}))])).toMatchObject({
        code: 'MERGE_LOSSY',
        details: {column: 'a', key: 'twin'},
      })
    })

    it('does not take values from the path', async () => {
      const sources = [await bench.parquet('dt=2026-01-02/hour=07/1', `SELECT 'own' AS hour`)]
      const {objects} = await bench.merge(sources)
      expect(await bench.rows(objects[0]!.key, 'SELECT * FROM it')).toEqual([{hour: 'own'}])
    })

    it('carries columns with the names that DuckDB gives columns of its own', async () => {
      const names = ['filename', 'file_row_number', 'file_index', '_sluice_row', '_sluice_seen_', 'rows', 'digest']
      const select = `SELECT ${names.map((name, index) => `${index} AS ${name}`).join(', ')}`
      const sources = [await bench.parquet('1', select), await bench.parquet('2', select)]
      const {objects} = await bench.merge(sources, [], {outputs: 2})
      const rows = await bench.rows(objects[0]!.key, 'SELECT * FROM it')
      expect(rows).toEqual([0, 1].map(() => Object.fromEntries(names.map((name, index) => [name, index]))))
    })

    it('reads files whose names are patterns', async () => {
      const sources = [
        await bench.parquet('[1]/a*.parquet', 'SELECT 1 AS a'),
        await bench.parquet(`[1]/a'b?.parquet`, 'SELECT 2 AS a'),
      ]
      const {objects} = await bench.merge(sources)
      expect(await bench.rows(objects[0]!.key, 'SELECT a FROM it')).toEqual([{a: 1}, {a: 2}])
    })
  })

  describe('what is stored', () => {
    it('reads INT96 as instants, and says so', async () => {
      const day = (iso: string): number => JULIAN_EPOCH + Date.parse(iso) / 86_400_000
      const values = [
        plain.int96(day('2026-01-02'), 3_000_000_000n),
        null,
        plain.int96(day('9999-12-31'), 0n),
        plain.int96(day('0001-01-01'), 0n),
      ]
      const {objects, changes} = await bench.merge(
        [await bench.bytes('1', tinyParquet({columns: [{name: 't', type: 'INT96', values}]}))],
        [{name: 't', type: 'timestamp'}],
      )
      expect(changes).toEqual([{column: 't', from: 'INT96', to: 'TIMESTAMP_MICROS, adjusted to UTC'}])
      const rows = await bench.rows(objects[0]!.key, 'SELECT CAST(t AS VARCHAR) AS t FROM it')
      expect(rows.map(({t}) => t)).toEqual([
        '2026-01-02 00:00:03+00',
        null,
        '9999-12-31 00:00:00+00',
        '0001-01-01 00:00:00+00',
      ])
      expect((await bench.stored(objects[0]!.key))['t']!.logical).toContain('isAdjustedToUTC=1')
    })

    it.each([
      ['nanoseconds', plain.int96(JULIAN_EPOCH, 1n), /nanoseconds/],
      ['a date beyond all of DuckDB', plain.int96(2_000_000_000, 0n), /out of range/],
    ])('refuses INT96 with %s', async (_, value, says) => {
      const columns = [{name: 't', type: 'INT96' as const, values: [plain.int96(JULIAN_EPOCH, 1000n), value]}]
      expect(await refusal([await bench.bytes('1', tinyParquet({columns}))])).toMatchObject({
        code: 'MERGE_LOSSY',
        message: expect.stringMatching(says),
        details: {column: 't', key: '1'},
      })
    })

    it('refuses INT96 beside local times', async () => {
      const columns = [{name: 't', type: 'INT96' as const, values: [plain.int96(JULIAN_EPOCH, 1000n)]}]
      const sources = [
        await bench.bytes('1', tinyParquet({columns})),
        await bench.parquet('2', `SELECT TIMESTAMP '2026-01-01' AS t`),
      ]
      expect(await refusal(sources, {t: 'timestamp'})).toMatchObject({
        code: 'MERGE_LOSSY',
        details: {column: 't', key: '2'},
      })
    })

    it('takes timestamps without a logical type for instants, as their format says', async () => {
      const columns = [
        {name: 't', type: 'INT64' as const, converted: CONVERTED.timestampMicros, values: [plain.int64(5n)]},
      ]
      const {objects} = await bench.merge([await bench.bytes('1', tinyParquet({columns}))])
      expect((await bench.stored(objects[0]!.key))['t']!.logical).toContain('isAdjustedToUTC=1')
    })

    it('keeps local times in milliseconds', async () => {
      const {objects} = await bench.merge([
        await bench.parquet(
          '1',
          `SELECT TIMESTAMP_MS '2026-01-02 03:04:05.678' AS t, {'t': TIMESTAMP_MS '2026-01-02'} AS s`,
        ),
      ])
      const stored = await bench.stored(objects[0]!.key)
      expect(stored['t']!.converted).toBe('TIMESTAMP_MILLIS')
    })

    it('refuses instants in nanoseconds, which DuckDB cuts', async () => {
      const columns = [
        {name: 't', type: 'INT64' as const, logical: LOGICAL.timestamp('ns', true), values: [plain.int64(1234n)]},
      ]
      expect(await refusal([await bench.bytes('1', tinyParquet({columns}))])).toMatchObject({
        code: 'MERGE_LOSSY',
        details: {column: 't'},
      })
    })

    it('refuses decimals of more than 38 digits, which DuckDB reads as doubles', async () => {
      const columns = [
        {
          name: 'd',
          type: 'FIXED_LEN_BYTE_ARRAY' as const,
          length: 17,
          converted: CONVERTED.decimal,
          scale: 2,
          precision: 40,
          values: [Buffer.alloc(17)],
        },
      ]
      expect(await refusal([await bench.bytes('1', tinyParquet({columns}))])).toMatchObject({
        code: 'MERGE_LOSSY',
        details: {column: 'd'},
      })
    })

    it('takes a column of no type for NULLs of any', async () => {
      const columns = [{name: 'c', type: 'INT32' as const, logical: LOGICAL.unknown, values: [null, null]}]
      const sources = [await bench.bytes('1', tinyParquet({columns})), await bench.parquet('2', `SELECT 'x' AS c`)]
      const {objects} = await bench.merge(sources, [{name: 'c', type: 'string'}])
      expect(await bench.rows(objects[0]!.key, 'SELECT c FROM it')).toEqual([{c: null}, {c: null}, {c: 'x'}])
    })

    it('takes ENUM and JSON for text, fixed bytes for bytes, and says so', async () => {
      const values = [Buffer.from('abc')]
      const columns = [
        {name: 'e', type: 'BYTE_ARRAY' as const, converted: CONVERTED.enum, values},
        {name: 'j', type: 'BYTE_ARRAY' as const, converted: CONVERTED.json, values: [Buffer.from('{"a":1}')]},
        {name: 'f', type: 'FIXED_LEN_BYTE_ARRAY' as const, length: 3, values},
        {name: 'r', type: 'INT32' as const, isRequired: true, values: [plain.int32(7)]},
      ]
      const {objects, changes} = await bench.merge([await bench.bytes('1', tinyParquet({columns}))])
      expect(changes.map(({column, from, to}) => `${column}: ${from}, ${to}`)).toEqual([
        'e: ENUM, UTF8',
        'j: JSON, UTF8',
        'f: FIXED_LEN_BYTE_ARRAY, BYTE_ARRAY',
      ])
      expect(await bench.rows(objects[0]!.key, 'SELECT e, j, CAST(f AS VARCHAR) AS f, r FROM it')).toEqual([
        {e: 'abc', j: '{"a":1}', f: 'abc', r: 7},
      ])
    })

    it('carries NaN, infinities and the sign of zero', async () => {
      const select = `SELECT unnest(['nan', 'inf', '-inf', '-0.0', '0.0']::DOUBLE[]) AS d`
      const {objects} = await bench.merge([
        await bench.parquet('1', select),
        await bench.parquet('2', select.replace('DOUBLE', 'FLOAT')),
      ])
      const rows = await bench.rows(objects[0]!.key, 'SELECT CAST(d AS VARCHAR) AS d FROM it')
      expect(rows.map(({d}) => d)).toEqual(['nan', 'inf', '-inf', '-0.0', '0.0', 'nan', 'inf', '-inf', '-0.0', '0.0'])
    })

    it('never writes the sum of anything as a double: wide integers stay', async () => {
      const {objects} = await bench.merge([
        await bench.parquet('1', 'SELECT 18446744073709551615::UBIGINT AS u, 9223372036854775807 AS b'),
      ])
      expect(await bench.rows(objects[0]!.key, 'SELECT u, b FROM it')).toEqual([
        {u: 18446744073709551615n, b: 9223372036854775807n},
      ])
      expect((await bench.stored(objects[0]!.key))['u']!.converted).toBe('UINT_64')
    })

    it('keeps the codec of the sources where it is one that Athena reads', async () => {
      const codecOf = async (codecs: readonly string[]): Promise<unknown> => {
        const sources = []
        for (const [index, codec] of codecs.entries())
          sources.push(await bench.parquet(`${index}`, 'SELECT range AS a FROM range(100)', `, COMPRESSION ${codec}`))
        const {objects} = await bench.merge(sources)
        const file = await bench.copyOf(objects[0]!.key)
        const reader = await bench.connection.runAndReadAll(
          `SELECT DISTINCT compression FROM parquet_metadata('${file}')`,
        )
        return reader.getRowObjects()[0]!['compression']
      }
      expect(await codecOf(['zstd', 'zstd'])).toBe('ZSTD')
      expect(await codecOf(['snappy', 'zstd'])).toBe('SNAPPY')
      expect(await codecOf(['brotli'])).toBe('SNAPPY')
    })
  })

  describe('footers', () => {
    it('carries entries that are equal in all files, with a stamp of its own', async () => {
      const entries = (more: string): string => `, KV_METADATA {"writer.model": 'x', "it's": 'y''s', ${more}}`
      const sources = [
        await bench.parquet('1', 'SELECT 1 AS a', entries(`n: '1'`)),
        await bench.parquet('2', 'SELECT 2 AS a', entries(`n: '2'`)),
      ]
      const {objects} = await bench.merge(sources)
      expect(await bench.footerEntries(objects[0]!.key)).toEqual({
        'writer.model': 'x',
        "it's": "y's",
        'sluice.compacted': expect.stringMatching(/^[0-9a-f]{16}$/),
      })
    })

    it('leaves out what describes columns that are no longer so', async () => {
      const entries = `, KV_METADATA {"ARROW:schema": 'x', other: 'y'}`
      const sources = [
        await bench.parquet('1', 'SELECT 1 AS a', entries),
        await bench.parquet('2', 'SELECT 1::BIGINT AS a', entries),
      ]
      const {objects} = await bench.merge(sources)
      expect(Object.keys(await bench.footerEntries(objects[0]!.key)).sort()).toEqual(['other', 'sluice.compacted'])
      const alike = await bench.merge([sources[0]!], [], {keyOf: () => 'out/alike'})
      expect(await bench.footerEntries(alike.objects[0]!.key)).toMatchObject({'ARROW:schema': 'x'})
    })

    it('refuses files of which only some say that Spark wrote their dates in the old calendar', async () => {
      const sources = [
        await bench.parquet('1', 'SELECT 1 AS a'),
        await bench.parquet('2', 'SELECT 2 AS a', `, KV_METADATA {"org.apache.spark.legacyDateTime": ''}`),
      ]
      expect(await refusal(sources)).toMatchObject({
        code: 'MERGE_LOSSY',
        details: {key: '2', entry: 'org.apache.spark.legacyDateTime'},
      })
    })

    it('keeps the ids of fields, and refuses files that disagree on them', async () => {
      const select = `SELECT 1 AS a, {'x': 2} AS s, [3] AS l, MAP {'k': 4} AS m`
      const ids = `, FIELD_IDS {a: 1, s: {__duckdb_field_id: 2, x: 3}, l: {__duckdb_field_id: 4, element: 5}, m: {__duckdb_field_id: 6, key: 7, value: 8}}`
      const one = await bench.parquet('1', select, ids)
      const {objects} = await bench.merge([one, await bench.parquet('2', select, ids)])
      const stored = await bench.stored(objects[0]!.key)
      expect(['a', 's', 'x', 'l', 'element', 'm', 'key', 'value'].map((name) => Number(stored[name]!.fieldId))).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8],
      )
      expect(await refusal([one, await bench.parquet('3', 'SELECT 1 AS a', ', FIELD_IDS {a: 9}')])).toMatchObject({
        code: 'MERGE_LOSSY',
        details: {column: 'a', key: '3'},
      })
    })
  })

  describe('hostile files', () => {
    const good = 'SELECT range AS a, repeat(md5(CAST(range AS VARCHAR)), 4) AS t FROM range(5000)'

    it.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
      ['an empty file', () => new Uint8Array(0), /is empty/],
      ['text', () => Buffer.from('{"a": 1}\n'), /no Parquet file/],
      ['the first half of a file', (bytes) => bytes.subarray(0, bytes.length / 2), /no Parquet file, or was cut off/],
      ['an encrypted footer', (bytes) => Buffer.concat([bytes.subarray(0, -4), Buffer.from('PARE')]), /encrypted/],
      [
        'a footer that is longer than the file',
        (bytes) => Buffer.concat([bytes.subarray(0, -8), Buffer.from([255, 255, 255, 127]), Buffer.from('PAR1')]),
        /longer than the file/,
      ],
      [
        'a footer of noise',
        (bytes) => Buffer.concat([bytes.subarray(0, -200), Buffer.alloc(192, 0xa5), bytes.subarray(-8)]),
        /footer cannot be read/,
      ],
      [
        'pages of noise',
        (bytes) => Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(3000, 0xa5), bytes.subarray(3100)]),
        /pages cannot be read/,
      ],
    ])('names %s', async (_, broken, says) => {
      const whole = await bench.parquet('whole', good)
      const parts: Uint8Array[] = []
      for await (const part of bench.store.read('whole')) parts.push(part)
      const bad = await bench.bytes('bad', broken(Buffer.concat(parts)))
      expect(await refusal([whole, bad])).toMatchObject({
        code: 'MERGE_SOURCE_BROKEN',
        message: expect.stringMatching(says),
        details: {key: 'bad'},
      })
    })

    it('takes files without rows', async () => {
      const none = await bench.parquet('none', 'SELECT 1::BIGINT AS a WHERE false')
      const {objects, facts} = await bench.merge([none, await bench.parquet('one', 'SELECT 1::INTEGER AS a'), none])
      expect(await bench.rows(objects[0]!.key, 'SELECT a FROM it')).toEqual([{a: 1n}])
      expect(facts.rows).toBe(1)
      expect(await bench.merge([none, none])).toMatchObject({objects: [], facts: {rows: 0, digest: '0'}})
    })

    it('names a source that was changed, or is gone', async () => {
      const sources = [await bench.parquet('1', 'SELECT 1 AS a'), await bench.parquet('2', 'SELECT 2 AS a')]
      await bench.parquet('2', 'SELECT 3 AS a')
      expect(await refusal(sources)).toMatchObject({code: 'MERGE_SOURCE_CHANGED', details: {key: '2'}})
      await bench.store.delete('2')
      expect(await refusal(sources)).toMatchObject({
        code: 'MERGE_SOURCE_CHANGED',
        message: expect.stringContaining('is gone'),
      })
    })
  })
})
