import {randomBytes} from 'node:crypto'
import type {FileHandle} from 'node:fs/promises'
import {constants} from 'node:fs'
import {copyFile, link, lstat, mkdir, open, readFile, readdir, rm, stat, unlink} from 'node:fs/promises'
import {join} from 'node:path'
import type {Host} from '../ports/clock.js'
import type {WriteBody} from '../ports/object-store.js'
import type {TaggedFile} from './etag-cache.js'
import {hashBytes, hashFile} from './etag-cache.js'
import type {FolderPaths} from './folder-paths.js'
import {parseIdentity} from './process-identity.js'
import {errnoOf, isAbsence} from './store-errors.js'

/** What the umask makes of it. */
const SHARED_MODE = 0o666
const HOLDER_FILE = 'holder.json'
// Where a link cannot be made the bytes are copied: another file system, a foreign file, too many links.
const NOT_LINKABLE = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'])

export interface StagedFile extends TaggedFile {
  readonly path: string
}

/**
 * Complete, synced files that have no key yet. Every process has a folder of its own here, with its identity in it, so
 * that what a killed process left can be removed by the next one.
 */
export class Staging {
  readonly #folder: string
  readonly #paths: FolderPaths
  readonly #host: Host
  #session: Promise<string> | undefined
  #count = 0

  constructor(folder: string, paths: FolderPaths, host: Host) {
    this.#folder = folder
    this.#paths = paths
    this.#host = host
  }

  /** A durable file that says which process this is; locks are links to it. */
  async holderFile(): Promise<string> {
    return join(await this.#ownFolder(), HOLDER_FILE)
  }

  /** Writes or adopts the body. The file of a `{file}` body stays where it is until `adopted`. */
  async stage(body: WriteBody, mode = SHARED_MODE): Promise<StagedFile> {
    try {
      return await this.#stageAt(await this.#nextPath(), body, mode)
    } catch (error) {
      if (!isAbsence(error) || (await this.#isSessionThere())) throw error
      // Somebody cleared the store's own folder while this process had it open: begin anew, once.
      this.reset()
      return this.#stageAt(await this.#nextPath(), body, mode)
    }
  }

  /** Forgets the folder of this process, so that the next call makes a new one. */
  reset(): void {
    this.#session = undefined
  }

  async #stageAt(path: string, body: WriteBody, mode: number): Promise<StagedFile> {
    try {
      return body instanceof Uint8Array ? await stageBytes(path, body, mode) : await stageFile(path, body.file)
    } catch (error) {
      await removeQuietly(path)
      throw error
    }
  }

  async #isSessionThere(): Promise<boolean> {
    return (await stat(await this.holderFile()).catch(() => null)) !== null
  }

  async #nextPath(): Promise<string> {
    const folder = await this.#ownFolder()
    this.#count += 1
    return join(folder, String(this.#count))
  }

  #ownFolder(): Promise<string> {
    if (this.#session !== undefined) return this.#session
    const session = this.#begin()
    this.#session = session
    session.catch(() => {
      if (this.#session === session) this.#session = undefined
    })
    return session
  }

  async #begin(): Promise<string> {
    await this.#paths.ensure(this.#folder)
    await this.#sweep()
    const own = join(this.#folder, `${this.#host.identity.pid}-${randomBytes(8).toString('hex')}`)
    await mkdir(own)
    const handle = await open(join(own, HOLDER_FILE), 'wx')
    try {
      await handle.writeFile(JSON.stringify(this.#host.identity))
      // After a power cut an empty lock file would hold up every writer for its full time.
      await handle.sync()
    } finally {
      await handle.close()
    }
    return own
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const folder = join(this.#folder, name)
      const text = await readFile(join(folder, HOLDER_FILE), 'utf8').catch(() => null)
      const identity = text === null ? null : parseIdentity(text)
      if (identity === null || this.#host.fateOf(identity) !== 'gone') continue
      // Another process may sweep the same folder at this moment.
      await rm(folder, {recursive: true, force: true}).catch(() => undefined)
    }
  }
}

/** Removes a file that may be gone already or may stay: nobody can see it. */
export async function removeQuietly(path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
}

async function stageBytes(path: string, bytes: Uint8Array, mode: number): Promise<StagedFile> {
  const handle = await open(path, 'wx', mode)
  try {
    await handle.writeFile(bytes)
    return {path, etag: hashBytes(bytes), stats: await seal(handle)}
  } finally {
    await handle.close()
  }
}

async function stageFile(path: string, file: string): Promise<StagedFile> {
  await linkOrCopy(file, path)
  const handle = await open(path, 'r')
  try {
    const etag = await hashFile(handle)
    return {path, etag, stats: await seal(handle)}
  } finally {
    await handle.close()
  }
}

async function linkOrCopy(file: string, path: string): Promise<void> {
  const stats = await lstat(file)
  // A symbolic link would come in as a link, and a second name could still change the object's bytes.
  if (stats.isFile() && stats.nlink === 1) {
    try {
      await link(file, path)
      return
    } catch (error) {
      if (!NOT_LINKABLE.has(errnoOf(error) ?? '')) throw error
    }
  }
  await copyFile(file, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
}

async function seal(handle: FileHandle): Promise<StagedFile['stats']> {
  // The kernel stamps files with a coarse tick in which an inode number can come back; a finer stamp tells them apart.
  const seconds = (Date.now() + (performance.now() % 1)) / 1000
  await handle.utimes(seconds, seconds).catch(unlessForeign)
  await handle.sync()
  return handle.stat({bigint: true})
}

// Only the owner may stamp a file; an adopted file may belong to somebody else and keeps its own stamp.
function unlessForeign(error: unknown): void {
  if (errnoOf(error) !== 'EPERM') throw error
}
