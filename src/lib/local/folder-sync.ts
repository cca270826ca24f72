import {open} from 'node:fs/promises'
import {isAbsence} from './store-errors.js'

/** Makes new names in folders durable. Callers that come while a sync runs share the next one. */
export class FolderSync {
  readonly #running = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  /** Resolves when every name made in the folder before this call is on disk. */
  sync(folder: string): Promise<void> {
    const running = this.#running.get(folder)
    if (running === undefined) return this.#start(folder)
    const planned = this.#next.get(folder)
    if (planned !== undefined) return planned
    const next = running.then(
      () => this.#startNext(folder),
      () => this.#startNext(folder),
    )
    this.#next.set(folder, next)
    return next
  }

  #startNext(folder: string): Promise<void> {
    this.#next.delete(folder)
    return this.#start(folder)
  }

  #start(folder: string): Promise<void> {
    const work = syncFolder(folder).finally(() => {
      if (this.#running.get(folder) === work) this.#running.delete(folder)
    })
    this.#running.set(folder, work)
    return work
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for this; there NTFS journals names itself.
  if (process.platform === 'win32') return
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    // A folder that a concurrent delete removed has no name left to keep.
    if (!isAbsence(error)) throw error
  }
}
