import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {mappingOf} from '../../../src/lib/lake/hash.js'
import {readDefinition} from '../../../src/lib/lake/read.js'
import {resolveDefinition} from '../../../src/lib/lake/resolve.js'
import {
  compileAthena,
  readExportLine,
  readItem,
  type Column,
  type DynamoItem,
  type TableMapping,
} from '../../../src/lib/mapping/index.js'
import {writeSampleExport} from '../../../src/lib/sample/index.js'
import {HEAD} from '../../lake/definition-text.js'
import {everyTypeMapping, hostileItem, hostileNamesMapping, item} from '../../mapping/arbitrary-items.js'
import {mapByFunction, SqlMapper} from '../../mapping/map-items.js'
import {EXPORT_TIME, inFolder, readExport} from '../../sample/exports.js'
import {labSettings} from '../lab-settings.js'
import {AthenaLines} from './athena-lines.js'
import {hiveRows, mapByAthena} from './athena-mapper.js'
import {anyMapping, hardItems, oneReadingMappings, wildItem} from './athena-mapping-cases.js'

/** More of them: `SLUICE_LAB_ITEMS=2000`. Another seed: `SLUICE_LAB_SEED=7`. */
const ITEMS = Number(process.env['SLUICE_LAB_ITEMS'] ?? 250)
const SEED = Number(process.env['SLUICE_LAB_SEED'] ?? 1)
const MAPPINGS = Math.ceil(ITEMS / 60)

let lines: AthenaLines
let duckdb: SqlMapper

beforeAll(async () => {
  lines = await AthenaLines.open(labSettings())
  duckdb = await SqlMapper.open()
})
afterAll(async () => {
  lines.close()
  await duckdb.close()
})

async function expectAgreement(mapping: TableMapping, items: readonly unknown[], form?: 'json'): Promise<void> {
  const texts = items.map((one) => JSON.stringify({Item: one}))
  const expected = mapByFunction(mapping, items)
  const rows = await mapByAthena(lines, mapping, texts)
  expect(rows.map(({className: _, ...row}) => row)).toEqual(hiveRows(expected))
  expect(await duckdb.map(mapping, items, form)).toEqual(expected)
}

const sample = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number, offset = 0): Value[] =>
  fc.sample(arbitrary, {numRuns, seed: SEED + offset})

describe('the rows of Athena, of DuckDB and of the row function are the same', () => {
  it('for random items of every type and tag', async () => {
    await expectAgreement(everyTypeMapping, sample(item, ITEMS))
    await expectAgreement({...everyTypeMapping, when: [], skip: []}, sample(item, ITEMS, 1))
  })

  it('for random mappings', async () => {
    for (const [index, mapping] of sample(anyMapping, MAPPINGS).entries()) {
      await expectAgreement(mapping, sample(item, 60, index + 2))
    }
  })

  it('for attributes of any name, and for the rest of them', async () => {
    await expectAgreement(hostileNamesMapping, sample(hostileItem, ITEMS))
  })

  it('for JSON that DynamoDB never writes', async () => {
    await expectAgreement({...everyTypeMapping, when: [], skip: []}, sample(wildItem, ITEMS), 'json')
  })

  it.each(oneReadingMappings.map((mapping) => [mapping.table, mapping] as const))(
    'for values at every edge read as %s',
    async (_, mapping) => {
      await expectAgreement(mapping, hardItems)
    },
  )

  it('for claims of a sample, some with defects', async () => {
    const lake = resolveDefinition(
      readDefinition(`${HEAD}blueprint: claims\n`, '/lakes/sluice.yaml', 'sluice.yaml'),
      'local',
    )
    const mapping = mappingOf(lake.tables[0]!)
    const texts = await inFolder(async (ports, root) => {
      const {folder} = await writeSampleExport(
        {items: 4 * ITEMS, errorRate: 0.05, exportTime: EXPORT_TIME, seed: SEED},
        ports,
      )
      return (await readExport(root, folder)).flatMap((file) => file.lines)
    })
    await expectAgreement(
      mapping,
      texts.map((text) => (JSON.parse(text) as {Item: unknown}).Item),
    )
  })
})

