import {readFileSync} from 'node:fs'
import {afterAll, describe, expect, it} from 'vitest'
import {meetFault, meetKillAndRunAgain, expectBeforeOrAfter} from './fault-cases.js'
import {FaultBench} from './fault-bench.js'
import {changesOf, chosenFaults, chosenPoints, MEETS_ALL, pointsOf, pointsText, tellCases} from './fault-points.js'
import type {FaultStory} from './fault-story.js'
import type {Fault, FaultKind} from './faulty-ports.js'

const RUN_AGAIN_SAMPLE = 2
const FULL_DISK_SAMPLE = 3
const READER_EVERY = 12

/** Each point of an undisturbed load, in order. After a change of what a load does: npx vitest run test/fault -u */
function listOf(name: FaultStory['name']): URL {
  return new URL(name === 'single' ? 'backfill-points.txt' : 'chain-points.txt', import.meta.url)
}

/** Tests of a load that meets faults of these kinds at the points of its list. */
export async function testFaults(name: FaultStory['name'], what: string, kinds: readonly FaultKind[]): Promise<void> {
  const text = readFileSync(listOf(name), 'utf8')
  const bench = await FaultBench.make(name)
  const faults = chosenFaults(text, kinds)
  afterAll(async () => {
    tellCases(`${name} load, ${what}`, pointsOf(text).length, faults.length)
    await bench.close()
  })
  describe(`a load (${name}) that meets a fault`, () => {
    for (const fault of faults) it(`${fault.kind} ${fault.point}`, () => inLake(bench, fault, meetFault))
  })
}

/** Tests of a load that finds the disk full at each write of its list. */
export async function testFullDisk(name: FaultStory['name']): Promise<void> {
  const text = readFileSync(listOf(name), 'utf8')
  const bench = await FaultBench.make(name)
  const changes = changesOf(text)
  const points = chosenPoints(changes, FULL_DISK_SAMPLE)
  afterAll(async () => {
    tellCases(`${name} load, full disk`, changes.length, points.length)
    await bench.close()
  })
  describe(`a load (${name}) that finds the disk full`, () => {
    for (const point of points) it(`at ${point}`, () => inLake(bench, {kind: 'disk-full', point}, meetFault))
  })
}

/** Tests of the list itself, and of what a reader sees at each of its points. */
export async function testPoints(name: FaultStory['name']): Promise<void> {
  const bench = await FaultBench.make(name)
  afterAll(() => bench.close())

  it(`an undisturbed load (${name}) makes exactly the points of the list, twice`, async () => {
    const first = (await bench.lake()).start()
    await first.load()
    const lake = await bench.lake()
    const second = lake.start()
    await second.load()
    expect(second.points).toEqual(first.points)
    expect(bench.after).toHaveLength(bench.story.rows)
    expect(bench.after).not.toEqual(bench.before)
    await expect(pointsText(first)).toMatchFileSnapshot(listOf(name).pathname)
  })

  it(`a reader sees the state before (${name}), and from one moment on the state after`, async () => {
    const lake = await bench.lake()
    const seen: boolean[] = []
    let met = 0
    const look = async (): Promise<void> => {
      met += 1
      if (MEETS_ALL || met % READER_EVERY === 0) seen.push(await expectBeforeOrAfter(lake))
    }
    const process = lake.start(undefined, {onPoint: look})
    await process.load()
    tellCases(`${name} load, readers`, process.points.length, seen.length)
    const first = seen.indexOf(true)
    expect(first).toBeGreaterThan(0)
    expect(seen).toEqual(seen.map((_, index) => index >= first))
  })
}

/** Tests of the same command again after a kill, where one might resume. */
export async function testRunAgain(name: FaultStory['name']): Promise<void> {
  const text = readFileSync(listOf(name), 'utf8')
  const bench = await FaultBench.make(name)
  const changes = changesOf(text)
  const points = chosenPoints(changes, RUN_AGAIN_SAMPLE)
  afterAll(async () => {
    tellCases(`${name} load, run again`, changes.length, points.length)
    await bench.close()
  })
  describe(`a load (${name}) that is killed and run again`, () => {
    for (const point of points)
      it(`after ${point}`, () => inLake(bench, {kind: 'kill-after', point}, meetKillAndRunAgain))
  })
}

async function inLake(bench: FaultBench, fault: Fault, meet: typeof meetFault): Promise<void> {
  const lake = await bench.lake()
  await meet(lake, fault)
  await lake.remove()
}
