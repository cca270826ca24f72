import fc from 'fast-check'
import {afterEach, beforeEach, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import type {QueryValue} from '../../src/lib/ports/query-engine.js'
import type {ExportItem} from '../../src/lib/sample/index.js'
import {writeItems} from './export-folder.js'
import {definitionText, makeLake, openLake, type LakeFolder} from './lake-folder.js'
import {load, select} from './loads.js'

/** Every attribute of an item as a column of its own, whatever its type; what no column names is in `others`. */
const COLUMNS = [
  '{name: id, type: string, from: id}',
  '{name: a_text, type: string, from: "text.with dots"}',
  '{name: twin, type: string, from: TWIN}',
  '{name: other_twin, type: string, from: Twin}',
  '{name: a_number, type: string, tag: N, from: number}',
  '{name: money, type: "decimal(38,10)", from: money}',
  '{name: flag, type: boolean, from: flag}',
  '{name: bytes, type: binary, from: bytes}',
  '{name: texts, type: array<string>, from: texts}',
  '{name: numbers, type: string, tag: NS, from: numbers}',
  '{name: blobs, type: array<binary>, from: blobs}',
  '{name: list, type: string, tag: L, from: list}',
  '{name: map, type: string, tag: M, from: map}',
  '{name: inner, type: string, from: [path, "S", "a/b~c"]}',
  '{name: others, type: string, derive: {rest: []}}',
]

let lake: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake(definitionText({columns: COLUMNS, partition: 'null'}))
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

const text = fc.string({unit: 'grapheme', maxLength: 12}).filter((value) => !value.startsWith('\ufeff'))
const hostile = fc.oneof(
  text,
  fc.constantFrom('', 'null', '{"S":"x"}', 'a\u0000b', "o'hara", '\u001b[31m', 'línea\u2028'),
)
const digits = (max: number) => fc.string({unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max})
const number = fc.oneof(
  fc.integer().map(String),
  fc.tuple(digits(20), digits(18)).map(([whole, part]) => `1${whole}.${part}`),
  fc.tuple(digits(1), fc.integer({min: -130, max: 125})).map(([digit, power]) => `${digit}E${power}`),
  fc.constantFrom('0', '-0', '9'.repeat(38), '1E-130'),
)
const base64 = fc.uint8Array({maxLength: 9}).map((bytes) => Buffer.from(bytes).toString('base64'))
const set = <Value>(value: fc.Arbitrary<Value>) => fc.uniqueArray(value, {minLength: 1, maxLength: 4})
const name = fc.oneof(text, fc.constantFrom('S', 'M', 'Item', 'a.b', '$', '', '__proto_', 'x y', '"'))
const {attribute} = fc.letrec((tie) => ({
  attribute: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    hostile.map((S) => ({S})),
    number.map((N) => ({N})),
    fc.boolean().map((BOOL) => ({BOOL})),
    fc.constant({NULL: true}),
    base64.map((B) => ({B})),
    set(hostile).map((SS) => ({SS})),
    set(number).map((NS) => ({NS})),
    set(base64).map((BS) => ({BS})),
    fc.array(tie('attribute'), {maxLength: 3}).map((L) => ({L})),
    fc.dictionary(name, tie('attribute'), {maxKeys: 3}).map((M) => ({M})),
  ),
}))
const map = fc.dictionary(name, attribute, {maxKeys: 4}).map((M) => ({M}))
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, {nil: undefined})

const item = fc.record({
  'text.with dots': optional(hostile.map((S) => ({S}))),
  TWIN: optional(hostile.map((S) => ({S}))),
  Twin: optional(hostile.map((S) => ({S}))),
  number: optional(number.map((N) => ({N}))),
  money: optional(fc.tuple(fc.integer(), digits(10)).map(([whole, part]) => ({N: `${whole}.${part}`}))),
  flag: optional(fc.boolean().map((BOOL) => ({BOOL}))),
  bytes: optional(base64.map((B) => ({B}))),
  texts: optional(set(hostile).map((SS) => ({SS}))),
  numbers: optional(set(number).map((NS) => ({NS}))),
  blobs: optional(set(base64).map((BS) => ({BS}))),
  list: optional(fc.array(attribute, {maxLength: 4}).map((L) => ({L}))),
  map: optional(map),
  path: optional(hostile.map((S) => ({M: {S: {M: {'a/b~c': {S}}}}}))),
  'nobody knows': optional(attribute),
  'no:body "knows"': optional(attribute),
})

type Row = Readonly<Record<string, QueryValue>>

/** An item again, from a row alone; plain code that shares nothing with sluice. */
function itemOf(row: Row): Record<string, unknown> {
  const json = (column: string): unknown => JSON.parse(String(row[column]))
  const parts: Record<string, unknown> = {
    'text.with dots': row['a_text'] === null ? undefined : {S: row['a_text']},
    TWIN: row['twin'] === null ? undefined : {S: row['twin']},
    Twin: row['other_twin'] === null ? undefined : {S: row['other_twin']},
    number: row['a_number'] === null ? undefined : {N: row['a_number']},
    money: row['money'] === null ? undefined : {N: row['money']},
    flag: row['flag'] === null ? undefined : {BOOL: row['flag']},
    bytes: row['bytes'] === null ? undefined : {B: row['bytes']},
    texts: row['texts'] === null ? undefined : {SS: row['texts']},
    numbers: row['numbers'] === null ? undefined : {NS: json('numbers')},
    blobs: row['blobs'] === null ? undefined : {BS: row['blobs']},
    list: row['list'] === null ? undefined : {L: json('list')},
    map: row['map'] === null ? undefined : {M: json('map')},
    path: row['inner'] === null ? undefined : {M: {S: {M: {'a/b~c': {S: row['inner']}}}}},
    ...(row['others'] === null ? {} : (json('others') as object)),
  }
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
}

/** Money is a decimal(38,10): its text has ten decimals. */
function withTenDecimals(value: Record<string, unknown>): Record<string, unknown> {
  const money = value['money'] as {N: string} | undefined
  if (money === undefined) return value
  const [whole = '0', part = ''] = money.N.split('.')
  return {
    ...value,
    money: {
      N: /^-0$/.test(whole) && /^0*$/.test(part) ? `0.${part.padEnd(10, '0')}` : `${whole}.${part.padEnd(10, '0')}`,
    },
  }
}

it('an item of any attributes comes back from its row as it was', async () => {
  const run = {count: 0}
  await fc.assert(
    fc.asyncProperty(fc.array(item, {minLength: 1, maxLength: 40}), async (items) => {
      run.count += 1
      const time = new Date(Date.UTC(2026, 0, 1, 0, run.count)).toISOString()
      const known = items.map((entry) =>
        Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)),
      )
      const lines = known.map((entry, index) => ({id: {S: `id-${index}`}, ...entry})) as ExportItem[]
      const result = await load(context, await writeItems(lake, [lines], {time}))
      expect(result.problems).toEqual([])
      const rows = await select(context, 'SELECT * FROM items_current')
      expect(rows).toHaveLength(known.length)
      for (const row of rows) {
        const expected = known[Number(String(row['id']).slice('id-'.length))]!
        expect(itemOf(row)).toEqual(withTenDecimals(expected))
      }
    }),
    {numRuns: 12},
  )
}, 120_000)
