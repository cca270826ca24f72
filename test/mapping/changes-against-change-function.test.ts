import fc from 'fast-check'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {compileDuckdb} from '../../src/lib/mapping/index.js'
import {change, noChange, noImage} from './arbitrary-changes.js'
import {changeTable} from './change-tables.js'
import {ChangeMapper, changesByFunction} from './map-changes.js'

const RUNS = Number(process.env['SLUICE_RUNS'] ?? 40)
const timeout = 60_000 + RUNS * 1000

let sql: ChangeMapper

beforeAll(async () => {
  sql = await ChangeMapper.open()
})
afterAll(() => sql.close())

const line = fc.oneof({weight: 20, arbitrary: change}, {weight: 1, arbitrary: noChange})

it(
  'gives the same rows by both forms of SQL and by the change function, for random changes of random tables',
  {timeout},
  async () => {
    await fc.assert(
      fc.asyncProperty(
        changeTable,
        fc.array(line, {minLength: 1, maxLength: 120, size: 'max'}),
        async (mapping, lines) => {
          const expected = changesByFunction(mapping, lines)
          expect(await sql.map(mapping, lines, 'json')).toEqual(expected)
          const isOfStruct = compileDuckdb(mapping, {shape: 'changes'}).itemType !== 'JSON'
          if (isOfStruct) expect(await sql.map(mapping, lines, 'struct')).toEqual(expected)
        },
      ),
      {numRuns: RUNS},
    )
  },
)

it('takes nothing else for an image', {timeout}, async () => {
  await fc.assert(
    fc.asyncProperty(
      changeTable,
      fc.array(noImage, {minLength: 1, maxLength: 60, size: 'max'}),
      async (mapping, lines) => {
        expect(await sql.map(mapping, lines, 'json')).toEqual(changesByFunction(mapping, lines))
      },
    ),
    {numRuns: Math.ceil(RUNS / 4)},
  )
})
