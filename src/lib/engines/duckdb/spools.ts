import {mkdir, readdir, rm} from 'node:fs/promises'
import path from 'node:path'
import {SluiceError} from '../../errors.js'
import {measureFolder} from './spool-limit.js'

let sessions = 0

/**
 * Makes a session's spool folder below `folder`, and removes those of processes that were killed. Its name says whose
 * it is. Throws `STORE_READ_ONLY`.
 */
export async function makeSpool(folder: string): Promise<string> {
  await sweepDeadSpools(folder)
  try {
    // Spilled rows are data: nobody else on the machine reads them.
    await mkdir(folder, {recursive: true, mode: 0o700})
    return await makeOwn(folder)
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** Never one that stands: in a folder that others write to it may be somebody else's. */
async function makeOwn(folder: string): Promise<string> {
  sessions += 1
  const spool = path.join(folder, `duckdb-${process.pid}-${sessions}`)
  const isMade = await mkdir(spool, {mode: 0o700}).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    },
  )
  return isMade ? spool : makeOwn(folder)
}

async function sweepDeadSpools(folder: string): Promise<void> {
  // One of another user's stays.
  for (const dead of await deadSpools(folder)) await rm(dead, {recursive: true, force: true}).catch(() => undefined)
}

function unwritable(folder: string, cause: unknown): SluiceError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'an unexpected error'
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SluiceError('DISK_FULL', `No space is left for temporary files in ${folder}.`, {
      fix: 'Free some space, or name another folder: --temp-dir FOLDER',
      cause,
    })
  }
  return new SluiceError('STORE_READ_ONLY', `Temporary files cannot be written in ${folder}: ${code}.`, {
    fix: 'Give this user write permission there, or name another folder: --temp-dir FOLDER',
    cause,
  })
}

/** How many spools killed processes left, and how large they are. */
export async function measureDeadSpools(folder: string): Promise<{folders: number; sizeBytes: number}> {
  const dead = await deadSpools(folder)
  let sizeBytes = 0
  for (const spool of dead) sizeBytes += (await measureFolder(spool)).sizeBytes
  return {folders: dead.length, sizeBytes}
}

async function deadSpools(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(isDead).map((name) => path.join(folder, name))
}

function isDead(name: string): boolean {
  const pid = /^duckdb-(\d+)-\d+$/.exec(name)?.[1]
  return pid !== undefined && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
