import {constants} from 'node:fs'
import {access, stat, statfs} from 'node:fs/promises'
import {totalmem} from 'node:os'
import {dirname, resolve} from 'node:path'
import {SluiceError} from '../errors.js'
import type {Machine} from '../ports/machine.js'
import {errnoOf, isAbsence} from './store-errors.js'

/** The machine that this process runs on. */
export const systemMachine: Machine = {
  spaceOf: async (folder) => {
    const standing = await nearestStanding(resolve(folder))
    const [{dev}, {bavail, bsize}] = await Promise.all([stat(standing), statfs(standing)])
    return {fileSystem: String(dev), freeBytes: bavail * bsize}
  },
  memoryBytes: () => {
    // A container's limit; where there is none, Node says 0 or more than any machine has.
    const limitBytes = process.constrainedMemory()
    return limitBytes > 0 ? Math.min(limitBytes, totalmem()) : totalmem()
  },
}

/**
 * Refuses a folder for temporary files that cannot be used, before anything is made in it. Throws `STORE_READ_ONLY`
 * where this user may not write, `USAGE` for what is no folder.
 */
export async function refuseUnusable(folder: string): Promise<void> {
  try {
    const standing = await nearestStanding(resolve(folder))
    if (!(await stat(standing)).isDirectory()) throw notAFolder(folder)
    await access(standing, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw error instanceof SluiceError ? error : unusable(folder, error)
  }
}

/** The folder itself, or the nearest one above it that is there. */
async function nearestStanding(folder: string): Promise<string> {
  for (let standing = folder; ; standing = dirname(standing)) {
    const found = await stat(standing).catch((error: unknown) => {
      if (isAbsence(error)) return null
      throw error
    })
    if (found !== null || dirname(standing) === standing) return standing
  }
}

function notAFolder(folder: string): SluiceError {
  return new SluiceError('USAGE', `The temporary folder ${folder} cannot be made: a file is in its place.`, {
    fix: 'Name a folder: --temp-dir /var/tmp/sluice',
  })
}

function unusable(folder: string, cause: unknown): SluiceError {
  const why = errnoOf(cause) ?? 'an unexpected error'
  return new SluiceError('STORE_READ_ONLY', `The temporary folder ${folder} may not be written to: ${why}.`, {
    fix: 'Give this user write permission there, or name another folder: --temp-dir FOLDER',
    cause,
  })
}
