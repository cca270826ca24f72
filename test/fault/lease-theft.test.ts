import {afterAll, describe, expect, it} from 'vitest'
import {hasCode, SluiceError} from '../../src/lib/errors.js'
import {FixedClock, FixedHost} from '../fakes/fixed-clock.js'
import {chosenPoints, expectGone, expectLoaded, MEETS_ALL, pointsText} from './fault-cases.js'
import {FaultBench, StillClock, type FaultLake, type FaultProcess} from './fault-lake.js'

const LOCK = 'store.write _sluice/locks/table-claims.json'
const PLAN = 'store.write _sluice/operations/<operation>/plan.ndjson'
const PUBLISH = 'store.write claims__runs/<export>.1.json'
const RELEASE = 'store.delete _sluice/locks/table-claims.json'
const STALE_AFTER_MS = 60_000

/** Sleepers wake when `tick` says so. */
class TickingClock extends FixedClock {
  #sleepers: {readonly dueMs: number; readonly wake: () => void}[] = []

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({dueMs: this.monotonicMs() + ms, wake: resolve})
      signal?.addEventListener('abort', () => reject(signal.reason), {once: true})
    })
  }

  tick(ms: number): void {
    this.advance(ms)
    const due = this.#sleepers.filter(({dueMs}) => dueMs <= this.monotonicMs())
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper))
    for (const {wake} of due) wake()
  }
}

/** Sleeping takes no time while a lease is watched, and for ever afterwards: nobody renews in these tests. */
class WatchingClock extends FixedClock {
  readonly #still = new StillClock()

  constructor(private readonly onSleep: (ms: number) => Promise<void> = async () => undefined) {
    super('2026-02-01T09:00:00.000Z')
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.monotonicMs() >= STALE_AFTER_MS) return this.#still.sleep(ms, signal)
    await super.sleep(ms, signal)
    await this.onSleep(ms)
  }
}

const bench = await FaultBench.make()
const undisturbed = await bench.lake()
const whole = undisturbed.start()
await whole.load()
const rows = await undisturbed.current()
afterAll(() => bench.close())

function holderOn(lake: FaultLake, clock?: TickingClock): FaultProcess {
  return lake.start(undefined, {host: new FixedHost({host: 'far', pid: 7}), ...(clock === undefined ? {} : {clock})})
}

function watcherOn(lake: FaultLake, clock = new WatchingClock()): FaultProcess {
  return lake.start(undefined, {host: new FixedHost({host: 'near', pid: 8}), clock})
}

function codeOf(error: unknown): string | null {
  return error instanceof SluiceError ? error.code : error === null ? null : String(error)
}

async function lockText(lake: FaultLake): Promise<string | null> {
  return (await lake.store.head('_sluice/locks/table-claims.json'))?.etag ?? null
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
    await expectLoaded(lake, rows)
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
    await expectLoaded(lake, rows)
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
    await expectLoaded(lake, rows)
  })
})

describe('an old holder that wakes up loses', () => {
  const points = chosenPoints(pointsText(whole)).filter((point) => isBetween(point))

  for (const point of points) {
    it(`stopped before ${point}`, async () => {
      const lake = await bench.lake()
      const holder = holderOn(lake)
      const pause = holder.pauseAt(point)
      const ended = holder.endOf(() => holder.load())
      await pause.reached
      const wasPlanned = (await lake.operations()).length > 0
      await watcherOn(lake).recover()
      const [record] = await lake.keys('claims__runs/')
      const published = (await lake.store.head(record!))!.etag
      pause.release()
      const code = codeOf(await ended)
      expect(codesOfLoser(point, wasPlanned)).toContain(code)
      expect((await lake.store.head(record!))!.etag).toBe(published)
      if (code === 'OPERATION_CONFLICT') await lake.start().cancelOf(0)
      await expectLoaded(lake, rows)
      await lake.remove()
    })
  }

  /**
   * Before its plan stands it has an operation of its own, which comes too late; a table that it makes may stand.
   * Where it only reads how its operation stands, it finds it done and has nothing left to lose (null).
   */
  function codesOfLoser(point: string, wasPlanned: boolean): (string | null)[] {
    if (!wasPlanned) return ['OPERATION_CONFLICT', 'PLAN_STALE']
    if (/^store\.(read|list) _sluice\/operations/.test(point)) return ['LOCK_LOST', null]
    return point.includes('catalog') ? ['LOCK_LOST', 'PRECONDITION_FAILED'] : ['LOCK_LOST']
  }

  function isBetween(point: string): boolean {
    const place = whole.points.indexOf(point)
    const last = whole.points.indexOf(RELEASE)
    return place > whole.points.indexOf(LOCK) && place < last && (MEETS_ALL || whole.changes.has(point))
  }
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
    expect(hasEnded).toBe(false)
    pause.release()
    await ended
    await lake.start().recover()
    await expectLoaded(lake, rows)
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
  await expectLoaded(lake, rows)
})

it('the plan is the first word of an operation', () => {
  expect(whole.points.indexOf(PLAN)).toBeGreaterThan(whole.points.indexOf(LOCK))
})
