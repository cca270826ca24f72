import {realpathSync} from 'node:fs'
import {lstat, mkdir, realpath, rmdir} from 'node:fs/promises'
import {dirname, join, relative} from 'node:path'
import {FolderSync} from './folder-sync.js'
import {assertKey, keyInvalid} from '../ports/object-keys.js'
import {errnoOf, isAbsence} from './store-errors.js'

// Each try beyond the first needs a concurrent delete that empties the same folder at that moment.
const MOST_PLACING_TRIES = 100

/** The folders below a store's root: made, checked against symbolic links, removed when empty. */
export class FolderPaths {
  readonly root: string
  readonly #sync = new FolderSync()
  #realRoot: string | undefined

  constructor(root: string) {
    this.root = root
  }

  /** The file of a key. Throws `KEY_INVALID`. */
  fileOf(key: string): string {
    assertKey(key)
    if (process.platform === 'win32' && /[\\:]/.test(key))
      throw keyInvalid(key, 'it holds a character that Windows reads as a path')
    return join(this.root, key)
  }

  /** False when the folder is not there. Throws `KEY_INVALID` when a symbolic link below the root leads to it. */
  async isThere(folder: string): Promise<boolean> {
    try {
      // Synchronous: it is asked with every head, and the thread pool takes ten times as long.
      const real = realpathSync.native(folder)
      this.#realRoot ??= await realpath(this.root)
      if (real === join(this.#realRoot, relative(this.root, folder))) return true
    } catch (error) {
      if (isAbsence(error)) return false
      throw error
    }
    throw this.#linked(folder)
  }

  /** Makes the folder and those above it, durably. Throws `KEY_INVALID` when a symbolic link or a file is in the way. */
  async ensure(folder: string): Promise<void> {
    if (await this.isThere(folder)) return
    if (folder === this.root) {
      await this.#makeRoot(folder)
      return
    }
    await this.ensure(dirname(folder))
    await this.#make(folder)
    await this.#sync.sync(dirname(folder))
  }

  /** Gives a file its name (`link` or `rename` inside `action`); makes its folder again when a delete removed it. */
  async place(file: string, action: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await action()
        return
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' || tries === MOST_PLACING_TRIES) throw error
        await this.ensure(dirname(file))
      }
    }
  }

  /** Resolves when the names in the folder are on disk. */
  sync(folder: string): Promise<void> {
    return this.#sync.sync(folder)
  }

  /** Removes the folder and those above it as far as they are empty, never `top`; then what is left is synced. */
  async prune(folder: string, top: string): Promise<void> {
    let current = folder
    while (current !== top && (await isRemoved(current))) current = dirname(current)
    await this.#sync.sync(current)
  }

  /** Makes the root and those above it; what a write answers must not go with the root's own name in a power cut. */
  async #makeRoot(folder: string): Promise<void> {
    for (const made of await makeWithParents(folder)) {
      await this.#sync.sync(dirname(made)).catch((error: unknown) => {
        // A folder that may be written but not read cannot be opened to be synced.
        if (errnoOf(error) !== 'EACCES') throw error
      })
    }
  }

  async #make(folder: string): Promise<void> {
    try {
      await mkdir(folder)
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return
      if (errnoOf(error) !== 'EEXIST') throw error
      const stats = await lstat(folder).catch(() => null)
      if (stats?.isSymbolicLink() === true) throw this.#linked(folder)
    }
  }

  #linked(folder: string): Error {
    const key = relative(this.root, folder)
    return keyInvalid(key, 'a symbolic link, or another spelling of the same name, is in its path')
  }
}

/**
 * Makes a folder and those above it, and tells which were made. Not by `mkdir` with `recursive`: where a folder stands
 * but takes no folders (as `/proc`), Node 20 tries for ever, without ever failing.
 */
async function makeWithParents(folder: string): Promise<string[]> {
  try {
    await mkdir(folder)
    return [folder]
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return []
    if (errnoOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error
    const above = await makeWithParents(dirname(folder))
    await mkdir(folder).catch((again: unknown) => {
      if (errnoOf(again) !== 'EEXIST') throw again
    })
    return [...above, folder]
  }
}

/** Removes a folder when it is empty; true when it is gone. */
export async function isRemoved(folder: string): Promise<boolean> {
  try {
    await rmdir(folder)
    return true
  } catch (error) {
    // ENOTDIR: the name belongs to an object by now.
    return errnoOf(error) === 'ENOENT'
  }
}
