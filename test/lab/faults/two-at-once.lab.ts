import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {hasTrino} from '../checks/lab-clients.js'
import {contentOf, namedObjects, objectsOf} from './changelog-content.js'
import {expectClean} from './fault-cases.js'
import {FaultBench, type Ended, type FaultLake} from './fault-lake.js'
import {sightsOf} from './load-faults.js'
import {meetOnWire} from './wire-faults.js'

const LONG_MS = 300_000

describe.runIf(hasTrino)('two processes on one lake on AWS', () => {
  let bench: FaultBench
  let loaded: readonly string[]

  beforeAll(async () => {
    bench = await FaultBench.make('single')
    loaded = (await sightsOf(bench)).after
  }, LONG_MS)

  afterAll(() => bench.close())

  it('load the same at once: one does, the other is refused or finds it done', {timeout: LONG_MS}, async () => {
    const lake = await bench.lake()
    const ends = (await Promise.all([lake.run(...lake.load), lake.run(...lake.load)])).map(endOf)
    expect(ends).toContain('0 changed true')
    expect(['2 LOCK_HELD', '2 PLAN_STALE', '0 changed false']).toContain(ends.find((end) => end !== '0 changed true'))
    expect(await lake.rows()).toEqual(loaded)
    await expectClean(lake)
  })

  it('load while the other one stands still at its admission, and is refused', {timeout: LONG_MS}, async () => {
    const lake = await bench.lake()
    const target = '<state>/sluice/claims__runs/<export>.1.json'
    const point = {service: 's3', operation: 'PutObject', target, nth: 1}
    let second: Ended | null = null
    const first = await meetOnWire(lake, {kind: 'late', point}, lake.load, async () => {
      second = await lake.run(...lake.load)
    })
    expect(endOf(second!)).toBe('2 LOCK_HELD')
    expect(endOf(first!)).toBe('0 changed true')
    expect(await lake.rows()).toEqual(loaded)
    await expectClean(lake)
  })
})

describe.runIf(hasTrino)('two loads of one table by Athena', () => {
  let bench: FaultBench
  let loaded: readonly string[]
  let undisturbed: Awaited<ReturnType<typeof contentOf>>

  beforeAll(async () => {
    bench = await FaultBench.make('single', 'claims', 'athena')
    const lake = await bench.lake()
    await lake.succeed(...lake.load)
    loaded = await lake.rows()
    undisturbed = await contentOf(lake.place)
    expect(loaded).toHaveLength(bench.story.rows.after)
  }, LONG_MS)

  afterAll(() => bench.close())

  async function expectUndisturbed(lake: FaultLake): Promise<void> {
    expect(await lake.rows()).toEqual(loaded)
    expect(await contentOf(lake.place)).toEqual(undisturbed)
    expect(await objectsOf(lake.place)).toEqual(await namedObjects(lake.place))
    expect(await lake.keysBelow('_sluice/locks/')).toEqual([])
    expect(await lake.keysBelow(`${bench.table}__runs/`)).toHaveLength(1)
  }

  it('at once: one does, the other is refused or finds it done', {timeout: LONG_MS}, async () => {
    const lake = await bench.lake()
    const ends = (await Promise.all([lake.run(...lake.load), lake.run(...lake.load)])).map(endOf)
    expect(ends).toContain('0 changed true')
    expect(['2 LOCK_HELD', '2 PLAN_STALE', '0 changed false']).toContain(ends.find((end) => end !== '0 changed true'))
    await expectUndisturbed(lake)
  })

  it('the second while the first starts its INSERT: it is refused', {timeout: LONG_MS}, async () => {
    const lake = await bench.lake()
    const point = {service: 'athena', operation: 'StartQueryExecution', target: 'INSERT', nth: 1}
    let second: Ended | null = null
    const first = await meetOnWire(lake, {kind: 'late', point}, lake.load, async () => {
      second = await lake.run(...lake.load)
    })
    expect(endOf(second!)).toBe('2 LOCK_HELD')
    expect(endOf(first!)).toBe('0 changed true')
    await expectUndisturbed(lake)
  })
})

function endOf({exit, document}: Ended): string {
  return `${exit} ${document.error?.code ?? `changed ${String(document['changed'])}`}`
}
