import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {MEETS_ALL, tellCases} from '../../fault/fault-points.js'
import {hasTrino} from '../checks/lab-clients.js'
import {expectBeforeOrAfter, expectClean, expectEnd, nameOf, rowObjects} from './fault-cases.js'
import {FaultBench, type FaultLake} from './fault-lake.js'
import {killedAt, sightsOf} from './load-faults.js'
import {chosenFaults, listedPoints, type ListedWork, type Sample} from './points-list.js'
import {meetOnWire, type WireFault} from './wire-faults.js'

const LONG_MS = 300_000
const SAMPLES: Readonly<Record<'undo' | 'cancel' | 'gc', Sample>> = {
  undo: {decisive: 1, changes: 0, looks: 0},
  cancel: {decisive: 0, changes: 1, looks: 0},
  gc: {decisive: 0, changes: 1, looks: 0},
}
const GC = ['ops', 'gc', '--grace-hours', '0', '--yes']

function faultsOf(work: ListedWork & keyof typeof SAMPLES): WireFault[] {
  return chosenFaults(listedPoints(work), SAMPLES[work])
}

describe.runIf(hasTrino)('what is taken back on AWS', () => {
  let bench: FaultBench
  let loaded: readonly string[]
  const met = {undo: 0, cancel: 0, gc: 0}

  beforeAll(async () => {
    bench = await FaultBench.make('single')
    loaded = (await sightsOf(bench)).after
  }, LONG_MS)

  afterAll(async () => {
    for (const work of ['undo', 'cancel', 'gc'] as const)
      tellCases(`${work} on AWS`, listedPoints(work).length, met[work])
    await bench.close()
  })

  /** The command meets the fault, and is repeated without it. */
  async function meetTwice(lake: FaultLake, fault: WireFault, argv: readonly string[]): Promise<void> {
    const ended = await meetOnWire(lake, fault, argv)
    if (ended === null) throw new Error('the command never came there')
    expectEnd(ended, fault)
    await expectBeforeOrAfter(lake, {before: [], after: loaded})
    expect(await lake.run(...argv)).toMatchObject({exit: 0, stderr: ''})
    expect(await lake.rows()).toEqual([])
  }

  /** After gc nothing of the load is left but its journal and the mark of what it was. */
  async function expectGone(lake: FaultLake): Promise<void> {
    await expectClean(lake, 1)
    expect(await rowObjects(lake)).toEqual([])
  }

  describe('an undo that meets a fault', () => {
    for (const fault of faultsOf('undo')) {
      it(nameOf(fault), {timeout: LONG_MS}, async () => {
        const lake = await bench.lake()
        await lake.succeed(...lake.load)
        await meetTwice(lake, fault, ['ops', 'undo', (await lake.operations()).at(-1)!, '--yes'])
        await expectGone(lake)
        met.undo += 1
      })
    }
  })

  describe('a cancel that meets a fault', () => {
    for (const fault of faultsOf('cancel')) {
      it(nameOf(fault), {timeout: LONG_MS}, async () => {
        const lake = await killedAt(bench, MEETS_ALL ? 'kill-after' : 'kill-before')
        await meetTwice(lake, fault, ['ops', 'cancel', (await lake.operations()).at(-1)!, '--yes'])
        await expectGone(lake)
        met.cancel += 1
      })
    }
  })

  describe('a gc that meets a fault', () => {
    for (const fault of faultsOf('gc')) {
      it(nameOf(fault), {timeout: LONG_MS}, async () => {
        const lake = await killedAt(bench, 'kill-before')
        await lake.succeed('ops', 'cancel', (await lake.operations()).at(-1)!, '--yes')
        expect(await rowObjects(lake)).toHaveLength(3)
        await meetTwice(lake, fault, GC)
        await expectGone(lake)
        met.gc += 1
      })
    }
  })
})