const source = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const
const id: Column = {...source, name: 'id', type: 'string', from: 'id'}
const tableOf = (columns: readonly Column[]): TableMapping => ({
  table: 't',
  key: ['id'],
  columns: [id, ...columns],
  partition: null,
  when: [],
  skip: [],
})

describe('a line', () => {
  const half = '\\ud83d'
  const good = '{"Item":{"id":{"S":"k"}}}'

  it.each<[string, string | Buffer, string | null]>([
    ['with white space', ' \t{ "Item" : { "id" : { "S" : "k" } } } \t', 'k'],
    ['with other members', '{"Other":[1],"Item":{"id":{"S":"k"}},"More":"x"}', 'k'],
    ['with escapes', `{"\\u0049tem":{"\\u0069d":{"\\u0053":"\\u0041${half}\\ude00\\u00e9\\/"}}}`, 'A😀é/'],
    ['with characters above U+FFFF', '{"Item":{"id":{"S":"😀"}}}', '😀'],
    ['with an escaped backslash before what looks like half a pair', `{"Item":{"id":{"S":"\\${half}"}}}`, half],
    ['with half a pair', `{"Item":{"id":{"S":"k"},"x":{"S":"${half}"}}}`, null],
    ['with the other half', '{"Item":{"id":{"S":"k"},"x":{"S":"\\ude00"}}}', null],
    ['with two first halves and a second one', `{"Item":{"id":{"S":"k"},"x":{"S":"${half}${half}\\ude00"}}}`, null],
    ['with half a pair in a name', `{"Item":{"id":{"S":"k"},"${half}":{"S":"x"}}}`, null],
    ['of no UTF-8', Buffer.from(good.replace('k', '\u00ff'), 'latin1'), null],
    [
      'with half a character',
      Buffer.concat([Buffer.from('{"Item":{"id":{"S":"'), Buffer.from([0xe2, 0x82]), Buffer.from('"}}}')]),
      null,
    ],
    [
      'with a surrogate in UTF-8',
      Buffer.concat([Buffer.from('{"Item":{"id":{"S":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}}}')]),
      null,
    ],
    ['with a byte order mark', `\ufeff${good}`, null],
    ['with a control character', '{"Item":{"id":{"S":"\u0002"}}}', null],
    ['that is cut off', good.slice(0, -1), null],
    ['with more behind it', `${good} {}`, null],
    ['without an item', '{"Other":{}}', null],
    ['with an item that is no object', '{"Item":[{"id":{"S":"k"}}]}', null],
    ['of null', 'null', null],
    ['of a list', '[{"Item":{"id":{"S":"k"}}}]', null],
    ['of nothing', '', null],
    ['of no JSON', "{'Item':{'id':{'S':'k'}}}", null],
    ['with no number', '{"Item":{"id":{"S":"k"},"x":{"N":NaN}}}', null],
    ['with a name twice', '{"Item":{"id":{"S":"j"},"id":{"S":"k"}}}', 'k'],
  ])('%s', async (_, line, key) => {
    const bytes = Buffer.from(line)
    // The mark at the begin of a file is dropped before SQL sees the first line.
    const [, row] = await mapByAthena(lines, tableOf([]), [good, line])
    expect(row?.values?.['id'] ?? row?.className).toBe(key ?? 'noItem')
    // The strict reader refuses two equal names; where any item will do, the last one counts.
    const read = 'item' in readExportLine(bytes) || row?.className !== 'noItem' ? readItem(bytes) : null
    expect(read !== null && 'item' in read ? read.item['id']?.['S'] : null).toBe(key)
  })

  it('gives the number behind a number without quotes', async () => {
    const columns: Column[] = [
      {...source, name: 'amount', type: 'decimal(9,2)', from: 'n'},
      {...source, name: 'score', type: 'double', from: 'n', inexact: 'round'},
    ]
    const texts = ['1.50', '5', '-0.25', '1e3'].map((n) => `{"Item":{"id":{"S":"k"},"n":{"N":${n}}}}`)
    const rows = await mapByAthena(lines, tableOf(columns), texts)
    expect(rows.map(({values}) => [values?.['amount'], values?.['score']])).toEqual([
      ['1.50', 1.5],
      ['5.00', 5],
      ['-0.25', -0.25],
      ['1000.00', 1000],
    ])
  })
})

