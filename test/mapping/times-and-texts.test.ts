import {afterAll, beforeAll, describe, expect, it, test} from 'vitest'
import type {Derivation, SourceColumn, TableMapping} from '../../src/lib/mapping/index.js'
import {mapByFunction, SqlMapper} from './map-items.js'

const policies = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const
const id: SourceColumn = {...policies, name: 'id', type: 'string', from: 'id'}
const table = {table: 't', key: ['id'], partition: null, when: [], skip: []} as const

let sql: SqlMapper

beforeAll(async () => {
  sql = await SqlMapper.open()
})
afterAll(() => sql.close())

/** The values of `x`, or what is wrong with them, which SQL and the row function agree on. */
async function valuesOf(mapping: TableMapping, items: readonly object[]): Promise<unknown[]> {
  const rows = mapByFunction(mapping, items)
  expect(await sql.map(mapping, items)).toEqual(rows)
  return rows.map(({values, problem}) => problem?.split(' ')[1] ?? values?.['x'])
}

describe('a local time', () => {
  const local = (zone: string, inexact: SourceColumn['inexact']): TableMapping => ({
    ...table,
    columns: [id, {...policies, name: 'x', type: 'timestamp', from: 'x', format: 'iso_local', zone, inexact}],
  })
  const item = (text: string): object => ({id: {S: 'k'}, x: {S: text}})

  // [zone, local time, instant, instant under round]
  test.each([
    ['Europe/London', '2026-01-01T12:00:00', '2026-01-01T12:00:00.000Z', '2026-01-01T12:00:00.000Z'],
    ['Europe/London', '2026-07-01T12:00:00.25', '2026-07-01T11:00:00.250Z', '2026-07-01T11:00:00.250Z'],
    // Clocks go forward at 01:00 and back at 02:00: left out, and twice.
    ['Europe/London', '2026-03-29T00:59:59', '2026-03-29T00:59:59.000Z', '2026-03-29T00:59:59.000Z'],
    ['Europe/London', '2026-03-29T01:30:00', 'inexact', '2026-03-29T01:30:00.000Z'],
    ['Europe/London', '2026-03-29T02:00:00', '2026-03-29T01:00:00.000Z', '2026-03-29T01:00:00.000Z'],
    ['Europe/London', '2026-10-25T01:30:00', 'inexact', '2026-10-25T00:30:00.000Z'],
    ['Europe/London', '2026-10-25T02:00:00', '2026-10-25T02:00:00.000Z', '2026-10-25T02:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-05T01:45:00', 'inexact', '2026-04-04T14:45:00.000Z'],
    ['Pacific/Apia', '2011-12-30T12:00:00', 'inexact', '2011-12-30T22:00:00.000Z'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00.000Z', '2025-12-31T18:15:00.000Z'],
    ['UTC', '2026-01-01T00:00:00.0001', 'inexact', '2026-01-01T00:00:00.000Z'],
    ['UTC', '1899-12-31T00:00:00', 'inexact', 'inexact'],
    ['UTC', '2100-01-01T00:00:00', 'inexact', 'inexact'],
    ['UTC', '2026-02-30T00:00:00', 'wrong_type', 'wrong_type'],
    ['UTC', '2026-01-01T00:00:00Z', 'wrong_type', 'wrong_type'],
    ['UTC', '2026-01-01 00:00:00', 'wrong_type', 'wrong_type'],
  ])('%s %s is %s', async (zone, text, instant, rounded) => {
    expect(await valuesOf(local(zone, 'quarantine'), [item(text)])).toEqual([instant])
    expect(await valuesOf(local(zone, 'round'), [item(text)])).toEqual([rounded])
  })
})

describe('an expression over text', () => {
  const derived = (derive: Derivation): TableMapping => ({
    ...table,
    columns: [id, {name: 'x', type: 'string', derive, class: 'internal'}],
  })

  test.each<[Derivation, object, string | null]>([
    [{slice_after: ['$a', '#']}, {S: 'USER#7#8'}, '7#8'],
    [{slice_after: ['$a', '#']}, {S: 'USER#'}, ''],
    [{slice_after: ['$a', '#']}, {S: 'USER'}, null],
    [{slice_after: ['$a', '😀é']}, {S: '😀😀éx'}, 'x'],
    [{slice_before: ['$a', '#']}, {S: 'USER#7#8'}, 'USER'],
    [{slice_before: ['$a', '#']}, {S: '#7'}, ''],
    [{slice_before: ['$a', '\u0000']}, {S: 'a\u0000b'}, 'a'],
    [{lower: ['$a']}, {S: 'ÀΣ İ'}, 'àσ i'],
    [{trim: ['$a']}, {S: ' \t\r\n a b \u00a0\n'}, 'a b \u00a0'],
    [{coalesce: ['$b', '$a', 'id']}, {N: '1.50'}, '1.50'],
    [{coalesce: ['$b', '$a', 'id']}, {BOOL: true}, 'k'],
    [{coalesce: ['$b']}, {S: 'x'}, null],
    [{constant: ['$a']}, {S: 'x'}, '$a'],
  ])('%j of %j is %j', async (derive, attribute, expected) => {
    expect(await valuesOf(derived(derive), [{id: {S: 'k'}, a: attribute}])).toEqual([expected])
  })

  it('has the same small letters everywhere', async () => {
    const codePoints = Array.from({length: 0x110000}, (_, point) => point).filter(
      // No characters of their own: surrogates; and a mark that decoders of UTF-8 drop.
      (point) => (point < 0xd800 || point > 0xdfff) && point !== 0xfeff,
    )
    const chunks = Array.from({length: 550}, (_, index) => codePoints.slice(index * 2048, (index + 1) * 2048))
    const items = chunks.map((chunk) => ({id: {S: 'k'}, a: {S: `-${String.fromCodePoint(...chunk)}`}}))
    expect(await valuesOf(derived({lower: ['$a']}), items)).toHaveLength(items.length)
  })
})

describe('the rest', () => {
  const rest: TableMapping = {
    ...table,
    columns: [
      id,
      {...policies, name: 'zip', type: 'string', from: ['address', 'zip']},
      {name: 'after', type: 'string', derive: {slice_after: ['$code', '#']}, class: 'internal'},
      {name: 'x', type: 'string', derive: {rest: []}, class: 'internal'},
    ],
    skip: [{from: 'deletedAt', one_of: ['yes']}],
  }

  it('is what columns, expressions and conditions do not name; a map that is read in part stays whole', async () => {
    const address = {M: {zip: {S: '1'}, street: {S: 'x'}}}
    const named = {id: {S: 'k'}, code: {S: 'a#b'}, deletedAt: {S: 'no'}}
    const items = [named, {...named, address, Id: {S: 'twin'}, none: {NULL: true}}]
    expect(await valuesOf(rest, items)).toEqual([null, {address, Id: {S: 'twin'}, none: {NULL: true}}])
  })
})
