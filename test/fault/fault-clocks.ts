import {FixedClock} from '../fakes/fixed-clock.js'

export const STALE_AFTER_MS = 60_000

/** Time stands still, and nobody is woken: leases are not renewed unless a test says so. */
export class StillClock extends FixedClock {
  override sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      if (signal?.aborted) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason), {once: true})
    })
  }
}

/** Sleepers wake when `tick` says so. */
export class TickingClock extends FixedClock {
  #sleepers: {readonly dueMs: number; readonly wake: () => void}[] = []

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({dueMs: this.monotonicMs() + ms, wake: resolve})
      signal?.addEventListener('abort', () => reject(signal.reason), {once: true})
    })
  }

  tick(ms: number): void {
    this.advance(ms)
    const due = this.#sleepers.filter(({dueMs}) => dueMs <= this.monotonicMs())
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper))
    for (const {wake} of due) wake()
  }
}

/** Sleeping takes no time while a lease is watched, and for ever afterwards: nobody renews in these tests. */
export class WatchingClock extends FixedClock {
  readonly #still = new StillClock()

  constructor(private readonly onSleep: (ms: number) => Promise<void> = async () => undefined) {
    super('2026-02-01T09:00:00.000Z')
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.monotonicMs() >= STALE_AFTER_MS) return this.#still.sleep(ms, signal)
    await super.sleep(ms, signal)
    await this.onSleep(ms)
  }
}

/** A clock whose wall time can be set, as time services and people do it; monotonic time goes on as it was. */
export class SetClock extends TickingClock {
  #offsetMs = 0

  override now(): Date {
    return new Date(super.now().getTime() + this.#offsetMs)
  }

  /** The wall clock jumps, back for less than 0. */
  jump(ms: number): void {
    this.#offsetMs += ms
  }
}
