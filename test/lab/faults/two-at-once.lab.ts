import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {hasTrino} from '../checks/lab-clients.js'
import {expectClean} from './fault-cases.js'
import {FaultBench, type Ended} from './fault-lake.js'
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

function endOf({exit, document}: Ended): string {
  return `${exit} ${document.error?.code ?? `changed ${String(document['changed'])}`}`
}
