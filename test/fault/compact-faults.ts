import {existsSync, readFileSync} from 'node:fs'
import {afterAll, describe, expect, it} from 'vitest'
import {readOperation} from '../../src/lib/operation/index.js'
import type {CompactWork} from '../../src/lib/compact/work.js'
import {FixedHost} from '../fakes/fixed-clock.js'
import {CompactProcess} from './compact-process.js'
import {expectTold, makeStory, objectsOf, readersOf, type CompactStory} from './compact-story.js'
import {expectEnd} from './fault-cases.js'
import {WatchingClock} from './fault-clocks.js'
import type {FaultLake} from './fault-lake.js'
import {
  changesOf,
  chosenFaults,
  chosenPoints,
  FAILURES,
  KILLS,
  MEETS_ALL,
  pointsOf,
  pointsText,
  sampled,
  tellCases,
} from './fault-points.js'
import type {Fault} from './faulty-ports.js'
import {codeOf} from './lost-leases.js'

type Method = CompactWork['method']

type Verb = 'run' | 'rollback' | 'gc'

/** In a sample: a fault at every second call that changes something, and at few of the others. */
const EVERY_CHANGE = 2
const EVERY_OTHER = 40
const THEFTS = 2
/** Looks of a reader in a sample: at each change, and at few of the other points. */
const READER_EVERY = 10

interface Scene {
  readonly story: CompactStory
  readonly verb: Verb
  /** The lake that the verb finds. */
  readonly source: FaultLake
  /** Objects in the end, after an undisturbed run of it and gc. */
  readonly objects: readonly string[]
  /** What readers see then; in place each row stands once. */
  readonly rows: readonly string[]
}

function act(process: CompactProcess, verb: Verb): Promise<unknown> {
  if (verb === 'run') return process.compact()
  return verb === 'rollback' ? process.rollback() : process.collect()
}

/** The same again after a fault: what waits goes on, and what is asked for is asked for once more. */
async function again({story: {method}, verb}: Scene, lake: FaultLake, identity = {}): Promise<void> {
  const process = CompactProcess.start(lake, method, undefined, identity)
  if (verb === 'run') await process.goOn()
  await act(process, verb)
}

/** Nothing of the fault is left: the same rows, and the same objects once gc was there. */
async function expectSame({story, verb, objects, rows}: Scene, lake: FaultLake): Promise<void> {
  await expectTold(story, lake)
  if (verb !== 'gc') expect(await CompactProcess.start(lake, story.method).collect()).toBe(0)
  expect(await objectsOf(lake)).toEqual(objects)
  expect(await readersOf(lake, story.method)).toEqual(rows)
}

function listOf(method: Method, verb: Verb): URL {
  return new URL(`compact-${method}-${verb}-points.txt`, import.meta.url)
}

/** Tests of one verb of one kind of compaction: every fault at every port call. */
export async function testCompaction(method: Method, verbs: readonly Verb[]): Promise<void> {
  const story = await makeStory(method)
  afterAll(() => story.bench.close())
  const compacted = await story.bench.lake(story.base)
  await CompactProcess.start(compacted, method).compact()
  for (const verb of verbs) {
    const source = verb === 'run' ? story.base : compacted
    const undisturbed = await story.bench.lake(source)
    const process = CompactProcess.start(undisturbed, method)
    await act(process, verb)
    if (verb !== 'gc') await CompactProcess.start(undisturbed, method).collect()
    const objects = await objectsOf(undisturbed)
    const rows = await readersOf(undisturbed, method)
    testVerb({story, verb, source, objects, rows}, process)
  }
}

