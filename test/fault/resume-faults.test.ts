import {afterAll, describe, expect, it} from 'vitest'
import {FaultBench} from './fault-bench.js'
import {atEach, expectBeforeOrAfter, expectEnd, expectLoaded, killsOf, stateOf} from './fault-cases.js'
import {tellCases} from './fault-points.js'
import type {Fault} from './faulty-ports.js'

const bench = await FaultBench.make()
afterAll(() => bench.close())

/** How far the first process comes: to its start, staged, and published without a word of it in the journal. */
const FIRST_KILLS: readonly Fault[] = [
  {kind: 'kill-after', point: 'store.write _sluice/operations/<operation>/journal/0000000001.ndjson'},
  {kind: 'kill-after', point: 'store.write _sluice/operations/<operation>/journal/0000000002.ndjson'},
  {kind: 'kill-after', point: 'store.write claims__runs/<export>.1.json'},
]

describe('a resume that is killed', () => {
  for (const first of FIRST_KILLS) {
    it(`after ${first.point}`, async () => {
      const half = await bench.lake()
      const killed = half.start(first)
      expectEnd(killed, first, await killed.endOf(() => killed.load()))
      const whole = await bench.lake(half)
      const resumed = whole.start()
      await resumed.recover()
      await expectLoaded(whole)

      const kills = killsOf(resumed)
      tellCases('a resume', resumed.points.length, kills.length)
      await atEach(kills, async (fault) => {
        const lake = await bench.lake(half)
        const second = lake.start(fault)
        expectEnd(second, fault, await second.endOf(() => second.recover()))
        await expectBeforeOrAfter(lake)
        const wasDone = (await stateOf(lake)) === 'done'
        await lake.start().recover()
        await expectLoaded(lake, wasDone)
        await lake.remove()
      })
    })
  }

  it('ten times in a row, each time a little later', async () => {
    const lake = await bench.lake()
    const changes = [...(await changesOf())]
    for (let kills = 0; kills < 10; kills += 1) {
      const point = changes[Math.min(kills, changes.length - 1)]!
      const process = lake.start({kind: 'kill-before', point})
      await process.endOf(() => process.recover())
      await expectBeforeOrAfter(lake)
    }
    await lake.start().recover()
    await expectLoaded(lake)
  })
})

async function changesOf(): Promise<ReadonlySet<string>> {
  const process = (await bench.lake()).start()
  await process.load()
  expect(process.changes.size).toBeGreaterThan(10)
  return process.changes
}
