import {afterAll, describe, expect, it} from 'vitest'
import {hasCode, SluiceError} from '../../src/lib/errors.js'
import {FixedHost} from '../fakes/fixed-clock.js'
import {FaultBench} from './fault-bench.js'
import {expectGone, expectLoaded} from './fault-cases.js'
import {STALE_AFTER_MS, TickingClock, WatchingClock} from './fault-clocks.js'
import type {FaultLake} from './fault-lake.js'
import {codeOf, holderOn, LOCK, LOCK_KEY, testOldHolders, watcherOn} from './lost-leases.js'

const PUBLISH = 'store.write claims__runs/<export>.1.json'

await testOldHolders('single', 'backfill-points.txt')
await testOldHolders('chain', 'chain-points.txt')

const bench = await FaultBench.make()
afterAll(() => bench.close())

async function lockText(lake: FaultLake): Promise<string | null> {
  return (await lake.store.head(LOCK_KEY))?.etag ?? null
}

describe('a holder on an unknown host', () => {
  it('whose lease does not change is taken over after 60 s of the watcher', async () => {
    const lake = await bench.lake()
    const holder = holderOn(lake)
    const pause = holder.pauseAt('parquet.load claims')
    const ended = holder.endOf(() => holder.load())
    await pause.reached
    const clock = new WatchingClock()
    await watcherOn(lake, clock).recover()
    expect(clock.monotonicMs()).toBe(STALE_AFTER_MS)
    pause.release()
    expect(codeOf(await ended)).toBe('LOCK_LOST')
    await expectLoaded(lake)
  })

  it('that renews keeps its lock', async () => {
    const lake = await bench.lake()
    const time = new TickingClock()
    const holder = holderOn(lake, time)
    const pause = holder.pauseAt('parquet.load claims')
    const ended = holder.endOf(() => holder.load())
    await pause.reached
    const before = await lockText(lake)
    let slept = 0
    const clock = new WatchingClock(async (ms) => {
      slept += ms
      if (slept < 30_000) return
      time.tick(slept)
      while ((await lockText(lake)) === before) await new Promise((resolve) => setImmediate(resolve))
    })
    const watcher = watcherOn(lake, clock)
    const error = await watcher.endOf(() => watcher.recover())
    expect(codeOf(error)).toBe('LOCK_HELD')
    expect(clock.monotonicMs()).toBeLessThan(STALE_AFTER_MS)
    expect(watcher.changes).toEqual(new Set())
    pause.release()
    expect(await ended).toBeNull()
    await expectLoaded(lake)
  })

  it('is refused at once when it is alive on this host', async () => {
    const lake = await bench.lake()
    const holder = lake.start(undefined, {host: new FixedHost({pid: 7})})
    const pause = holder.pauseAt('parquet.load claims')
    const ended = holder.endOf(() => holder.load())
    await pause.reached
    const host = new FixedHost({pid: 8})
    host.setFate(7, 'alive')
    const other = lake.start(undefined, {host})
    const error = await other.endOf(() => other.load())
    expect(hasCode(error, 'LOCK_HELD') && error.details).toMatchObject({lock: 'table:claims', holder: {pid: 7}})
    expect(await lake.operations()).toHaveLength(1)
    pause.release()
    expect(await ended).toBeNull()
    await expectLoaded(lake)
  })
})

describe('an old holder that wakes up just before it publishes', () => {
  it('what was cancelled meanwhile stays invisible', async () => {
    const lake = await bench.lake()
    const holder = holderOn(lake)
    const pause = holder.pauseAt(PUBLISH)
    const ended = holder.endOf(() => holder.load())
    await pause.reached
    await watcherOn(lake).cancel()
    pause.release()
    expect(codeOf(await ended)).toBe('OPERATION_CONFLICT')
    await expectGone(lake, 'cancelled')
  })

  it('what was resumed and undone meanwhile stays undone', async () => {
    const lake = await bench.lake()
    const holder = holderOn(lake)
    const pause = holder.pauseAt(PUBLISH)
    const ended = holder.endOf(() => holder.load())
    await pause.reached
    await watcherOn(lake).recover()
    await lake.start().undo()
    pause.release()
    expect(codeOf(await ended)).toBe('OPERATION_CONFLICT')
    await expectGone(lake, 'undone')
  })
})

describe('Ctrl-C', () => {
  it('never lets go of the lock while a publish is in flight', async () => {
    const lake = await bench.lake()
    const process = lake.start()
    const pause = process.pauseAt(PUBLISH, {alone: true})
    let hasEnded = false
    const ended = process.endOf(() => process.load().finally(() => (hasEnded = true)))
    await pause.reached
    process.interrupt(new SluiceError('INTERRUPTED', 'Stopped.'))
    // Time for whatever the abort sets off: each write waits for the disk, as a last journal entry would.
    for (let write = 0; write < 40; write += 1) await lake.store.write('_probe', Buffer.from(String(write)))
    await lake.store.delete('_probe')
    expect(hasEnded).toBe(false)
    pause.release()
    await ended
    await lake.start().recover()
    await expectLoaded(lake)
  })
})

it('a renewal that fails once does not end the operation', async () => {
  const lake = await bench.lake()
  const time = new TickingClock()
  const holder = lake.start({kind: 'fail-before', point: `${LOCK} #2`}, {clock: time})
  const pause = holder.pauseAt('parquet.load claims')
  const ended = holder.endOf(() => holder.load())
  await pause.reached
  time.tick(10_000)
  while (!holder.hasFired) await new Promise((resolve) => setImmediate(resolve))
  pause.release()
  expect(codeOf(await ended)).toBeNull()
  await expectLoaded(lake)
})
