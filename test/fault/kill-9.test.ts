import {once} from 'node:events'
import {access, cp, mkdir, mkdtemp, realpath, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {afterAll, describe, expect, it} from 'vitest'
import {resultOf, runSluice, startSluice} from '../cli/run-cli.js'
import {MEETS_ALL, tellCases} from './fault-points.js'
import {journalBegins, namesIn, plannedIn, randomNumbers, rowsIn, seenIn, succeed} from './real-lakes.js'

const ITEMS = 20_000
const KILLS = MEETS_ALL ? 8 : 1
const LONG_MS = 300_000

const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-kill-')))
afterAll(() => rm(folder, {recursive: true, force: true}))

/** A lake as `sluice init` makes it, in a folder of its own. */
async function lakeAt(name: string): Promise<string> {
  const lake = join(folder, name)
  if (name === 'first') await mkdir(lake)
  else await cp(join(folder, 'first', 'sluice.yaml'), join(lake, 'sluice.yaml'))
  if (name === 'first') await succeed(lake, 'init', '--blueprint', 'claims')
  return lake
}

const first = await lakeAt('first')
await succeed(first, 'lake', 'sample', '--items', String(ITEMS), '--out', join(folder, 'exports'))
const [exportFolder] = await namesIn(folder, 'exports', 'AWSDynamoDB')
const exported = join(folder, 'exports', 'AWSDynamoDB', exportFolder!)
const RUN = ['backfill', 'run', '--export', exported, '--yes']
const startMs = performance.now()
await succeed(first, ...RUN)
const runMs = performance.now() - startMs
const undisturbed = await seenIn(first)

async function expectLoaded(lake: string): Promise<void> {
  expect(await seenIn(lake)).toEqual(undisturbed)
  expect(await namesIn(lake, 'lake', 'claims__runs')).toHaveLength(1)
  expect(await namesIn(lake, 'lake', '_sluice', 'locks')).toEqual([])
}

afterAll(() => tellCases('single load, kill -9', KILLS, KILLS))

describe('a backfill that is killed at a random moment', () => {
  const random = randomNumbers(20260114)
  for (let kill = 0; kill < KILLS; kill += 1) {
    const part = (kill + random.next().value) / (KILLS - 0.5)
    it(`at ${Math.round(part * 100)}% of its time`, {timeout: LONG_MS}, async () => {
      const lake = await lakeAt(`kill-${kill}`)
      const child = startSluice(RUN, {cwd: lake})
      const ended = resultOf(child)
      await Promise.race([wait(part * runMs), ended])
      child.kill('SIGKILL')
      await ended

      expect([0, undisturbed.rows]).toContain(await rowsIn(lake))
      if ((await plannedIn(lake)) === null) await succeed(lake, ...RUN)
      else await succeed(lake, 'ops', 'resume', (await plannedIn(lake))!, '--yes')
      await succeed(lake, ...RUN)
      // Killed between its last word and the end of its lease, it leaves a lock that nothing had to take over.
      await succeed(lake, 'ops', 'gc', '--grace-hours', '0', '--yes')
      await expectLoaded(lake)
      await rm(lake, {recursive: true})
    })
  }

  it('when its journal has just begun, and the resume too', {timeout: LONG_MS}, async () => {
    const lake = await lakeAt('kill-twice')
    const child = startSluice(RUN, {cwd: lake})
    const ended = resultOf(child)
    const operation = await Promise.race([journalBegins(lake), ended])
    expect(typeof operation).toBe('string')
    child.kill('SIGKILL')
    expect((await ended).exit).toBeNull()
    expect(await rowsIn(lake)).toBe(0)

    const again = startSluice(['ops', 'resume', '--yes'], {cwd: lake})
    const againEnded = resultOf(again)
    await Promise.race([wait((random.next().value * runMs) / 2), againEnded])
    again.kill('SIGKILL')
    await againEnded
    await succeed(lake, 'ops', 'resume', String(operation), '--yes')
    await expectLoaded(lake)
  })
})

it('Ctrl-C gives 130, names the resume command, and that goes on', {timeout: LONG_MS}, async () => {
  const lake = await lakeAt('interrupted')
  const child = startSluice(RUN, {cwd: lake})
  const ended = resultOf(child)
  const operation = await Promise.race([journalBegins(lake), ended])
  child.kill('SIGINT')
  const {exit, stdout, stderr} = await ended
  expect([exit, stdout]).toEqual([130, ''])
  expect(stderr).toContain(`sluice ops resume ${String(operation)}`)
  expect(await rowsIn(lake)).toBe(0)
  expect(await namesIn(lake, 'lake', '_sluice', 'locks')).toEqual([])
  await succeed(lake, 'ops', 'resume', String(operation), '--yes')
  await expectLoaded(lake)
})

it('of two processes at once one loads, and the other says why not', {timeout: LONG_MS}, async () => {
  const lake = await lakeAt('two')
  const argv = [...RUN, '--json']
  const results = await Promise.all([runSluice(argv, {cwd: lake}), runSluice(argv, {cwd: lake})])
  const ends = results.map(({exit, stdout}) => {
    const document = JSON.parse(stdout) as {changed?: boolean; error?: {code: string}}
    return `${exit} ${document.error?.code ?? `changed ${document.changed}`}`
  })
  expect(ends).toContain('0 changed true')
  expect(['2 LOCK_HELD', '0 changed false']).toContain(ends.find((end) => end !== '0 changed true'))
  await expectLoaded(lake)
  await access(join(lake, 'sluice.yaml'))
})

it('one that starts while another works is refused and leaves nothing', {timeout: LONG_MS}, async () => {
  const lake = await lakeAt('second')
  const child = startSluice(RUN, {cwd: lake})
  const ended = resultOf(child)
  await Promise.race([journalBegins(lake), ended])
  // A stopped process holds its lock and does not renew it.
  child.kill('SIGSTOP')
  const {exit, stdout} = await runSluice([...RUN, '--json'], {cwd: lake})
  child.kill('SIGCONT')
  const {error} = JSON.parse(stdout) as {error?: {code: string}}
  expect([exit, error?.code]).toEqual([2, 'LOCK_HELD'])
  if (child.exitCode === null) await once(child, 'exit')
  expect((await ended).exit).toBe(0)
  expect(await namesIn(lake, 'lake', '_sluice', 'operations')).toHaveLength(1)
  await expectLoaded(lake)
})