it('has the same small letters', async () => {
  const letters = Array.from({length: 0x110000}, (_, point) => point).filter(
    (point) => point < 0xd800 || point > 0xdfff,
  )
  const chunks = Array.from({length: 136}, (_, index) => letters.slice(index * 8192, (index + 1) * 8192))
  const texts = chunks.map((chunk) => JSON.stringify({Item: {id: {S: 'k'}, a: {S: String.fromCodePoint(...chunk)}}}))
  const mapping = tableOf([{name: 'x', type: 'string', derive: {lower: ['$a']}, class: 'internal'}])
  const items = texts.map((text) => (JSON.parse(text) as {Item: DynamoItem}).Item)
  const expected = mapByFunction(mapping, items).map(({values}) => values?.['x'])
  const rows = await mapByAthena(lines, mapping, texts)
  expect(rows.findIndex(({values}, index) => values?.['x'] !== expected[index])).toBe(-1)
})

it('compares numbers by value, whatever their types', async () => {
  const pairs = [
    ['i', 'b'],
    ['i', 'd2'],
    ['d2', 'd3'],
    ['b', 'd3'],
    ['w', 'f'],
    ['w', 'w'],
  ] as const
  const columns: Column[] = [
    {...source, name: 'i', type: 'integer', from: 'n'},
    {...source, name: 'b', type: 'bigint', from: 'n'},
    {...source, name: 'd2', type: 'decimal(18,2)', from: 'n'},
    {...source, name: 'd3', type: 'decimal(20,3)', from: 'n'},
    {...source, name: 'w', type: 'decimal(38,0)', from: 'w'},
    {...source, name: 'f', type: 'decimal(38,38)', from: 'f'},
    ...pairs.flatMap(([a, b]): Column[] => [
      {name: `equal_${a}_${b}`, type: 'boolean', derive: {equal: [a, b]}, class: 'internal'},
      {name: `differ_${a}_${b}`, type: 'boolean', derive: {not_equal: [a, b]}, class: 'internal'},
    ]),
  ]
  const wide = {N: '12345678901234567890123456789012345678'}
  const item = {id: {S: 'k'}, n: {N: '5'}, w: wide, f: {N: '0.5'}}
  const rows = await mapByAthena(lines, tableOf(columns), [
    JSON.stringify({Item: item}),
    JSON.stringify({Item: {...item, f: undefined, n: undefined}}),
  ])
  const answers = rows.map(({values}) =>
    pairs.map(([a, b]) => [values?.[`equal_${a}_${b}`], values?.[`differ_${a}_${b}`]]),
  )
  const [yes, no, none] = [
    [true, false],
    [false, true],
    [null, null],
  ]
  expect(answers).toEqual([
    [yes, yes, yes, yes, no, yes],
    [none, none, none, none, none, yes],
  ])
})

it('leaves out what a condition of the load leaves out, and counts faults before it', async () => {
  const mapping = tableOf([{...source, name: 'n', type: 'integer', from: 'n'}])
  const items = [
    {id: {S: 'a'}, n: {N: '1'}},
    {id: {S: 'b'}, n: {N: '2'}},
    {id: {S: 'c'}},
    {id: {S: 'd'}, n: {S: 'x'}},
    {n: {N: '1'}},
  ]
  const texts = items.map((one) => JSON.stringify({Item: one}))
  const classesOf = async (where: string | null): Promise<string[]> =>
    (await mapByAthena(lines, mapping, texts, {where})).map(({className}) => className)
  expect(await classesOf(null)).toEqual(['upsert', 'upsert', 'upsert', 'quarantined', 'noKey'])
  expect(await classesOf('n = 1')).toEqual(['upsert', 'filtered', 'filtered', 'filtered', 'noKey'])
  expect(await classesOf("id <> 'b'")).toEqual(['upsert', 'filtered', 'upsert', 'quarantined', 'noKey'])
})

