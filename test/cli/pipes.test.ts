import {once} from 'node:events'
import {openSync} from 'node:fs'
import {existsSync} from 'node:fs'
import {spawnSync} from 'node:child_process'
import {setTimeout as sleep} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {resultOf, runFixture, startFixture} from './run-cli.js'

const FAST_TIMERS = new URL('fixture-cli/fast-timers.mjs', import.meta.url).href
const FIXTURE = fileURLToPath(new URL('fixture-cli/bin/run.js', import.meta.url))

describe('pipes', () => {
  it('a reader that goes away after one line ends it quietly', async () => {
    const child = startFixture(['big', '--bytes', '5000000'])
    const whole = once(child, 'close')
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8')
    })
    await once(child.stdout, 'readable')
    child.stdout.destroy()
    expect([await whole, stderr]).toEqual([[0, null], ''])
  })

  for (const [name, flags, exit] of [
    ['', [], 0],
    [', also before an error', ['--then-fail'], 1],
  ] as const) {
    it(`a reader that sleeps gets every byte${name}`, async () => {
      // the child's timers run a thousand times faster: a limit of ten seconds would be over in ten milliseconds
      const child = startFixture(['big', ...flags], {preload: [FAST_TIMERS]})
      const ended = once(child, 'exit')
      await Promise.race([ended, once(child.stdout, 'readable')])
      await Promise.race([ended, sleep(500)])
      const result = await resultOf(child)
      expect([result.stdout.length, result.exit]).toEqual([300_001, exit])
    })
  }

  it.skipIf(!existsSync('/dev/full'))('a full disk is a failure (skipped where there is no /dev/full)', () => {
    const full = openSync('/dev/full', 'w')
    const {status, stderr} = spawnSync(process.execPath, [FIXTURE, 'big'], {stdio: ['ignore', full, 'pipe']})
    expect(status).toBe(1)
    expect(stderr.toString('utf8')).toContain('Error DISK_FULL: stdout: ')
  })

  it('no escape byte leaves it where there is no terminal', async () => {
    for (const argv of [['steps'], ['fail', '--kind', 'held'], ['steps', '--json'], ['fail', '--help']]) {
      const {stdout, stderr} = await runFixture(argv)
      expect(stdout + stderr).not.toContain('\u001b')
    }
  })

  it('progress is plain lines on stderr, and none under --quiet or --json', async () => {
    const plain = await runFixture(['steps'])
    expect(plain.stdout).toBe('16 files are staged.\n')
    expect(plain.stderr.split('\n')).toEqual([
      'stage     0 of 16 files',
      'staged    16 files                                                  14.2 s',
      'a note',
      '',
    ])
    expect((await runFixture(['steps', '--quiet'])).stderr).toBe('')
    expect((await runFixture(['steps', '--json'])).stderr).toBe('')
  })
})
