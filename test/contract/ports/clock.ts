import {describe, expect, it} from 'vitest'
import type {Clock, Host, Ids} from '../../../src/lib/ports/clock.js'

/** What every Clock promises. */
export function clockContract(name: string, factory: () => Clock): void {
  describe(`${name} as Clock`, () => {
    it('never goes back and sleeps at least as long as asked', async () => {
      const clock = factory()
      const before = clock.monotonicMs()
      await clock.sleep(5)
      // Timers count whole milliseconds, the monotonic clock does not.
      expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(4)
      expect(clock.now()).toBeInstanceOf(Date)
    })

    it('rejects a sleep with the reason of the signal', async () => {
      const clock = factory()
      const reason = new Error('stop')
      await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
      const controller = new AbortController()
      const sleep = clock.sleep(60_000, controller.signal)
      controller.abort(reason)
      await expect(sleep).rejects.toBe(reason)
    })
  })
}

/** What every Ids promises. */
export function idsContract(name: string, factory: () => Ids): void {
  describe(`${name} as Ids`, () => {
    it('makes ULIDs, each once', () => {
      const ids = factory()
      const made = Array.from({length: 1000}, () => ids.next())
      expect(new Set(made).size).toBe(made.length)
      for (const id of made) expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    })
  })
}

/** What every Host promises. */
export function hostContract(name: string, factory: () => Host): void {
  describe(`${name} as Host`, () => {
    it('knows itself to be alive', () => {
      const host = factory()
      expect(host.fateOf(host.identity)).toBe('alive')
      expect(JSON.parse(JSON.stringify(host.identity))).toEqual(host.identity)
    })

    it('calls a process of another boot gone', () => {
      const host = factory()
      expect(host.fateOf({...host.identity, bootId: 'another'})).toBe('gone')
    })

    it('knows nothing of another machine', () => {
      const host = factory()
      expect(host.fateOf({...host.identity, host: 'another', pid: 2 ** 30})).toBe('unknown')
    })
  })
}
