import fc from 'fast-check'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {compileDuckdb} from '../../src/lib/mapping/index.js'
import {everyTypeMapping, hostileItem, hostileNamesMapping, item} from './arbitrary-items.js'
import {mapByFunction, SqlMapper} from './map-items.js'

let sql: SqlMapper

beforeAll(async () => {
  sql = await SqlMapper.open()
})
afterAll(() => sql.close())

it('gives the same rows by both forms of SQL and by the row function, for random items', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, {minLength: 1, maxLength: 150, size: 'max'}), async (items) => {
      const expected = mapByFunction(everyTypeMapping, items)
      expect(await sql.map(everyTypeMapping, items, 'struct')).toEqual(expected)
      expect(await sql.map(everyTypeMapping, items, 'json')).toEqual(expected)
    }),
    {numRuns: 12},
  )
})

it('reads attributes of any name, and leaves the others in the rest', async () => {
  expect(compileDuckdb(hostileNamesMapping).itemType).toBe('JSON')
  await fc.assert(
    fc.asyncProperty(fc.array(hostileItem, {minLength: 1, maxLength: 150, size: 'max'}), async (items) => {
      expect(await sql.map(hostileNamesMapping, items)).toEqual(mapByFunction(hostileNamesMapping, items))
    }),
    {numRuns: 12},
  )
})