it('takes a table of many columns', async () => {
  const types = ['decimal(18,2)', 'timestamp', 'string', 'bigint']
  const columns = Array.from({length: 150}, (_, index): Column => ({
    ...source,
    name: `c${index}`,
    type: types[index % 4]!,
    from: `attribute${index}`,
    ...(index % 4 === 1 ? {format: 'iso'} : {}),
  }))
  const attributes = Object.fromEntries(
    columns.map((_, index) => [
      `attribute${index}`,
      index % 4 === 1 || index % 4 === 2 ? {S: `${EXPORT_TIME.toISOString()}`} : {N: '12'},
    ]),
  )
  const items = [
    {id: {S: 'k'}, ...attributes},
    {id: {S: 'l'}, ...attributes, attribute149: {BOOL: true}},
  ]
  await expectAgreement(tableOf(columns), items)
})

describe('rows that are written', () => {
  const target = async (table: string, sql: string): Promise<string> => {
    const name = table.replace('lines', 'target')
    const location = `s3://lab-warehouse/${name.replace('.', '/')}/`
    const partition = `ARRAY['year', 'kind']`
    await lines.rows(
      `CREATE TABLE ${name} WITH (format = 'PARQUET', external_location = '${location}', partitioned_by = ${partition}) AS ${sql}`,
    )
    return name
  }
  const mapping: TableMapping = {
    ...everyTypeMapping,
    when: [],
    skip: [],
    partition: {
      ...everyTypeMapping.partition!,
      by: [
        {name: 'year', derive: {format_date: ['created_at', '%Y']}},
        {name: 'kind', derive: {slice_before: ['title', '/']}},
      ],
    },
  }
  const title = (S: string): object => ({
    id: {S: 'k'},
    strict: {N: '1'},
    needed: {S: ''},
    'a.b "c" $x': {S},
    createdAt: {S: '2026-01-14T10:18:50Z'},
  })
  const items = [...sample(item, 40), ...['a/', '/', "o'=%/", 'é/', 'no'].map(title)]

  it('are the rows that were read, in partitions by the rules of Hive', async () => {
    const {columns, partitionColumns, rowsSql} = compileAthena(mapping)
    const table = await lines.table(items.map((one) => JSON.stringify({Item: one})))
    const rows = rowsSql(table, {version: 1_768_385_930_000_000n, sourceRank: 0, source: 'run'})
    const names = [...columns, ...partitionColumns].join(', ')
    const isStored = '_class IN (0, 1) AND NOT _unwritable'
    const written = await target(table, `SELECT ${names} FROM ${rows} WHERE ${isStored}`)
    const ofPartition = `SELECT DISTINCT regexp_extract("$path", 'year=2026/(kind=[^/]*)', 1) FROM ${written} WHERE year = '2026'`
    expect((await lines.rows(ofPartition)).flat()).toEqual(
      expect.arrayContaining(['kind=a', 'kind=o%27%3D%25', 'kind=__HIVE_DEFAULT_PARTITION__']),
    )
    const sums = [...columns, ...partitionColumns].map((name) => `to_hex(checksum(${name}))`).join(', ')
    const digest = (from: string): string => `SELECT count(*), ${sums} FROM ${from}`
    const [[read], [stored]] = [
      await lines.rows(digest(`${rows} WHERE ${isStored}`)),
      await lines.rows(digest(written)),
    ]
    expect(stored).toEqual(read)
    expect(await lines.rows(`SELECT count(*) FROM ${rows} WHERE _unwritable AND _class = 0`)).toEqual([['1']])
  })
})
