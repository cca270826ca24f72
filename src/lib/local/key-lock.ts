import {createHash} from 'node:crypto'
import {link, mkdir, readFile, readdir, unlink} from 'node:fs/promises'
import {join} from 'node:path'
import {SluiceError} from '../errors.js'
import type {Clock, Host} from '../ports/clock.js'
import {shown} from '../ports/object-keys.js'
import {parseIdentity} from './process-identity.js'
import {errnoOf, nullWhenAbsent} from './store-errors.js'

const KEPT_GENERATIONS = 16
const LIVING_HOLDER_LIMIT_MS = 10_000
const SILENT_HOLDER_LIMIT_MS = 30_000
const LONGEST_PAUSE_MS = 16
/** Most that counts as silence between two looks; a slow disk may take as long to look. */
const LONGEST_LOOK_MS = 1_000

export interface KeyLockOptions {
  /** Where the lock files are. */
  readonly folder: string
  /** A file with this process's identity, on the same file system; locks are links to it. */
  readonly holderFile: () => Promise<string>
  /** Called when the holder file has vanished. */
  readonly resetHolderFile: () => void
  readonly clock: Clock
  readonly host: Host
}

interface Top {
  readonly generation: number
  readonly isReleased: boolean
  readonly generations: readonly number[]
}

interface Holder {
  readonly fate: 'alive' | 'gone' | 'unknown'
  readonly label: string
}

interface Wait {
  readonly startedAtMs: number
  tries: number
  holder: Holder | null
}

interface Sighting {
  readonly generation: number
  lookedMs: number
  silentMs: number
}

/**
 * Mutual exclusion per key between processes, which a killed holder cannot block.
 *
 * A shard is a folder of numbered generations; the holder is who made the highest one. A generation ends by its
 * `released` marker or by its holder's death, and only then is the next made. Numbers are never used again: the highest
 * file stays, so that a process that looked long ago and wakes up late meets a taken or an outnumbered generation.
 */
export class KeyLock {
  readonly #options: KeyLockOptions
  readonly #queues = new Map<string, Promise<void>>()
  readonly #sightings = new Map<string, Sighting>()

  constructor(options: KeyLockOptions) {
    this.#options = options
  }

