import {readdir, rm, stat} from 'node:fs/promises'
import path from 'node:path'

let sessions = 0

/** The name of a session's spool folder; it says whose it is. */
export function spoolName(): string {
  sessions += 1
  return `duckdb-${process.pid}-${sessions}`
}

/** Removes the spools of processes that were killed. */
export async function sweepDeadSpools(folder: string): Promise<void> {
  for (const dead of await deadSpools(folder)) await rm(dead, {recursive: true, force: true})
}

/** How many spools killed processes left, and how large they are. */
export async function measureDeadSpools(folder: string): Promise<{folders: number; sizeBytes: number}> {
  const dead = await deadSpools(folder)
  let sizeBytes = 0
  for (const spool of dead) {
    const entries = await readdir(spool, {recursive: true, withFileTypes: true}).catch(() => [])
    for (const entry of entries.filter((found) => found.isFile())) {
      // One that goes meanwhile is swept by somebody else.
      sizeBytes += (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0
    }
  }
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
