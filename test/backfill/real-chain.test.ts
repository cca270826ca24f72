import {expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import type {ExportFolder} from './export-folder.js'
import {answerOf, filesBelow, makeLake, openLake, refusalOf, type LakeFolder} from './lake-folder.js'
import {load, select} from './loads.js'
import type {Verified} from './verified.js'
import {hasRealExports, REAL_EXPORTS, realDefinition, textColumns} from './real-chain-fixture.js'

const DEFINITION = realDefinition([
  ...textColumns(['pk', 'sk', 'test', 'test1', 'test2', 'string']),
  '{name: number, type: bigint, from: number}',
  '{name: bset, type: "array<binary>", from: bset}',
  '{name: bin_update, type: string, from: bin_update, tag: BS}',
  '{name: list, type: string, from: list, tag: L}',
])

/** What the fixture's notice says of the table after all three exports: two keys are gone, eight live. */
const none = {test: null, test1: null, test2: null, string: null, number: null, bin_update: null, list: null}
const many = {...none, string: 'test', number: 12n, list: '[{"S":"test"},{"S":"1"}]'}
const LIVE = [
  {...none, pk: '1', sk: '2', test: 'test2'},
  {...none, pk: '1', sk: '3', test1: '1', test2: '2', bin_update: '["0000","0001"]'},
  {...none, pk: '2', sk: '1', test: 'test2'},
  {...none, pk: '2', sk: '2', test: 'test'},
  {...many, pk: '3', sk: '1'},
  {...many, pk: '3', sk: '2', number: null},
  {...many, pk: '3', sk: '3'},
  {...many, pk: '4', sk: '2', list: null},
]
const GAP = {from: '2026-01-14T10:18:50.622Z', to: '2026-01-14T10:20:00.000Z'}
const {full, first, second} = REAL_EXPORTS
const ORDERS = [
  [full, first, second],
  [full, second, first],
  [first, full, second],
  [first, second, full],
  [second, full, first],
  [second, first, full],
]
const ACCEPTED = {acceptEditedSummary: true, allowGap: true}

const folder = (uri: string): ExportFolder => ({uri, exportId: ''})
const live = (context: Context) =>
  select(
    context,
    'SELECT pk, sk, test, test1, test2, string, number, bin_update, list FROM items_current ORDER BY pk, sk',
  )

async function inLake(test: (lake: LakeFolder) => Promise<void>): Promise<void> {
  const lake = await makeLake(DEFINITION)
  try {
    await test(lake)
  } finally {
    await lake.remove()
  }
}

it.runIf(hasRealExports)('a chain with a gap is refused, and with --allow-gap loaded and marked', () =>
  inLake(async (lake) => {
    const exports = [second, full, first].flatMap((uri) => ['--export', uri])
    const run = ['backfill', 'run', ...exports, '--accept-edited-summary']
    const refused = await refusalOf(lake, ...run)
    expect(refused).toMatchObject({code: 'EXPORT_CHAIN_GAP', exit: 2})
    expect(refused.message).toContain('69 s')
    expect(await filesBelow(lake.root)).toEqual({})
    for (const changed of [true, false]) {
      expect(await answerOf(lake, ...run, '--allow-gap')).toMatchObject({
        exit: 0,
        document: {changed, items: 14, rows: 12, deleted: 2, quarantined: 0},
      })
      expect(await answerOf(lake, 'backfill', 'status')).toMatchObject({exit: 0, document: {tables: [{gaps: [GAP]}]}})
    }
    const verified = await answerOf<Verified>(lake, 'backfill', 'verify')
    expect(verified).toMatchObject({exit: 4, document: {state: 'unknown'}})
    const checks = [...verified.document.runs.flatMap((one) => one.checks), ...verified.document.checks]
    // Only of the gap nothing can be said.
    expect(checks.filter(({state}) => state !== 'pass').map(({name}) => name)).toEqual(['chain'])
    const context = await openLake(lake)
    expect(await live(context)).toEqual(LIVE)
    await context.close()
  }),
)

it.runIf(hasRealExports).each(ORDERS.map((order) => [order.map((uri) => uri.slice(-8)).join(', '), order] as const))(
  'loads of %s, one by one, each of them twice, give the same keys',
  (_, order) =>
    inLake(async (lake) => {
      const context = await openLake(lake)
      try {
        for (const uri of order) await load(context, folder(uri), ACCEPTED)
        expect(await live(context)).toEqual(LIVE)
        for (const uri of order) expect(await load(context, folder(uri), ACCEPTED)).toMatchObject({changed: false})
        expect(await live(context)).toEqual(LIVE)
      } finally {
        await context.close()
      }
    }),
)
