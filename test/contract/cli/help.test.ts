import {readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {runSluice} from '../../cli/run-cli.js'
import {manifestCommands, wordsOf} from './manifest.js'

const SENTENCE = /^[A-Z`-].*\.$/

describe.each(manifestCommands().map((command) => [command.id, command] as const))('%s', (_id, command) => {
  it('has a summary of one line that ends with a full stop', () => {
    expect(command.summary).toMatch(SENTENCE)
    expect(command.summary?.length).toBeLessThanOrEqual(80)
  })

  it('has an example', () => {
    expect(command.examples?.length).toBeGreaterThan(0)
  })

  it('has a summary for every flag and a description for every argument', () => {
    const flags = Object.values(command.flags).filter(({name}) => name !== 'json')
    for (const {name, summary} of flags) expect(summary, `--${name}`).toMatch(SENTENCE)
    for (const [name, argument] of Object.entries(command.args)) expect(argument.description, name).toBeTruthy()
  })

  it('shows this help', async () => {
    const {stdout, stderr, exit} = await runSluice([...wordsOf(command), '--help'], {
      variables: {COLUMNS: '80', OCLIF_COLUMNS: '80'},
    })
    expect([exit, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('\u001b')
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    await expect(stdout).toMatchFileSnapshot(`help/${command.id.replaceAll(':', '.')}.txt`)
  })
})

describe('topics', () => {
  const topics = new Set(manifestCommands().flatMap(({id}) => (id.includes(':') ? [id.split(':')[0] ?? ''] : [])))

  it.each([...topics])('%s has a description of its own', async (topic) => {
    const {stdout} = await runSluice(['--help'])
    const line = stdout.split('\n').find((text) => text.trim().startsWith(`${topic} `))
    const childSummaries = manifestCommands().map(({summary}) => summary)
    expect(line).toBeDefined()
    expect(childSummaries).not.toContain(line?.trim().slice(topic.length).trim())
  })
})

it('no snapshot is left of a command that is gone', () => {
  const expected = manifestCommands().map(({id}) => `${id.replaceAll(':', '.')}.txt`)
  expect(readdirSync(new URL('help', import.meta.url)).sort()).toEqual(expected.sort())
})
