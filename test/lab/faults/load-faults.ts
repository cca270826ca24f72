import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tellCases} from '../../fault/fault-points.js'
import {hasTrino} from '../checks/lab-clients.js'
import {expectEnd, meetLoadFault, nameOf, type Sights} from './fault-cases.js'
import {FaultBench, type FaultLake} from './fault-lake.js'
import {chosenFaults, listedPoints, LOAD_SAMPLES} from './points-list.js'
import type {StoryName} from './story.js'
import {meetOnWire, type WireFaultKind} from './wire-faults.js'

const LONG_MS = 300_000

/** Tests of a load that meets faults at the calls of its list. */
export function testLoadFaults(name: StoryName): void {
  const points = listedPoints(name)
  const faults = chosenFaults(points, LOAD_SAMPLES[name])
  describe.runIf(hasTrino)(`a load (${name}) on AWS that meets a fault`, () => {
    let bench: FaultBench
    let sights: Sights
    let met = 0

    beforeAll(async () => {
      bench = await FaultBench.make(name)
      sights = await sightsOf(bench)
    }, LONG_MS)

    afterAll(async () => {
      tellCases(`${name} load on AWS`, points.length, met)
      await bench.close()
    })

    for (const fault of faults) {
      it(nameOf(fault), {timeout: LONG_MS}, async () => {
        await meetLoadFault(await bench.lake(), fault, sights)
        met += 1
      })
    }
  })
}

/** What readers see around an undisturbed load. */
export async function sightsOf(bench: FaultBench): Promise<Sights> {
  const lake = await bench.lake()
  const before = await lake.rows()
  await lake.succeed(...lake.load)
  const after = await lake.rows()
  expect([before.length, after.length]).toEqual([bench.story.rows.before, bench.story.rows.after])
  return {before, after}
}

/** A lake whose load died before or after the write that admits it. */
export async function killedAt(bench: FaultBench, kind: WireFaultKind): Promise<FaultLake> {
  const lake = await bench.lake()
  const id = bench.story.name === 'single' ? '<export>' : '<chain>'
  const target = `<state>/sluice/claims__runs/${id}.1.json`
  const ended = await meetOnWire(
    lake,
    {kind, point: {service: 's3', operation: 'PutObject', target, nth: 1}},
    lake.load,
  )
  if (ended === null) throw new Error('the load admitted nothing')
  expectEnd(ended, {kind})
  return lake
}
