import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {printed, resultOf, startFixture} from './run-cli.js'

const FIXTURE = fileURLToPath(new URL('fixture-cli/bin/run.js', import.meta.url))
const hasScript = spawnSync('script', ['--version']).status === 0

describe('signals', () => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    it(`${name} stops at once with 130`, async () => {
      const child = startFixture(['wait'])
      const result = resultOf(child)
      await printed(child, 'ready')
      child.kill(name)
      const {exit, stdout, stderr} = await result
      expect([exit, stdout]).toEqual([130, ''])
      expect(stderr).toContain('Error INTERRUPTED: Stopped by ')
    })
  }

  it('under --json an interrupt is one document', async () => {
    const child = startFixture(['wait', '--json'])
    const result = resultOf(child)
    await printed(child, 'ready')
    child.kill('SIGINT')
    const {exit, stdout} = await result
    expect(exit).toBe(130)
    expect((JSON.parse(stdout) as {error: {code: string}}).error.code).toBe('INTERRUPTED')
  })

  it('the second one leaves a command that does not listen', async () => {
    const child = startFixture(['wait', '--deaf'])
    const result = resultOf(child)
    await printed(child, 'ready')
    const stopping = printed(child, 'Stopping')
    child.kill('SIGINT')
    await stopping
    child.kill('SIGINT')
    expect((await result).exit).toBe(130)
  })

  it.skipIf(!hasScript)('Ctrl-C on a terminal with a live line gives 130 (skipped: no script command)', async () => {
    const command = `stty cols 80 rows 24; exec '${process.execPath}' '${FIXTURE}' wait`
    const {CI: _ci, ...variables} = process.env
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {env: {...variables, TERM: 'xterm'}})
    let screen = ''
    const live = new Promise<void>((resolve) => {
      terminal.stdout.on('data', (chunk: Buffer) => {
        screen += chunk.toString('utf8')
        if (screen.includes('4 of 16 files')) resolve()
      })
    })
    const closed = once(terminal, 'close')
    await Promise.race([live, closed])
    expect(screen).toContain('█')
    terminal.stdin.write('\u0003')
    expect((await closed)[0]).toBe(130)
    expect(screen).toContain('Stopped by Ctrl-C')
  })
})
