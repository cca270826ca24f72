import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tellCases} from '../../fault/fault-points.js'
import {hasTrino} from '../checks/lab-clients.js'
import {contentOf, namedObjects, objectsOf} from './changelog-content.js'
import {expectBeforeOrAfter, expectEnd, nameOf, recover, type Sights} from './fault-cases.js'
import {FaultBench, type FaultLake} from './fault-lake.js'
import {sightsOf} from './load-faults.js'
import {athenaFaults, listedPoints} from './points-list.js'
import {meetOnWire, type WireFault} from './wire-faults.js'

const LONG_MS = 300_000

describe.runIf(hasTrino)('a load by Athena that meets a fault', () => {
  const points = listedPoints('athena')
  const met: WireFault[] = []
  let bench: FaultBench
  let sights: Sights
  let undisturbed: Awaited<ReturnType<typeof contentOf>>

  beforeAll(async () => {
    bench = await FaultBench.make('single', 'claims', 'athena')
    sights = await sightsOf(bench)
    const byDuckdb = await bench.lake()
    await byDuckdb.succeed(...byDuckdb.loadBy('duckdb'))
    undisturbed = await contentOf(byDuckdb.place)
    expect(Number(undisturbed.rows['_rows'])).toBeGreaterThanOrEqual(bench.story.rows.after)
  }, LONG_MS)

  afterAll(async () => {
    tellCases('a load by Athena on AWS', points.length, met.length)
    await bench.close()
  })

  async function expectUndisturbed(lake: FaultLake): Promise<void> {
    expect(await lake.rows()).toEqual(sights.after)
    expect(await contentOf(lake.place)).toEqual(undisturbed)
    expect(await objectsOf(lake.place)).toEqual(await namedObjects(lake.place))
    expect(await lake.keysBelow('_sluice/locks/')).toEqual([])
  }

  for (const fault of athenaFaults(points)) {
    it(nameOf(fault), {timeout: LONG_MS}, async () => {
      const lake = await bench.lake()
      const ended = await meetOnWire(lake, fault, lake.load)
      if (ended === null) throw new Error('the load never came there')
      expectEnd(ended, fault)
      const isAfter = await expectBeforeOrAfter(lake, sights)
      if (ended.exit === 0) expect(isAfter).toBe(true)
      await recover(lake, [])
      await expectUndisturbed(lake)
      met.push(fault)
    })
  }
})
