import {afterAll, describe, expect, it} from 'vitest'
import {atEach, expectEnd, expectGone, expectNothingOr, killsOf, stateOf, tellRuns} from './fault-cases.js'
import {FaultBench, type FaultLake, type FaultProcess} from './fault-lake.js'
import type {Fault} from './faulty-ports.js'

const bench = await FaultBench.make()
const loaded = await bench.lake()
await loaded.start().load()
const rows = await loaded.current()
afterAll(() => bench.close())

async function meetKills(
  what: string,
  source: FaultLake,
  act: (process: FaultProcess) => Promise<void>,
  state: 'undone' | 'cancelled',
): Promise<void> {
  const whole = await bench.lake(source)
  const undisturbed = whole.start()
  await act(undisturbed)
  await expectGone(whole, state)

  const kills = killsOf(undisturbed)
  tellRuns(what, undisturbed.points.length, kills.length, kills.length)
  await atEach(kills, async (fault) => {
    const lake = await bench.lake(source)
    const killed = lake.start(fault)
    expectEnd(killed, fault, await killed.endOf(() => act(killed)))
    await expectNothingOr(lake, rows)
    await act(lake.start())
    expect(await lake.keys('_sluice/locks/')).toEqual([])
    await expectGone(lake, state)
    await lake.remove()
  })
}

it('an undo that is killed goes on when it is repeated', async () => {
  await meetKills('an undo', loaded, (process) => process.undo(), 'undone')
})

describe('a cancel that is killed goes on when it is repeated', () => {
  const ends: readonly (readonly [string, Fault])[] = [
    ['a planned load', {kind: 'kill-after', point: 'store.write _sluice/operations/<operation>/plan.ndjson'}],
    [
      'a staged load',
      {kind: 'kill-after', point: 'store.write _sluice/operations/<operation>/journal/0000000002.ndjson'},
    ],
    ['a load that was published unsaid', {kind: 'kill-after', point: 'store.write claims__runs/<export>.1.json'}],
    ['a load that could not publish', {kind: 'fail-before', point: 'store.write claims__runs/<export>.1.json'}],
  ]
  for (const [what, fault] of ends) {
    it(what, async () => {
      const half = await bench.lake()
      const first = half.start(fault)
      expectEnd(first, fault, await first.endOf(() => first.load()))
      await meetKills(`a cancel of ${what}`, half, (process) => process.cancel(), 'cancelled')
    })
  }
})

it('what was undone loads again, and undone again', async () => {
  const lake = await bench.lake(loaded)
  await lake.start().undo()
  // The first operation's id was taken by the copied load.
  lake.skipIds(1)
  await lake.start().load()
  expect(await lake.current()).toEqual(rows)
  await lake.start().undo()
  expect(await stateOf(lake)).toBe('undone')
  expect(await lake.current()).toEqual([])
})

describe('a gc that is killed goes on when it is repeated', () => {
  it('after an undo', async () => {
    const undone = await bench.lake(loaded)
    await undone.start().undo()
    const whole = await bench.lake(undone)
    const undisturbed = whole.start()
    await undisturbed.collectGarbage()
    const kills = killsOf(undisturbed)
    tellRuns('a gc', undisturbed.points.length, kills.length, kills.length)
    await atEach(kills, async (fault) => {
      const lake = await bench.lake(undone)
      const killed = lake.start(fault)
      expectEnd(killed, fault, await killed.endOf(async () => void (await killed.collectGarbage())))
      await expectGone(lake, 'undone')
      await lake.remove()
    })
  })
})
