import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {MEETS_ALL, tellCases} from '../../fault/fault-points.js'
import {armQueryFault} from '../checks/gateway-control.js'
import {hasTrino, ownName} from '../checks/lab-clients.js'
import {expectBeforeOrAfter, expectClean, expectCoded, recover, type Sights} from './fault-cases.js'
import {FaultBench, type Ended, type FaultLake} from './fault-lake.js'
import {startHalfBatches} from './half-batches.js'
import {sightsOf} from './load-faults.js'

const LONG_MS = 300_000
/** Athena runs a statement that may pass a second time. */
const MOST_RUNS = 2
const ENDS = [
  {what: 'fails for want of resources', state: 'FAILED', reason: 'Query exhausted resources at this scale factor'},
  {what: 'fails inside', state: 'FAILED', reason: 'GENERIC_INTERNAL_ERROR: injected'},
  {what: 'is cancelled by somebody', state: 'CANCELLED', reason: 'Query cancelled by user'},
]

describe.runIf(hasTrino)('a load on AWS whose services do a part', () => {
  // Statements name the table alone: by its own name the faults of this suite find them.
  const table = `claims_${ownName('x').slice(2)}`
  let bench: FaultBench
  let sights: Sights
  let met = 0

  beforeAll(async () => {
    bench = await FaultBench.make('single', table)
    sights = await sightsOf(bench)
  }, LONG_MS)

  afterAll(async () => {
    tellCases('load on AWS, answers in part', 1 + ENDS.length, met)
    await bench.close()
  })

  async function expectRecovered(lake: FaultLake, ended: Ended): Promise<void> {
    expectCoded(ended)
    expect(await expectBeforeOrAfter(lake, sights)).toBe(false)
    await recover(lake, [])
    expect(await lake.rows()).toEqual(sights.after)
    await expectClean(lake)
    met += 1
  }

  it('Glue creates one of two partitions, and says so', {timeout: LONG_MS}, async () => {
    const lake = await bench.lake()
    const glue = await startHalfBatches(1)
    const ended = await lake.runWith({AWS_ENDPOINT_URL_GLUE: glue.url}, ...lake.load)
    await glue.close()
    expect(glue.cuts()).toBe(1)
    expect(ended.exit).not.toBe(0)
    await expectRecovered(lake, ended)
  })

  it.each(MEETS_ALL ? ENDS : ENDS.slice(0, 1))(
    'a statement $what each time',
    {timeout: LONG_MS},
    async ({state, reason}) => {
      const lake = await bench.lake()
      const times = state === 'CANCELLED' || reason.startsWith('GENERIC') ? 1 : MOST_RUNS
      await armQueryFault({match: `^SELECT 1 FROM "${table}"`, state, reason, times})
      const ended = await lake.run(...lake.load)
      expect(ended.exit).not.toBe(0)
      await expectRecovered(lake, ended)
    },
  )
})
