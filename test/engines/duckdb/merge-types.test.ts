import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {CatalogColumn} from '../../../src/lib/ports/catalog.js'
import {MergeBench} from './merge-bench.js'

/** Each row: two files, and what a merge of them makes of the column `c`, or why it does not. */
interface Case {
  readonly name: string
  readonly files: readonly string[]
  readonly table?: string
  /** As text, in order. */
  readonly values?: readonly (string | null)[]
  readonly type?: string
  /** Of the refusal. */
  readonly says?: RegExp
}

const CASES: readonly Case[] = [
  {
    name: 'INT32, then INT64 that INT32 cannot hold',
    files: ['SELECT 1::INTEGER AS c', 'SELECT 5000000000::BIGINT AS c'],
    values: ['1', '5000000000'],
    type: 'BIGINT',
  },
  {
    name: 'integers of all widths',
    files: ['SELECT 1::TINYINT AS c', 'SELECT 300::SMALLINT AS c'],
    values: ['1', '300'],
    type: 'SMALLINT',
  },
  {
    name: 'narrow integers into a wide table',
    files: ['SELECT 1::TINYINT AS c'],
    table: 'bigint',
    values: ['1'],
    type: 'BIGINT',
  },
  {
    name: 'wide integers into a narrow table',
    files: ['SELECT 1::BIGINT AS c'],
    table: 'int',
    says: /integer of 64 bits does not fit/,
  },
  {
    name: 'unsigned and signed',
    files: ['SELECT 200::UTINYINT AS c', 'SELECT -1::TINYINT AS c'],
    values: ['200', '-1'],
    type: 'SMALLINT',
  },
  {
    name: 'unsigned into a wider signed table',
    files: ['SELECT 4000000000::UINTEGER AS c'],
    table: 'bigint',
    values: ['4000000000'],
    type: 'BIGINT',
  },
  {
    name: 'unsigned of 64 bits into bigint',
    files: ['SELECT 18446744073709551615::UBIGINT AS c'],
    table: 'bigint',
    says: /does not fit/,
  },
  {
    name: 'unsigned of 64 bits and signed',
    files: ['SELECT 1::UBIGINT AS c', 'SELECT 1::INTEGER AS c'],
    says: /no type in common/,
  },
  {
    name: 'unsigned kept where the table does not say',
    files: ['SELECT 18446744073709551615::UBIGINT AS c'],
    values: ['18446744073709551615'],
    type: 'UBIGINT',
  },
  {
    name: 'BIGINT and DOUBLE',
    files: ['SELECT 9007199254740993::BIGINT AS c', 'SELECT 1.5::DOUBLE AS c'],
    says: /double and integer of 64 bits have no type/,
  },
  {
    name: 'INT and FLOAT',
    files: ['SELECT 16777217::INTEGER AS c', 'SELECT 1.5::FLOAT AS c'],
    says: /no type in common/,
  },
  {
    name: 'integers into a table of doubles',
    files: ['SELECT 1::INTEGER AS c'],
    table: 'double',
    says: /does not fit into double/,
  },
  {
    name: 'FLOAT and DOUBLE',
    files: ['SELECT 0.1::FLOAT AS c', 'SELECT 0.1::DOUBLE AS c'],
    values: ['0.10000000149011612', '0.1'],
    type: 'DOUBLE',
  },
  {
    name: 'doubles into a table of floats',
    files: ['SELECT 0.1::DOUBLE AS c'],
    table: 'float',
    says: /double does not fit into float/,
  },
  {
    name: 'DECIMAL(10,2), then DECIMAL(18,4)',
    files: ['SELECT 1.25::DECIMAL(10,2) AS c', 'SELECT 1.2345::DECIMAL(18,4) AS c'],
    values: ['1.2500', '1.2345'],
    type: 'DECIMAL(18,4)',
  },
  {
    name: 'DECIMAL(38,2) and DECIMAL(38,20)',
    files: ['SELECT 1.25::DECIMAL(38,2) AS c', 'SELECT 0.123456789012::DECIMAL(38,20) AS c'],
    says: /decimal\(38,20\) and decimal\(38,2\) have no type in common/,
  },
  {
    name: 'a finer scale than the table',
    files: ['SELECT 1.2345::DECIMAL(18,4) AS c'],
    table: 'decimal(18,2)',
    says: /does not fit into decimal\(18,2\)/,
  },
  {
    name: 'integers into a table of decimals',
    files: ['SELECT 12::INTEGER AS c'],
    table: 'decimal(18,2)',
    values: ['12.00'],
    type: 'DECIMAL(18,2)',
  },
  {
    name: 'text and numbers',
    files: ['SELECT 7::INTEGER AS c', `SELECT '007' AS c`],
    says: /string and integer of 32 bits have no type/,
  },
  {
    name: 'text of digits into a table of numbers',
    files: [`SELECT '007' AS c`],
    table: 'int',
    says: /string does not fit into integer/,
  },
  {
    name: 'numbers into a table of text',
    files: ['SELECT 7::INTEGER AS c'],
    table: 'string',
    says: /does not fit into string/,
  },
  {
    name: 'DATE, then TIMESTAMP',
    files: [`SELECT DATE '2026-01-02' AS c`, `SELECT TIMESTAMP '2026-01-02 03:04:05' AS c`],
    says: /local time in microseconds and date have no type/,
  },
  {
    name: 'dates into a table of timestamps',
    files: [`SELECT DATE '2026-01-02' AS c`],
    table: 'timestamp',
    says: /date is no timestamp/,
  },
  {
    name: 'timestamps into a table of dates',
    files: [`SELECT TIMESTAMP '2026-01-02 03:04:05' AS c`],
    table: 'date',
    says: /does not fit into date/,
  },
  {name: 'booleans and integers', files: ['SELECT true AS c', 'SELECT 1::INTEGER AS c'], says: /no type in common/},
  {
    name: 'milliseconds and microseconds',
    files: [`SELECT TIMESTAMP_MS '2026-01-02 03:04:05.678' AS c`, `SELECT TIMESTAMP '2026-01-02 03:04:05.678901' AS c`],
    values: ['2026-01-02 03:04:05.678', '2026-01-02 03:04:05.678901'],
    type: 'TIMESTAMP',
  },
  {
    name: 'nanoseconds that are whole microseconds',
    files: [
      `SELECT TIMESTAMP '2026-01-02 03:04:05.678901' AS c`,
      `SELECT TIMESTAMP_NS '2026-01-02 03:04:05.678901000' AS c`,
    ],
    values: ['2026-01-02 03:04:05.678901', '2026-01-02 03:04:05.678901'],
    type: 'TIMESTAMP',
  },
  {
    name: 'nanoseconds that are not',
    files: [`SELECT TIMESTAMP '2026-01-02 03:04:05' AS c`, `SELECT TIMESTAMP_NS '2026-01-02 03:04:05.678901234' AS c`],
    says: /a time has nanoseconds/,
  },
  {
    name: 'local times and instants',
    files: [`SELECT TIMESTAMP '2026-03-29 02:30:00' AS c`, `SELECT TIMESTAMPTZ '2026-03-29 02:30:00+00' AS c`],
    says: /instant in microseconds and local time in microseconds have no type/,
  },
  {
    name: 'local times and instants, whatever the table says',
    files: [`SELECT TIMESTAMP '2026-03-29 02:30:00' AS c`, `SELECT TIMESTAMPTZ '2026-03-29 02:30:00+00' AS c`],
    table: 'timestamp',
    says: /no type in common/,
  },
  {
    name: 'instants stay instants',
    files: [`SELECT TIMESTAMPTZ '2026-03-29 02:30:00+00' AS c`],
    table: 'timestamp',
    type: 'TIMESTAMP WITH TIME ZONE',
  },
  {
    name: 'bytes and text',
    files: [`SELECT 'a'::BLOB AS c`, `SELECT 'a' AS c`],
    says: /string and bytes without a type have no type/,
  },
  {
    name: 'unmarked bytes into a table of text',
    files: [`SELECT encode('é') AS c`, `SELECT 'b' AS c`],
    table: 'string',
    values: ['é', 'b'],
    type: 'VARCHAR',
  },
  {
    name: 'unmarked bytes that are no text',
    files: [`SELECT 'a' AS c`, `SELECT '\\xFF'::BLOB AS c`],
    table: 'string',
    says: /a value is no UTF-8 text/,
  },
  {
    name: 'text into a table of bytes',
    files: [`SELECT 'a' AS c`],
    table: 'binary',
    says: /string does not fit into bytes/,
  },
  {
    name: 'a column that is missing in one file',
    files: ['SELECT 1 AS c', 'SELECT 2 AS d'],
    values: ['1', null],
    type: 'INTEGER',
  },
  {
    name: 'a column of NULL and nothing else beside a list',
    files: ['SELECT [1, NULL] AS c', 'SELECT 1 AS d'],
    values: ['[1, NULL]', null],
    type: 'INTEGER[]',
  },
  {name: 'a list and its element', files: ['SELECT [1] AS c', 'SELECT 1 AS c'], says: /integer of 32 bits is no array/},
  {
    name: 'UUIDs',
    files: [`SELECT '11111111-2222-3333-4444-555555555555'::UUID AS c`],
    values: ['11111111-2222-3333-4444-555555555555'],
    type: 'UUID',
  },
  {
    name: 'UUIDs into a table of text',
    files: [`SELECT '11111111-2222-3333-4444-555555555555'::UUID AS c`],
    table: 'string',
    says: /uuid does not fit into string/,
  },
  {
    name: 'JSON as text',
    files: [`SELECT '{"a": 1.10}'::JSON AS c`, `SELECT 'x' AS c`],
    values: ['{"a": 1.10}', 'x'],
    type: 'VARCHAR',
  },
  {name: 'intervals', files: [`SELECT INTERVAL '1' DAY AS c`], says: /its type INTERVAL cannot be carried over/},
]

describe('types of a column across files', () => {
  let bench: MergeBench

  beforeEach(async () => {
    bench = await MergeBench.open()
  })

  afterEach(() => bench.close())

  it.each(CASES)('$name', async ({files, table, values, type, says}) => {
    const sources = []
    for (const [index, select] of files.entries()) sources.push(await bench.parquet(`in/${index}.parquet`, select))
    const columns: CatalogColumn[] = table === undefined ? [] : [{name: 'c', type: table}]
    if (says !== undefined) {
      const before = await bench.keys()
      const error: unknown = await bench.merge(sources, columns).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({code: 'MERGE_LOSSY', message: expect.stringMatching(says), details: {column: 'c'}})
      expect(sources.map(({key}) => key)).toContain((error as {details: {key: string}}).details.key)
      expect(await bench.keys()).toEqual(before)
      return
    }
    const {objects, facts} = await bench.merge(sources, columns)
    expect(facts.columns.find(({name}) => name === 'c')?.type).toBe(type)
    const rows = await bench.rows(objects[0]!.key, 'SELECT CAST(c AS VARCHAR) AS c FROM it')
    if (values !== undefined) expect(rows.map(({c}) => c)).toEqual(values)
  })
})
