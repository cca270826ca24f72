import {cp, mkdir, mkdtemp, realpath, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {afterAll, describe, expect, it} from 'vitest'
import {change, writeChanges} from '../backfill/change-folder.js'
import {item, writeItems} from '../backfill/export-folder.js'
import {resultOf, runSluice, startSluice} from '../cli/run-cli.js'
import {streamEvent} from '../ingest/stream-events.js'
import {MEETS_ALL, tellCases} from './fault-points.js'
import {DEFINITION} from './fault-story.js'
import {namesIn, plannedIn, randomNumbers, seenIn, succeed} from './real-lakes.js'

const ITEMS = 12_000
const CHANGES = 4_000
const KILLS = MEETS_ALL ? 12 : 2
const LONG_MS = 300_000
const TABLE = 'Items'

const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-kill-')))
afterAll(async () => {
  tellCases('chain load, kill -9', KILLS, KILLS)
  await rm(folder, {recursive: true, force: true})
})

function claim(n: number, note: string) {
  return item(`claim-${n}`, {n: String(n), amount: `${n}.25`, note, createdAt: `2026-01-${10 + (n % 9)}T00:00:00.000Z`})
}

function fullExport(time: string, note: string) {
  const items = Array.from({length: ITEMS}, (_, n) => claim(n, note))
  return writeItems({folder}, [items.slice(0, ITEMS / 2), items.slice(ITEMS / 2)], {time, table: TABLE})
}

function changesOf(hour: number, note: string) {
  const time = (h: number, minute = '00'): string => `2026-02-02T${h}:${minute}:00.000Z`
  const lines = Array.from({length: CHANGES}, (_, n) => {
    const isGone = n % 100 === hour
    return change(time(hour, '30'), {id: {S: `claim-${n}`}}, isGone ? null : claim(n, note), claim(n, 'full'))
  })
  return writeChanges({folder}, [lines], {from: time(hour), to: time(hour + 1), table: TABLE})
}

/** A lake with a load and events of a stream. */
async function makeBase(): Promise<string> {
  const base = join(folder, 'base')
  await mkdir(base)
  await writeFile(join(base, 'sluice.yaml'), DEFINITION)
  const standing = await fullExport('2026-02-01T10:00:00.000Z', 'standing')
  await succeed(base, 'backfill', 'run', '--export', standing.uri, '--yes')
  await succeed(base, ...INGEST)
  return base
}

async function copyOf(source: string, name: string): Promise<string> {
  const lake = join(folder, name)
  await cp(source, lake, {recursive: true})
  return lake
}

const events = join(folder, 'events.ndjson')
const INGEST = ['ingest', 'stream', '--file', events, '--yes']
const EVENT_TIME = '2026-02-02T14:00:00.000Z'
const ingested = Array.from({length: 500}, (_, n) =>
  streamEvent(EVENT_TIME, String(n), {now: claim(n * 2, 'stream'), before: claim(n * 2, 'full')}),
)
await writeFile(events, ingested.map((event) => `${JSON.stringify(event)}\n`).join(''))

const base = await makeBase()
const standing = await namesIn(base, 'lake', '_sluice', 'operations')
const exports = [
  await fullExport('2026-02-02T10:00:00.000Z', 'full'),
  await changesOf(10, 'a'),
  await changesOf(11, 'b'),
]
const RUN = ['backfill', 'run', ...exports.flatMap(({uri}) => ['--export', uri]), '--yes', '--allow-vanished', '999']
const whole = await copyOf(base, 'whole')
const startMs = performance.now()
await succeed(whole, ...RUN)
const runMs = performance.now() - startMs
const before = await seenIn(base)
const after = await seenIn(whole)

async function expectLoaded(lake: string): Promise<void> {
  expect(await seenIn(lake)).toEqual(after)
  expect(await namesIn(lake, 'lake', 'claims__runs')).toHaveLength(2)
  expect(await namesIn(lake, 'lake', '_sluice', 'locks')).toEqual([])
  expect(await namesIn(lake, 'lake', '.sluice-store', 'spool')).toEqual([])
}

it('a chain changes what readers see', () => {
  expect(after.rows).toBeLessThan(ITEMS)
  expect(after.digest).not.toBe(before.digest)
})

describe('a load of a chain that is killed at a random moment', () => {
  const random = randomNumbers(20260202)
  for (let kill = 0; kill < KILLS; kill += 1) {
    const part = (kill + random.next().value) / KILLS
    it(`at ${Math.round(part * 100)}% of its time`, {timeout: LONG_MS}, async () => {
      const lake = await copyOf(base, `kill-${kill}`)
      const child = startSluice(RUN, {cwd: lake})
      const ended = resultOf(child)
      await Promise.race([wait(part * runMs), ended])
      child.kill('SIGKILL')
      await ended

      expect([before, after]).toContainEqual(await seenIn(lake))
      const planned = await plannedIn(lake, standing)
      if (planned !== null) await succeed(lake, 'ops', 'resume', planned, '--yes', '--allow-vanished', '999')
      await succeed(lake, ...RUN)
      await succeed(lake, 'ops', 'gc', '--grace-hours', '0', '--yes')
      await expectLoaded(lake)
      await rm(lake, {recursive: true})
    })
  }
})

it('two processes at once ingest the same file, into a lake without a table', {timeout: LONG_MS}, async () => {
  const lakes = await Promise.all(['alone', 'together'].map((name) => emptyLake(name)))
  await succeed(lakes[0]!, ...INGEST)
  const results = await Promise.all([0, 1].map(() => runSluice([...INGEST, '--json'], {cwd: lakes[1]!})))
  // The one that finds a table made meanwhile says so; run again, it goes on.
  for (const {exit, stdout} of results.filter(({exit: code}) => code !== 0)) {
    expect([exit, stdout]).toEqual([1, expect.stringContaining('PRECONDITION_FAILED')])
    await succeed(lakes[1]!, ...INGEST)
  }
  expect(await seenIn(lakes[1]!)).toEqual(await seenIn(lakes[0]!))
})

async function emptyLake(name: string): Promise<string> {
  const lake = join(folder, name)
  await mkdir(lake)
  await writeFile(join(lake, 'sluice.yaml'), DEFINITION)
  return lake
}
