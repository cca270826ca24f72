import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {describe, expect, it} from 'vitest'
import {systemClock, systemHost, systemIds} from '../../src/lib/local/system.js'
import {clockContract, hostContract, idsContract} from '../contract/ports/clock.js'
import {CountingIds, FixedClock, FixedHost} from '../fakes/fixed-clock.js'

clockContract('systemClock', () => systemClock)
clockContract('FixedClock', () => new FixedClock())
idsContract('systemIds', () => systemIds)
idsContract('CountingIds', () => new CountingIds())
hostContract('systemHost', systemHost)
hostContract('FixedHost', () => new FixedHost())

describe('systemHost', () => {
  it('calls a process that has ended gone', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    const host = systemHost()
    expect(host.fateOf({...host.identity, pid: child.pid ?? 0})).toBe('gone')
  })

  it.runIf(process.platform === 'linux')('tells a process from a later one with its pid', () => {
    const host = systemHost()
    expect(host.fateOf({...host.identity, startedAt: '1'})).toBe('gone')
  })

  it.runIf(process.platform === 'linux')('tells a process from an earlier one that is alive', () => {
    const host = systemHost()
    expect(host.fateOf({...host.identity, pid: 1})).toBe('gone')
  })
})
