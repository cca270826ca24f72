import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it, test} from 'vitest'
import {compileRowFunction, type DynamoItem, type TableMapping} from '../../src/lib/mapping/index.js'
import {everyTypeMapping, hostileNamesMapping} from './arbitrary-items.js'
import {LOAD_DAY, mapByFunction, SqlMapper} from './map-items.js'

const everyItem: TableMapping = {...everyTypeMapping, when: [], skip: []}

let sql: SqlMapper

beforeAll(async () => {
  sql = await SqlMapper.open()
})
afterAll(() => sql.close())

const HOSTILE_VALUES = [
  5,
  'text',
  true,
  null,
  [],
  [{S: 'x'}],
  {},
  {S: null},
  {S: 5},
  {S: {S: 'x'}},
  {S: ['x']},
  {N: 5},
  {N: true},
  {BOOL: 'true'},
  {BOOL: 1},
  {NULL: true},
  {NULL: false},
  {NULL: null},
  {NULL: true, S: 'x', N: '1', M: {}},
  {M: []},
  {M: null},
  {M: 'x'},
  {M: [{S: 'x'}]},
  {M: {deep: []}},
  {M: {deep: {M: {inner: {M: 5}}}}},
  {SS: 'x'},
  {SS: [null]},
  {SS: [5, true]},
  {NS: [{N: '1'}]},
  {BS: ['?']},
  {L: {}},
  {L: [null]},
  {L: [5, 'x']},
  {L: [{S: null}]},
  {L: [{S: 'x', N: '1'}, {N: 2}]},
  {toString: 'x'},
  JSON.parse('{"__proto__": {"S": "x"}}'),
]

const hostileValue = fc.oneof(
  fc.constantFrom(...HOSTILE_VALUES),
  fc.dictionary(
    fc.constantFrom('S', 'N', 'BOOL', 'NULL', 'M', 'L', 'SS', 'NS', 'BS', 'B'),
    fc.constantFrom<unknown>(null, 'x', '1', 'QQ==', true, 7, [], ['1'], [null], {}, {S: 'x'}, [{S: 'x'}]),
    {maxKeys: 3},
  ),
)
const names = [...new Set(everyItem.columns.flatMap((column) => ('from' in column ? [[column.from].flat()[0]!] : [])))]
const hostileItem = fc
  .tuple(fc.dictionary(fc.constantFrom(...names), hostileValue), fc.constantFrom({S: 'k'}, {S: 'k'}, {M: []}))
  .map(([attributes, id]) => ({...attributes, id}))

describe('what is no item of DynamoDB', () => {
  it('gives the same rows by SQL over JSON and by the row function', async () => {
    const items: unknown[] = [null, 5, 'text', [], [{id: {S: 'k'}}], {}, {id: {S: ''}}]
    for (const name of names) items.push(...HOSTILE_VALUES.map((value) => ({id: {S: 'k'}, [name]: value as unknown})))
    expect(await sql.map(everyItem, items, 'json')).toEqual(mapByFunction(everyItem, items))
  })

  it('does so for random ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileItem, {minLength: 1, maxLength: 200, size: 'max'}), async (items) => {
        expect(await sql.map(everyItem, items, 'json')).toEqual(mapByFunction(everyItem, items))
      }),
      {numRuns: 6},
    )
  })

  it('takes a list for no map, though a name may look like a position', async () => {
    const items = [
      {id: {S: 'k'}, map: {M: [{S: 'x'}, {S: 'x'}]}},
      {id: {S: 'k'}, map: {M: {'0': {S: 'x'}}}},
    ]
    const rows = mapByFunction(hostileNamesMapping, items)
    expect(await sql.map(hostileNamesMapping, items)).toEqual(rows)
    expect(rows.map(({values}) => values?.['nested_zero'])).toEqual([null, 'x'])
  })

  test('what is nested beyond all measure is set aside', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown
    const item = {id: {S: 'k'}, list: {L: deep}, title: {S: deep}, other: deep}
    const {columns} = everyItem
    const rest = {name: 'rest', type: 'string', derive: {rest: []}, class: 'internal'} as const
    const map = compileRowFunction({...everyItem, columns: [...columns, rest]}, LOAD_DAY)
    expect(map(item as unknown as DynamoItem)).toMatchObject({values: {list_json: null, title: null, rest: null}})
  })

  test('any JSON is a row or has no key, and nothing throws', () => {
    const map = compileRowFunction(everyItem, LOAD_DAY)
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), fc.jsonValue()), (any, attributes) => {
        for (const item of [any, attributes]) expect(['row', 'no_key']).toContain(map(item as DynamoItem).state)
      }),
    )
  })
})

describe('lines', () => {
  const lines = [
    '{"Item": { "id" : {"S":"k"} , "small":{"N":5} } }',
    '{"Other": 1}',
    '{"Item": null}',
    '{"Item":{"id":{"S":"\\u0041\\ud83d\\ude00"}}}',
  ]

  test.each(['struct', 'json'] as const)('read as %s: white space, no item, a number without quotes', async (form) => {
    const items = lines.map((line) => (JSON.parse(line) as {Item?: unknown}).Item)
    const rows = await sql.mapLines(everyItem, lines, form)
    expect(rows).toEqual(mapByFunction(everyItem, items))
    expect(rows.map(({state}) => state)).toEqual(['row', 'no_key', 'no_key', 'row'])
    expect(rows[0]?.values?.['small']).toBe(5)
  })
})
