import {randomBytes} from 'node:crypto'
import {constants} from 'node:fs'
import {access, link, mkdir, open, readFile, rename, rm, rmdir, stat, writeFile} from 'node:fs/promises'
import {dirname, join, resolve} from 'node:path'
import type {FileSystemFact, LocalFacts} from '../ports/environment-facts.js'
import {errnoOf, isAbsence, nullWhenAbsent} from './store-errors.js'

/** The store's own folder: what stands in it is never listed. */
const OWN_FOLDER = '.sluice-store'

/** The folder of a local lake, and what its file system can do. */
export class FolderFacts implements LocalFacts {
  readonly backend = 'local'
  readonly nodeVersion = process.versions.node
  readonly #root: string

  constructor(root: string) {
    this.#root = resolve(root)
  }

  async folder(): Promise<{readonly isThere: boolean; readonly refusal: string | null}> {
    const standing = await nearestStanding(this.#root)
    const isThere = standing === this.#root
    if (!(await stat(standing)).isDirectory()) return {isThere, refusal: `${standing} is a file`}
    try {
      await access(standing, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (error) {
      return {isThere, refusal: `${errnoOf(error) ?? 'an error'} in ${standing}`}
    }
    return {isThere, refusal: null}
  }

  async fileSystem(): Promise<FileSystemFact | null> {
    if ((await nullWhenAbsent(() => stat(this.#root))) === null) return null
    const own = join(this.#root, OWN_FOLDER)
    const isNew = (await nullWhenAbsent(() => stat(own))) === null
    const folder = join(own, `doctor-${randomBytes(6).toString('hex')}`)
    try {
      await mkdir(folder, {recursive: true})
      return await tryAll(folder)
    } finally {
      await rm(folder, {recursive: true, force: true})
      // somebody else may have begun to use it since
      if (isNew) await rmdir(own).catch(() => undefined)
    }
  }
}

async function tryAll(folder: string): Promise<FileSystemFact> {
  const file = join(folder, 'a')
  await writeFile(file, 'a')
  return {
    sync: await faultOf(() => sync(file, folder)),
    link: await faultOf(() => linkTwice(file, join(folder, 'b'))),
    rename: await faultOf(() => renameOver(folder)),
    distinctCase: await faultOf(() => writeBothCases(folder)),
  }
}

/** What a try says against the file system; null when it went well. */
async function faultOf(attempt: () => Promise<string | null>): Promise<string | null> {
  try {
    return await attempt()
  } catch (error) {
    return errnoOf(error) ?? (error instanceof Error ? error.message : String(error))
  }
}

async function sync(file: string, folder: string): Promise<null> {
  for (const path of [file, folder]) {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
  return null
}

/** The second link must be refused: that is what a write `ifAbsent` relies on. */
async function linkTwice(file: string, target: string): Promise<string | null> {
  await link(file, target)
  const second = await link(file, target).then(
    () => 'made',
    (error: unknown) => errnoOf(error),
  )
  return second === 'EEXIST' ? null : 'a second link to the same name is not refused'
}

async function renameOver(folder: string): Promise<string | null> {
  const [from, to] = [join(folder, 'new'), join(folder, 'old')]
  await writeFile(to, 'old')
  await writeFile(from, 'new')
  await rename(from, to)
  return (await readFile(to, 'utf8')) === 'new' ? null : 'a renamed file does not replace the one before it'
}

async function writeBothCases(folder: string): Promise<string | null> {
  await writeFile(join(folder, 'Case'), 'upper')
  await writeFile(join(folder, 'case'), 'lower')
  return (await readFile(join(folder, 'Case'), 'utf8')) === 'upper' ? null : 'names that differ in case are one file'
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
