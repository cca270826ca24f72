import {readFileSync} from 'node:fs'
import {afterAll, describe, expect, it} from 'vitest'
import {FaultBench} from './fault-bench.js'
import {expectEnd} from './fault-cases.js'
import type {FaultLake} from './fault-lake.js'
import {
  changesOf,
  chosenFaults,
  chosenPoints,
  FAILURES,
  KILLS,
  pointsOf,
  pointsText,
  tellCases,
} from './fault-points.js'
import {codeOf} from './lost-leases.js'

// Each point of an undisturbed ingest into an empty lake. After a change: npx vitest run test/fault -u
const LIST = new URL('stream-points.txt', import.meta.url)
const text = readFileSync(LIST, 'utf8')
const faults = chosenFaults(text, [...KILLS, ...FAILURES, 'disk-full'])
const meetings = chosenPoints(changesOf(text), 6)

const bench = await FaultBench.make('single')
const undisturbed = await bench.lake()
const process = undisturbed.start()
await process.ingest()
const rows = await undisturbed.current()
const state = await stateOf(undisturbed)
afterAll(async () => {
  tellCases('an ingest of a stream', pointsOf(text).length, faults.length)
  tellCases('two ingests at once', changesOf(text).length, meetings.length)
  await bench.close()
})

/** Every object of rows with its etag. */
async function stateOf(lake: FaultLake): Promise<string[]> {
  const keys = await lake.rowObjects()
  return Promise.all(keys.map(async (key) => `${key} ${(await lake.store.head(key))!.etag}`))
}

async function expectIngested(lake: FaultLake): Promise<void> {
  expect(await stateOf(lake)).toEqual(state)
  expect(await lake.current()).toEqual(rows)
}

it('an undisturbed ingest makes exactly the points of the list, and only objects of the stream', async () => {
  expect(rows).toHaveLength(4)
  expect(await undisturbed.streamObjects()).toEqual(await undisturbed.rowObjects())
  await expect(pointsText(process)).toMatchFileSnapshot(LIST.pathname)
})

it('the same file again writes nothing', async () => {
  await undisturbed.start().ingest()
  await expectIngested(undisturbed)
})

describe('an ingest that meets a fault, run again', () => {
  it.each(faults)('$kind $point', async (fault) => {
    const lake = await bench.lake()
    const first = lake.start(fault)
    const error = await first.endOf(() => first.ingest())
    expectEnd(first, fault, error)
    if (fault.kind === 'disk-full' && error !== null) expect(codeOf(error)).toBe('DISK_FULL')
    // Events are shown as they come, each a whole row.
    expect(rows).toEqual(expect.arrayContaining(await lake.current()))
    await lake.start().ingest()
    await expectIngested(lake)
    await lake.remove()
  })
})

describe('of two processes with the same file', () => {
  it.each(meetings)('one waits before %s while the other ingests', async (point) => {
    const lake = await bench.lake()
    const slow = lake.start()
    const pause = slow.pauseAt(point)
    const ended = slow.endOf(() => slow.ingest())
    await pause.reached
    await lake.start().ingest()
    pause.release()
    const code = codeOf(await ended)
    // A table that the other one made first is refused by name; run again, it is met.
    if (code !== null) expect([point.includes('catalog'), code]).toEqual([true, 'PRECONDITION_FAILED'])
    if (code !== null) await lake.start().ingest()
    await expectIngested(lake)
    await lake.remove()
  })

  it('both go on at once', async () => {
    const standing = await bench.lake()
    await standing.start().load()
    const before = await standing.rowObjects()
    await Promise.all([standing.start().ingest(), standing.start().ingest()])
    const after = await standing.rowObjects()
    expect(after.filter((key) => !before.includes(key))).toEqual(await undisturbed.streamObjects())
  })
})