  /** Runs `action` while no other process runs one for this key. Throws `STORE_UNAVAILABLE` when it cannot be had. */
  async run<T>(key: string, action: () => Promise<T>): Promise<T> {
    const shard = createHash('sha256').update(key).digest('hex').slice(0, 2)
    // Within the process callers queue up, so that only one of them asks the file system.
    const turn = (this.#queues.get(shard) ?? Promise.resolve()).then(() => this.#runLocked(shard, action))
    const over = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#queues.set(shard, over)
    void over.then(() => {
      if (this.#queues.get(shard) === over) this.#queues.delete(shard)
    })
    return turn
  }

  async #runLocked<T>(shard: string, action: () => Promise<T>): Promise<T> {
    const folder = join(this.#options.folder, shard)
    const generation = await this.#acquire(folder)
    try {
      return await action()
    } finally {
      await this.#release(folder, generation)
    }
  }

  async #acquire(folder: string): Promise<number> {
    const wait: Wait = {startedAtMs: this.#options.clock.monotonicMs(), tries: 0, holder: null}
    for (;;) {
      const top = await readTop(folder)
      const holder = top.isReleased ? null : await this.#holderOf(folder, top.generation)
      const isFree = holder === null || holder.fate === 'gone'
      if (isFree && (await this.#isTaken(folder, top))) return top.generation + 1
      wait.holder = holder
      await this.#pause(wait)
    }
  }

  /** Tries to make the next generation; false when somebody else was faster. */
  async #isTaken(folder: string, seen: Top): Promise<boolean> {
    const own = seen.generation + 1
    if (!(await this.#isMade(folder, String(own)))) return false
    const now = await readTop(folder)
    if (now.generation !== own || now.isReleased) {
      await unlink(join(folder, String(own))).catch(() => undefined)
      return false
    }
    this.#sightings.delete(folder)
    await removeOld(folder, now)
    return true
  }

  async #isMade(folder: string, name: string): Promise<boolean> {
    try {
      await link(await this.#options.holderFile(), join(folder, name))
      return true
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false
      if (errnoOf(error) !== 'ENOENT') throw error
    }
    const isNewFolder = (await mkdir(folder, {recursive: true})) !== undefined
    // The folder stood, so it was the holder file that somebody cleared away.
    if (!isNewFolder) this.#options.resetHolderFile()
    return isNewFolder ? this.#isMade(folder, name) : false
  }

  async #release(folder: string, generation: number): Promise<void> {
    try {
      await link(join(folder, String(generation)), join(folder, `${generation}.released`))
    } catch {
      // A full disk may refuse the marker. The lock must not stay: without its file the generation never was.
      await unlink(join(folder, String(generation))).catch(() => undefined)
    }
  }

  async #holderOf(folder: string, generation: number): Promise<Holder> {
    const text = await nullWhenAbsent(() => readFile(join(folder, String(generation)), 'utf8'))
    if (text === null) return {fate: 'unknown', label: 'a process that just gave up'}
    const identity = parseIdentity(text)
    const fate = identity === null ? 'unknown' : this.#options.host.fateOf(identity)
    const label = identity === null ? 'an unknown process' : `process ${identity.pid} on ${shown(identity.host)}`
    if (fate !== 'unknown') return {fate, label}
    return {fate: this.#isSilent(folder, generation) ? 'gone' : 'unknown', label}
  }

  #isSilent(folder: string, generation: number): boolean {
    const nowMs = this.#options.clock.monotonicMs()
    const sighting = this.#sightings.get(folder)
    if (sighting?.generation !== generation) {
      this.#sightings.set(folder, {generation, lookedMs: nowMs, silentMs: 0})
      return false
    }
    // Where a clock leaps, or this process was stopped for a while, nobody looked for all of that time.
    sighting.silentMs += Math.min(nowMs - sighting.lookedMs, LONGEST_LOOK_MS)
    sighting.lookedMs = nowMs
    return sighting.silentMs >= SILENT_HOLDER_LIMIT_MS
  }

  async #pause(wait: Wait): Promise<void> {
    wait.tries += 1
    const waitedMs = this.#options.clock.monotonicMs() - wait.startedAtMs
    // A holder on another machine is given its whole time to fall silent before this call gives up.
    const extraMs = wait.holder?.fate === 'unknown' ? SILENT_HOLDER_LIMIT_MS : 0
    if (waitedMs > LIVING_HOLDER_LIMIT_MS + extraMs) throw heldTooLong(wait.holder)
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 ** Math.min(wait.tries, 5))
    await this.#options.clock.sleep(pauseMs * (0.5 + Math.random() / 2))
  }
}

async function readTop(folder: string): Promise<Top> {
  const names = (await nullWhenAbsent(() => readdir(folder))) ?? []
  const generations = new Set<number>()
  for (const name of names) {
    const match = /^(\d+)(\.released)?$/.exec(name)
    if (match !== null) generations.add(Number(match[1]))
  }
  const generation = Math.max(0, ...generations)
  const isReleased = generation === 0 || names.includes(`${generation}.released`)
  return {generation, isReleased, generations: [...generations]}
}

async function removeOld(folder: string, top: Top): Promise<void> {
  for (const generation of top.generations) {
    if (generation > top.generation - KEPT_GENERATIONS) continue
    // The marker goes last: a generation without its marker could seem to be held.
    await unlink(join(folder, String(generation))).catch(() => undefined)
    await unlink(join(folder, `${generation}.released`)).catch(() => undefined)
  }
}

function heldTooLong(holder: Holder | null): SluiceError {
  const who = holder === null ? 'other processes' : holder.label
  return new SluiceError('STORE_UNAVAILABLE', `The store stayed locked by ${who} for too long.`, {
    fix: 'Run the command again, or end that process when it hangs.',
  })
}
