import type {Clock, Host, Ids, ProcessIdentity} from '../../src/lib/ports/clock.js'

/** A clock that moves only by `advance` and by sleeping, which takes no real time. */
export class FixedClock implements Clock {
  #elapsedMs = 0
  readonly #startMs: number

  constructor(start = '2026-01-02T03:04:05.000Z') {
    this.#startMs = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#startMs + this.#elapsedMs)
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  advance(ms: number): void {
    this.#elapsedMs += ms
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.advance(ms)
    // Lets files and other waiters move on, as a real pause would.
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
  }
}

/** Valid ULIDs that count up. */
export class CountingIds implements Ids {
  #count = 0

  next(): string {
    this.#count += 1
    return this.#count.toString().padStart(26, '0')
  }
}

/** A host that knows the fate of the processes it was told about. */
export class FixedHost implements Host {
  readonly identity: ProcessIdentity
  readonly #fates = new Map<number, 'alive' | 'gone' | 'unknown'>()

  constructor(identity: Partial<ProcessIdentity> = {}) {
    this.identity = {host: 'test-host', bootId: 'boot-1', pid: 100, startedAt: '1', user: 'tester', ...identity}
  }

  setFate(pid: number, fate: 'alive' | 'gone' | 'unknown'): void {
    this.#fates.set(pid, fate)
  }

  fateOf(identity: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
    if (identity.host !== this.identity.host) return 'unknown'
    if (identity.bootId !== this.identity.bootId) return 'gone'
    return this.#fates.get(identity.pid) ?? (identity.pid === this.identity.pid ? 'alive' : 'gone')
  }
}
