import {afterAll, describe, expect, it} from 'vitest'
import {FaultBench} from './fault-bench.js'
import {atEach, expectBeforeOrAfter, expectEnd, expectLoaded, killsOf, stateOf} from './fault-cases.js'
import {tellCases} from './fault-points.js'
import type {FaultStory} from './fault-story.js'
import type {Fault} from './faulty-ports.js'

const JOURNAL = 'store.write _sluice/operations/<operation>/journal'

/** How far the first process comes: to its start, staged, and published without a word of it in the journal. */
const FIRST_KILLS: readonly (Fault & {readonly name: FaultStory['name']})[] = [
  {name: 'single', kind: 'kill-after', point: `${JOURNAL}/0000000001.ndjson`},
  {name: 'single', kind: 'kill-after', point: `${JOURNAL}/0000000002.ndjson`},
  {name: 'single', kind: 'kill-after', point: 'store.write claims__runs/<export>.1.json'},
  {name: 'chain', kind: 'kill-before', point: 'parquet.load claims #3'},
  {name: 'chain', kind: 'kill-after', point: `${JOURNAL}/0000000002.ndjson`},
  {name: 'chain', kind: 'kill-after', point: 'store.write claims__runs/<chain>.1.json'},
]

const benches = {single: await FaultBench.make('single'), chain: await FaultBench.make('chain')}
afterAll(() => Promise.all([benches.single.close(), benches.chain.close()]))

describe('a resume that is killed', () => {
  it.each(FIRST_KILLS)('of a $name load, $kind $point', async ({name, ...first}) => {
    const bench = benches[name]
    const half = await bench.lake()
    const killed = half.start(first)
    expectEnd(killed, first, await killed.endOf(() => killed.load()))
    const whole = await bench.lake(half)
    const resumed = whole.start()
    await resumed.recover()
    await expectLoaded(whole)

    const kills = killsOf(resumed)
    tellCases(`a resume of a ${name} load, ${first.kind} ${first.point}`, resumed.points.length, kills.length)
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

  it.each(['single', 'chain'] as const)('ten times in a row, each time a little later (%s)', async (name) => {
    const bench = benches[name]
    const undisturbed = (await bench.lake()).start()
    await undisturbed.load()
    const changes = [...undisturbed.changes]
    expect(changes.length).toBeGreaterThan(10)
    const lake = await bench.lake()
    for (const point of changes.slice(0, 10)) {
      const process = lake.start({kind: 'kill-before', point})
      await process.endOf(() => process.recover())
      await expectBeforeOrAfter(lake)
    }
    await lake.start().recover()
    await expectLoaded(lake)
  })
})
