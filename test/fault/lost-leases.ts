import {readFileSync} from 'node:fs'
import {afterAll, describe, expect, it} from 'vitest'
import {SluiceError} from '../../src/lib/errors.js'
import type {Clock} from '../../src/lib/ports/clock.js'
import {FixedHost} from '../fakes/fixed-clock.js'
import {FaultBench} from './fault-bench.js'
import {expectBeforeOrAfter, expectLoaded} from './fault-cases.js'
import {WatchingClock, type TickingClock} from './fault-clocks.js'
import type {FaultLake} from './fault-lake.js'
import {changesOf, chosenPoints, pointsOf, tellCases} from './fault-points.js'
import type {FaultProcess} from './fault-process.js'
import type {FaultStory} from './fault-story.js'

const SAMPLE = 4
export const LOCK_KEY = '_sluice/locks/table-claims.json'
export const LOCK = `store.write ${LOCK_KEY}`
export const RELEASE = `store.delete ${LOCK_KEY}`

export function holderOn(lake: FaultLake, clock?: TickingClock): FaultProcess {
  return lake.start(undefined, {host: new FixedHost({host: 'far', pid: 7}), ...(clock === undefined ? {} : {clock})})
}

export function watcherOn(lake: FaultLake, clock: Clock = new WatchingClock()): FaultProcess {
  return lake.start(undefined, {host: new FixedHost({host: 'near', pid: 8}), clock})
}

export function codeOf(error: unknown): string | null {
  return error instanceof SluiceError ? error.code : error === null ? null : String(error)
}

/** Tests of a holder that stops at each point from its lock on, is replaced, and goes on. */
export async function testOldHolders(name: FaultStory['name'], list: string): Promise<void> {
  const text = readFileSync(new URL(list, import.meta.url), 'utf8')
  const bench = await FaultBench.make(name)
  const all = pointsOf(text)
  const held = all.slice(all.indexOf(LOCK) + 1, all.indexOf(RELEASE))
  const changes = new Set(changesOf(text))
  const publish = held.findIndex((point) => point.startsWith('store.write claims__runs/'))
  const published = held.slice(publish + 1)
  const chosen = [
    ...chosenPoints(
      held.slice(0, publish).filter((point) => changes.has(point)),
      SAMPLE,
    ),
    ...chosenPoints(
      held.filter((point) => !changes.has(point)),
      SAMPLE / 4,
    ),
    held[publish]!,
    ...chosenPoints(
      published.filter((point) => changes.has(point)),
      1,
    ),
  ]
  afterAll(async () => {
    tellCases(`${name} load, stolen leases`, held.length, chosen.length)
    await bench.close()
  })

  describe(`an old holder (${name}) that wakes up loses`, () => {
    for (const point of chosen) {
      it(`stopped before ${point}`, async () => {
        const lake = await bench.lake()
        await meetTheft(lake, point)
        await lake.remove()
      })
    }
  })
}

async function meetTheft(lake: FaultLake, point: string): Promise<void> {
  const holder = holderOn(lake)
  const pause = holder.pauseAt(point)
  const ended = holder.endOf(() => holder.load())
  await pause.reached
  await expectBeforeOrAfter(lake)
  const wasPlanned = (await lake.ownOperations()).length > 0
  await watcherOn(lake).recover()
  const records = await runObjects(lake)
  pause.release()
  const code = codeOf(await ended)
  expect(codesOfLoser(lake, point, wasPlanned)).toContain(code)
  expect(await runObjects(lake)).toEqual(records)
  if (code === 'OPERATION_CONFLICT') await lake.start().cancelOf((await lake.ownOperations())[0]!)
  await expectLoaded(lake)
}

/** Every object of run records with its etag. */
async function runObjects(lake: FaultLake): Promise<string[]> {
  const keys = await lake.keys('claims__runs/')
  return Promise.all(keys.map(async (key) => `${key} ${(await lake.store.head(key))!.etag}`))
}

/**
 * Before its plan stands it has an operation of its own, which comes too late; a table that it makes may stand.
 * Where it only reads how its operation stands, it finds it done and has nothing left to lose (null).
 */
function codesOfLoser({bench}: FaultLake, point: string, wasPlanned: boolean): (string | null)[] {
  if (!wasPlanned) return ['OPERATION_CONFLICT', 'PLAN_STALE']
  if (/^store\.(read|list) _sluice\/operations/.test(point)) return ['LOCK_LOST', null]
  const makesTables = bench.standing.length === 0 && point.includes('catalog')
  return makesTables ? ['LOCK_LOST', 'PRECONDITION_FAILED'] : ['LOCK_LOST']
}
