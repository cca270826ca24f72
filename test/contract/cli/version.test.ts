import {Config} from '@oclif/core/config'
import {describe, expect, it} from 'vitest'
import {ROOT, runSluice} from '../../cli/run-cli.js'

describe('--version', () => {
  it('is what oclif itself would print', async () => {
    const {userAgent} = await Config.load(ROOT)
    expect(await runSluice(['--version'])).toEqual({stdout: `${userAgent}\n`, stderr: '', exit: 0})
    // with another word oclif answers
    expect((await runSluice(['--version', '--quiet'])).stdout).toBe(`${userAgent}\n`)
  })
})
