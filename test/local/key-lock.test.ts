import {mkdir, readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {KeyLock} from '../../src/lib/local/key-lock.js'
import type {ProcessIdentity} from '../../src/lib/ports/clock.js'
import {expectCode} from '../contract/ports/expectations.js'
import {FixedClock, FixedHost} from '../fakes/fixed-clock.js'
import {temporaryFolder} from './temporary-folder.js'

interface Setting {
  readonly folder: string
  readonly clock: FixedClock
  readonly host: FixedHost
  /** A lock of another process on the same machine. */
  lockOf(pid: number): Promise<KeyLock>
}

async function setUp(): Promise<Setting> {
  const top = await temporaryFolder()
  const folder = join(top, 'locks')
  const clock = new FixedClock()
  const host = new FixedHost()
  const lockOf = async (pid: number): Promise<KeyLock> => {
    const own = new FixedHost({pid})
    host.setFate(pid, 'alive')
    const file = join(top, `holder-${pid}`)
    await writeFile(file, JSON.stringify(own.identity))
    const options = {holderFile: async () => file, resetHolderFile: () => undefined, clock}
    return new KeyLock({folder, ...options, host: {identity: own.identity, fateOf: (other) => host.fateOf(other)}})
  }
  return {folder, clock, host, lockOf}
}

/** Makes a generation as a process would that never releases it. */
async function hold(folder: string, generation: number, content: ProcessIdentity | string): Promise<string> {
  const [shard] = await readdir(folder)
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  await writeFile(join(folder, shard ?? '', String(generation)), text)
  return join(folder, shard ?? '')
}

const done = async (): Promise<string> => 'done'

describe('KeyLock', () => {
  it('runs one action at a time, whoever asks', async () => {
    const {lockOf} = await setUp()
    const locks = [await lockOf(1), await lockOf(2), await lockOf(3)]
    let [inside, most, runs] = [0, 0, 0]
    const action = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside -= 1
      runs += 1
    }
    await Promise.all(Array.from({length: 60}, (_, index) => locks[index % 3]?.run('key', action)))
    expect([most, runs]).toEqual([1, 60])
  })

  it('is free again after an action that failed', async () => {
    const {lockOf} = await setUp()
    const lock = await lockOf(1)
    await expect(lock.run('key', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await (await lockOf(2)).run('key', done)).toBe('done')
  })

  it('keeps a bounded number of files', async () => {
    const {folder, lockOf} = await setUp()
    const lock = await lockOf(1)
    for (let index = 0; index < 50; index += 1) await lock.run('key', done)
    const [shard] = await readdir(folder)
    const names = await readdir(join(folder, shard ?? ''))
    expect(names).toContain('50.released')
    expect(names).toHaveLength(32)
  })

  it('waits for a living holder, then says who it is', async () => {
    const {folder, host, lockOf} = await setUp()
    const lock = await lockOf(1)
    await lock.run('key', done)
    host.setFate(77, 'alive')
    await hold(folder, 2, {...host.identity, pid: 77})
    const error = await expectCode(lock.run('key', done), 'STORE_UNAVAILABLE')
    expect(error.message).toContain('process 77')
  })

  it('goes on at once after a holder that is gone', async () => {
    const {clock, folder, host, lockOf} = await setUp()
    const lock = await lockOf(1)
    await lock.run('key', done)
    host.setFate(77, 'gone')
    await hold(folder, 2, {...host.identity, pid: 77})
    const before = clock.monotonicMs()
    expect(await lock.run('key', done)).toBe('done')
    expect(clock.monotonicMs()).toBe(before)
  })

  it.each([
    ['on another machine', JSON.stringify(new FixedHost({host: 'elsewhere', pid: 5}).identity)],
    ['that left no name', ''],
    ['with a name that makes no sense', '{"host":"test-host","bootId":"boot-1","pid":-1,"startedAt":"1"}'],
  ])('goes on after a holder %s was silent for 30 seconds', async (_label, content) => {
    const {clock, folder, lockOf} = await setUp()
    const lock = await lockOf(1)
    await lock.run('key', done)
    await hold(folder, 2, content)
    const before = clock.monotonicMs()
    expect(await lock.run('key', done)).toBe('done')
    expect(clock.monotonicMs() - before).toBeGreaterThanOrEqual(30_000)
  })

  it('does not take a generation that was outnumbered while it slept', async () => {
    const {folder, lockOf} = await setUp()
    const [late, other] = [await lockOf(1), await lockOf(2)]
    await other.run('key', done)
    const shard = join(folder, (await readdir(folder))[0] ?? '')
    // What a late process does: it saw generation 1 and makes 2 when 40 others have come and gone.
    for (let index = 0; index < 40; index += 1) await other.run('key', done)
    await rm(join(shard, '2'), {force: true})
    await writeFile(join(shard, '2'), '')
    expect(await late.run('key', done)).toBe('done')
    expect(await readdir(shard)).toContain('42.released')
  })

  it('goes on when its folder is removed', async () => {
    const {folder, lockOf} = await setUp()
    const lock = await lockOf(1)
    await lock.run('key', () => rm(folder, {recursive: true}))
    await mkdir(folder, {recursive: true})
    expect(await lock.run('key', done)).toBe('done')
  })
})
