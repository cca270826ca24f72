import {afterAll, describe, expect, it} from 'vitest'
import {FaultBench} from './fault-bench.js'
import {atEach, expectBeforeOrAfter, expectEnd, expectGone, killsOf, stateOf} from './fault-cases.js'
import type {FaultLake} from './fault-lake.js'
import {tellCases} from './fault-points.js'
import type {FaultProcess} from './fault-process.js'
import type {Fault} from './faulty-ports.js'

const bench = await FaultBench.make()
const loaded = await bench.lake()
await loaded.start().load()
const rows = bench.after
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
  tellCases(what, undisturbed.points.length, kills.length)
  await atEach(kills, async (fault) => {
    const lake = await bench.lake(source)
    const killed = lake.start(fault)
    expectEnd(killed, fault, await killed.endOf(() => act(killed)))
    await expectBeforeOrAfter(lake)
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
    tellCases('a gc', undisturbed.points.length, kills.length)
    await atEach(kills, async (fault) => {
      const lake = await bench.lake(undone)
      const killed = lake.start(fault)
      expectEnd(killed, fault, await killed.endOf(async () => void (await killed.collectGarbage())))
      await expectGone(lake, 'undone')
      await lake.remove()
    })
  })
})
