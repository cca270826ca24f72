import {readFileSync} from 'node:fs'
import {rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {activeRuns, listRunRecords, standingFloor} from '../../src/lib/changelog/index.js'
import {KeyLock} from '../../src/lib/local/key-lock.js'
import type {Clock} from '../../src/lib/ports/clock.js'
import {FixedClock, FixedHost} from '../fakes/fixed-clock.js'
import {makeFastFolder} from './fast-folder.js'
import {FaultBench} from './fault-bench.js'
import {expectLoaded} from './fault-cases.js'
import {SetClock, STALE_AFTER_MS, WatchingClock} from './fault-clocks.js'
import type {FaultLake} from './fault-lake.js'
import {chosenPoints, pointsOf, tellCases} from './fault-points.js'
import {codeOf, LOCK_KEY, watcherOn} from './lost-leases.js'

/** Longer than a lock of a key may be silent, and shorter than anybody waits for it. */
const SILENT_MS = 35_000
const HOUR_MS = 3_600_000
const RENEW_EVERY_MS = 10_000
const SAMPLE = 1
const text = readFileSync(new URL('chain-points.txt', import.meta.url), 'utf8')
const points = pointsOf(text)
const chosen = chosenPoints(points, SAMPLE)

const bench = await FaultBench.make('chain')
const undisturbed = await bench.lake()
await undisturbed.start().load()
const order = await orderOf(undisturbed)
afterAll(async () => {
  tellCases('chain load, clock jumps', points.length, chosen.length * JUMPS.length)
  await bench.close()
})

/** Which runs count, what they replace, and their floor: nothing of when they were admitted. */
async function orderOf(lake: FaultLake): Promise<unknown> {
  const records = await listRunRecords(lake.store, 'claims')
  const runs = activeRuns(records).map(({record: {run, load, floor, supersedes}}) => ({run, load, floor, supersedes}))
  return {runs, floor: standingFloor(records)}
}

interface Jump {
  readonly what: string
  readonly wallMs: number
  readonly monotonicMs: number
}

const JUMPS: readonly Jump[] = [
  {what: 'the wall clock goes back an hour', wallMs: -HOUR_MS, monotonicMs: 0},
  {what: 'the wall clock goes on a day', wallMs: 24 * HOUR_MS, monotonicMs: 0},
  {what: 'monotonic time leaps two minutes', wallMs: 0, monotonicMs: 2 * STALE_AFTER_MS},
]

function isAt(point: string, clock: SetClock, {wallMs, monotonicMs}: Jump): (met: string) => void {
  return (met) => {
    if (met !== point) return
    clock.jump(wallMs)
    clock.tick(monotonicMs)
  }
}

describe.each(JUMPS)('$what', (jump) => {
  it.each(chosen)('at %s', async (point) => {
    const lake = await bench.lake()
    const clock = new SetClock()
    const loader = lake.start(undefined, {clock, onPoint: isAt(point, clock, jump)})
    await loader.load()
    await loader.settled()
    expect(await orderOf(lake)).toEqual(order)
    await expectLoaded(lake)
    await lake.remove()
  })

  it('while a killed load is resumed', async () => {
    const lake = await bench.lake()
    const publish = 'store.write claims__runs/<chain>.1.json'
    const killed = lake.start({kind: 'kill-before', point: publish})
    await killed.endOf(() => killed.load())
    const clock = new SetClock()
    clock.jump(jump.wallMs)
    await lake.start(undefined, {clock, onPoint: isAt(publish, clock, jump)}).recover()
    expect(await orderOf(lake)).toEqual(order)
    await expectLoaded(lake)
  })
})

/** A holder on another host, standing still between stage and publish, whose clock the test moves. */
async function standingHolder(lake: FaultLake, clock: SetClock) {
  const holder = lake.start(undefined, {host: new FixedHost({host: 'far', pid: 7}), clock})
  const pause = holder.pauseAt('parquet.digest claims', {alone: true})
  const ended = holder.endOf(() => holder.load())
  await pause.reached
  return {pause, ended, holder}
}

async function etagOf(lake: FaultLake): Promise<string | null> {
  return (await lake.store.head(LOCK_KEY))?.etag ?? null
}

async function untilRenewed(lake: FaultLake, before: string | null): Promise<void> {
  while ((await etagOf(lake)) === before) await new Promise((resolve) => setImmediate(resolve))
}

describe('a lease that is renewed is not stolen', () => {
  it.each([-HOUR_MS, 24 * HOUR_MS])('when wall clocks jump by %i ms at its renewals', async (jumpMs) => {
    const lake = await bench.lake()
    const time = new SetClock()
    const {pause, ended} = await standingHolder(lake, time)
    let sleptMs = 0
    const watching = new WatchingClock(async (ms) => {
      sleptMs += ms
      if (sleptMs % RENEW_EVERY_MS !== 0) return
      const before = await etagOf(lake)
      time.jump(jumpMs)
      time.tick(RENEW_EVERY_MS)
      await untilRenewed(lake, before)
    })
    const watcher = watcherOn(lake, watching)
    expect(codeOf(await watcher.endOf(() => watcher.recover()))).toBe('LOCK_HELD')
    expect(watcher.changes).toEqual(new Set())
    pause.release()
    expect(await ended).toBeNull()
    await expectLoaded(lake)
  })

  it('when the monotonic time of its watcher leaps', async () => {
    const lake = await bench.lake()
    const time = new SetClock()
    const {pause, ended} = await standingHolder(lake, time)
    let sleptMs = 0
    const watching = new LeapingClock(2 * STALE_AFTER_MS, async (ms) => {
      sleptMs += ms
      if (sleptMs % RENEW_EVERY_MS !== 0) return
      const before = await etagOf(lake)
      time.tick(RENEW_EVERY_MS)
      await untilRenewed(lake, before)
    })
    const watcher = watcherOn(lake, watching)
    expect(codeOf(await watcher.endOf(() => watcher.recover()))).toBe('LOCK_HELD')
    expect(watcher.changes).toEqual(new Set())
    pause.release()
    expect(await ended).toBeNull()
    await expectLoaded(lake)
  })
})

/** With the first sleep far more time seems to pass than slept, as after a host was moved or its clock repaired. */
class LeapingClock extends FixedClock {
  #hasLeapt = false

  constructor(
    private readonly leapMs: number,
    private readonly onSleep: (ms: number) => Promise<void>,
  ) {
    super()
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#hasLeapt) this.advance(this.leapMs)
    this.#hasLeapt = true
    await super.sleep(ms, signal)
    await this.onSleep(ms)
  }
}

it('a holder whose time stands still loses its lease, and admits nothing', async () => {
  const lake = await bench.lake()
  const {pause, ended} = await standingHolder(lake, new SetClock())
  await watcherOn(lake).recover()
  pause.release()
  expect(codeOf(await ended)).toBe('LOCK_LOST')
  expect(await orderOf(lake)).not.toEqual(await orderOf(bench.base))
  await expectLoaded(lake)
})

describe('a lock of a key', () => {
  it('is not taken from a holder on another host when monotonic time leaps', async () => {
    const folder = await makeFastFolder()
    const order: string[] = []
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const lockOf = async (name: string, clock: Clock): Promise<KeyLock> => {
      const host = new FixedHost({host: name})
      const file = join(folder, name)
      await writeFile(file, JSON.stringify(host.identity))
      const holderFile = async (): Promise<string> => file
      return new KeyLock({folder: join(folder, 'locks'), holderFile, resetHolderFile: () => undefined, clock, host})
    }
    const far = await lockOf('far', new FixedClock())
    let looks = 0
    const near = await lockOf('near', new LeapingClock(SILENT_MS, async () => void ((looks += 1) === 5 && release())))
    const held = far.run('key', async () => {
      order.push('far begins')
      begin()
      await released
      order.push('far ends')
    })
    await begun
    await near.run('key', async () => void order.push('near begins'))
    release()
    await held
    expect(order).toEqual(['far begins', 'far ends', 'near begins'])
    await rm(folder, {recursive: true})
  })
})
