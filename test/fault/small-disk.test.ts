import {execFileSync} from 'node:child_process'
import {mkdir, statfs} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, expect, it} from 'vitest'
import {hasCode} from '../../src/lib/errors.js'
import {FaultBench} from './fault-bench.js'
import {expectBeforeOrAfter, expectLoaded, stateOf} from './fault-cases.js'
import type {FaultLake} from './fault-lake.js'
import {MEETS_ALL, tellCases} from './fault-points.js'

const PAGE_BYTES = 4096
const AMPLE_BYTES = 16 * 1024 * 1024
const SAMPLE = 3

const bench = await FaultBench.make('chain')
const mounts = new Set<string>()
let disks = 0
afterAll(async () => {
  for (const folder of mounts) unmount(folder)
  await bench.close()
})

/** A copy of the base on a file system of its own; null where none can be mounted. */
async function smallDisk(): Promise<string | null> {
  const folder = join(bench.folder, 'lakes', `disk-${(disks += 1)}`)
  await mkdir(folder, {recursive: true})
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${AMPLE_BYTES}`, 'tmpfs', folder], {stdio: 'ignore'})
  } catch {
    return null
  }
  mounts.add(folder)
  return folder
}

function unmount(folder: string): void {
  execFileSync('umount', [folder])
  mounts.delete(folder)
}

function resize(folder: string, sizeBytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${sizeBytes}`, folder])
}

async function usedBytes(folder: string): Promise<number> {
  const {blocks, bfree, bsize} = await statfs(folder)
  return (blocks - bfree) * bsize
}

/** One load on a disk with so many free pages, then a resume with room; what the first one threw. */
async function meetFullDisk(lake: FaultLake, folder: string, freePages: number): Promise<unknown> {
  resize(folder, (await usedBytes(folder)) + freePages * PAGE_BYTES)
  const first = lake.start()
  const error = await first.endOf(() => first.load())
  if (error === null) expect(await expectBeforeOrAfter(lake)).toBe(true)
  else expect([freePages, hasCode(error, 'DISK_FULL') ? 'DISK_FULL' : error]).toEqual([freePages, 'DISK_FULL'])
  await expectBeforeOrAfter(lake)
  resize(folder, AMPLE_BYTES)
  const wasDone = (await stateOf(lake)) === 'done'
  await lake.start().recover()
  await expectLoaded(lake, wasDone)
  return error
}

it('a disk that is full after any page is named, and the load goes on when there is room', async (context) => {
  const folder = await smallDisk()
  if (folder === null) return context.skip('no small file system can be mounted here')
  const measured = await bench.lake(bench.base, folder)
  const before = await usedBytes(folder)
  await measured.start().load()
  const pages = Math.ceil(((await usedBytes(folder)) - before) / PAGE_BYTES)
  expect(pages).toBeGreaterThan(SAMPLE)
  const count = MEETS_ALL ? pages : SAMPLE
  const errors: unknown[] = []
  for (let met = 0; met < count; met += 1) {
    const disk = (await smallDisk())!
    const lake = await bench.lake(bench.base, disk)
    errors.push(await meetFullDisk(lake, disk, Math.floor((met * pages) / count)))
    unmount(disk)
  }
  expect(errors).not.toContain(null)
  tellCases('chain load, small disk', pages, count)
})