function testVerb(scene: Scene, process: CompactProcess): void {
  const {story, verb, source} = scene
  const {bench, method} = story
  const what = `compact ${verb} (${method})`
  const list = listOf(method, verb)
  const text = existsSync(list) ? readFileSync(list, 'utf8') : pointsText(process)
  const faults = chosenOf(text)

  describe(what, () => {
    it('undisturbed makes exactly the points of the list, and leaves the rows as they were', async () => {
      expect(scene.rows).toEqual(story.rows)
      await expect(pointsText(process)).toMatchFileSnapshot(list.pathname)
    })

    it('shows a reader the same before and after each call', async () => {
      const lake = await bench.lake(source)
      let met = 0
      let looks = 0
      const look = async (): Promise<void> => {
        const isChange = watched.changes.has(watched.points.at(-1)!) || watched.changes.has(watched.points.at(-2) ?? '')
        met += 1
        if (!MEETS_ALL && !isChange && met % READER_EVERY !== 0) return
        looks += 1
        await expectTold(story, lake)
      }
      const watched = CompactProcess.start(lake, method, undefined, {onPoint: look})
      await act(watched, verb)
      await expectTold(story, lake)
      tellCases(`${what}, readers`, watched.points.length, looks)
      await lake.remove()
    })

    for (const fault of faults) {
      it(`${fault.kind} ${fault.point}`, async () => {
        const lake = await bench.lake(source)
        await meetFault(scene, lake, fault)
        await lake.remove()
      })
    }

    it('is told of', () => tellCases(what, pointsOf(text).length, faults.length))

    testThefts(scene, text, what)
  })
}

function chosenOf(text: string): Fault[] {
  const kinds = [...KILLS, ...FAILURES, 'disk-full'] as const
  const changes = changesOf(text)
  const others = pointsOf(text).filter((point) => !changes.includes(point))
  if (MEETS_ALL) return chosenFaults(text, kinds)
  return [...sampled(changes, EVERY_CHANGE, kinds), ...sampled(others, EVERY_OTHER, kinds)]
}

async function meetFault(scene: Scene, lake: FaultLake, fault: Fault): Promise<void> {
  const {story, verb} = scene
  const first = CompactProcess.start(lake, story.method, fault)
  const error = await first.endOf(async () => void (await act(first, verb)))
  expectEnd(first, fault, error)
  await expectTold(story, lake)
  await again(scene, lake)
  await expectSame(scene, lake)
}

/** A holder that stops somewhere, is taken for dead, and goes on when another one has done its work. */
function testThefts(scene: Scene, text: string, what: string): void {
  const {story, source, verb} = scene
  const {bench, method} = story
  const all = pointsOf(text)
  const lock = `store.write _sluice/locks/table-${method === 'beside' ? 'claims' : 'events'}.json`
  const held = all.slice(all.indexOf(lock) + 1)
  const changes = new Set(changesOf(text))
  const points = chosenPoints(
    held.filter((point) => changes.has(point)),
    THEFTS,
  )
  it.each(points)('whose lease is stolen before %s changes nothing any more', async (point) => {
    const lake = await bench.lake(source)
    const holder = CompactProcess.start(lake, method, undefined, {host: new FixedHost({host: 'far', pid: 7})})
    const pause = holder.pauseAt(point)
    const ended = holder.endOf(async () => void (await act(holder, verb)))
    await pause.reached
    await again(scene, lake, {host: new FixedHost({host: 'near', pid: 8}), clock: new WatchingClock()})
    await expectTold(story, lake)
    pause.release()
    const code = codeOf(await ended)
    expect([null, 'LOCK_LOST', 'OPERATION_CONFLICT', 'OPERATION_NOT_UNDOABLE']).toContain(code)
    await expectTold(story, lake)
    await closeLosers(lake, method)
    await expectSame(scene, lake)
    await lake.remove()
  })
  it('is told of, stolen leases', () => tellCases(`${what}, stolen leases`, held.length, points.length))
}

/** What a loser planned and could not do is done once more, or found done. */
async function closeLosers(lake: FaultLake, method: Method): Promise<void> {
  const process = CompactProcess.start(lake, method)
  await process.goOn()
  for (const operation of await process.compactions())
    expect(['done', 'undone']).toContain((await readOperation(lake.store, operation)).state)
}
