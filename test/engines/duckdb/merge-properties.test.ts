import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {parquetReadObjects} from 'hyparquet'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {MergeSource} from '../../../src/lib/ports/merge-engine.js'
import {MergeBench} from './merge-bench.js'

/** DuckDB's types of a column that may differ from file to file, narrow ones first: the last holds all of them. */
const FAMILIES = [
  ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'],
  ['DECIMAL(4,2)', 'DECIMAL(9,4)', 'DECIMAL(20,4)'],
  ['FLOAT', 'DOUBLE'],
  ['VARCHAR'],
  ['BOOLEAN'],
  ['DATE'],
  ['TIMESTAMP_MS', 'TIMESTAMP'],
  ['STRUCT(x TINYINT)', 'STRUCT(x BIGINT, "y z" VARCHAR)', 'STRUCT("y z" VARCHAR, w INTEGER[])'],
  ['SMALLINT[]', 'INTEGER[]'],
  ['MAP(VARCHAR, TINYINT)', 'MAP(VARCHAR, INTEGER)'],
]
const NAMES = ['a', 'b', 'c d', 'select', '_source', 'é"']

/** SQL of a value that fits into the narrowest type of each family. */
const VALUES = [
  fc.integer({min: -128, max: 127}).map(String),
  fc.integer({min: -9999, max: 9999}).map((digits) => `${digits} / 100.0`),
  fc.constantFrom(`'nan'`, `'-inf'`, `-0.0`, '0.5', '-1e10'),
  fc
    .string({unit: fc.constantFrom('a', 'é', `'`, ',', ' ', '\\', 'NULL', '{')})
    .map((text) => `'${text.replaceAll("'", "''")}'`),
  fc.constantFrom('true', 'false'),
  fc.integer({min: -100_000, max: 100_000}).map((days) => `DATE '1970-01-01' + ${days}`),
  fc.integer({min: -1e9, max: 1e9}).map((ms) => `make_timestamp(${ms}::BIGINT * 1000)`),
  fc.constantFrom(
    `{'x': 1, 'y z': 'b', 'w': [1, NULL]}`,
    `{'x': NULL, 'y z': NULL, 'w': NULL}`,
    `{'x': 2, 'y z': '', 'w': []}`,
  ),
  fc.constantFrom('[1, 2]', '[]', '[NULL]', '[3, NULL]'),
  fc.constantFrom(`MAP {'k': 1}`, 'MAP {}', `MAP {'k': NULL, 'l': 2}`),
]

interface Column {
  readonly name: string
  readonly family: number
}

interface Part {
  /** By column: its type's place in the family, or null where the file has no such column. */
  readonly types: readonly (number | null)[]
  readonly rows: readonly (readonly (string | null)[])[]
}

const lake = fc
  .uniqueArray(fc.record({name: fc.constantFrom(...NAMES), family: fc.nat(FAMILIES.length - 1)}), {
    selector: ({name}) => name,
    minLength: 1,
  })
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      parts: fc.array(partOf(columns), {minLength: 1, maxLength: 5}),
      outputs: fc.integer({min: 1, max: 3}),
    }),
  )

function partOf(columns: readonly Column[]): fc.Arbitrary<Part> {
  const types = columns.map(({family}) => fc.option(fc.nat(FAMILIES[family]!.length - 1), {freq: 4}))
  const row = columns.map(({family}) => fc.option(VALUES[family]!, {freq: 4}))
  return fc.record({types: fc.tuple(...types), rows: fc.array(fc.tuple(...row), {maxLength: 8})})
}

/** A struct's own fields of a value that has all of them. */
function valueSql(value: string | null, type: string): string {
  if (value === null) return `CAST(NULL AS ${type})`
  if (!type.startsWith('STRUCT')) return `CAST(${value} AS ${type})`
  const fields = ['x', 'y z', 'w'].filter((field) => type.includes(field))
  const packed = fields.map((field) => `"${field}" := struct_extract(v, '${field}')`)
  return `(SELECT CAST(struct_pack(${packed.join(', ')}) AS ${type}) FROM (SELECT ${value} AS v))`
}

function selectOf(columns: readonly Column[], {types, rows}: Part): string {
  const held = columns.flatMap((column, index) => {
    const type = types[index]
    return type === null || type === undefined ? [] : [{...column, index, type: FAMILIES[column.family]![type]!}]
  })
  const select = (row: readonly (string | null)[] | null): string =>
    `SELECT ${['1 AS always', ...held.map(({name, index, type}) => `${valueSql(row?.[index] ?? null, type)} AS "${name.replaceAll('"', '""')}"`)].join(', ')}`
  if (rows.length === 0) return `${select(null)} WHERE false`
  return rows.map(select).join(' UNION ALL ')
}

type Row = Readonly<Record<string, unknown>>

/** A value as text that is the same in every type that holds it; a field that is not there is NULL. */
function canonical(value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(([name, field]) => [name, canonical(field)] as const)
    return Object.fromEntries(
      fields.filter(([, field]) => field !== null).sort(([left], [right]) => (left < right ? -1 : 1)),
    )
  }
  return value
}

/** Rows of objects in their order, by a reader that shares nothing with DuckDB. */
async function rowsOf(bench: MergeBench, keys: readonly string[], columns: readonly Column[]): Promise<Row[]> {
  const all: Row[] = []
  for (const key of keys) {
    const bytes = readFileSync(await bench.copyOf(key))
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
    for (const row of await parquetReadObjects({file})) {
      all.push(Object.fromEntries(columns.map(({name}) => [name, canonical(row[name])])))
    }
  }
  return all
}

describe('merged rows', () => {
  let bench: MergeBench

  beforeAll(async () => {
    bench = await MergeBench.open()
  })

  afterAll(() => bench.close())

  it('are those of the files, one after the other, whatever columns and types each has', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(lake, async ({columns, parts, outputs}) => {
        run += 1
        const sources: MergeSource[] = []
        for (const [index, part] of parts.entries())
          sources.push(await bench.parquet(join(`${run}`, `${index}.parquet`), selectOf(columns, part)))
        const result = await bench.merge(sources, [], {outputs, keyOf: (n) => `${run}/out-${n}.parquet`})
        const merged = await rowsOf(
          bench,
          result.objects.map(({key}) => key),
          columns,
        )
        expect(merged).toEqual(
          await rowsOf(
            bench,
            sources.map(({key}) => key),
            columns,
          ),
        )
      }),
      {numRuns: 30},
    )
  })
})
