import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {runSluice} from '../../cli/run-cli.js'
import {manifestCommands, wordsOf} from './manifest.js'
import {documentOf} from './result-document.js'

/** Runs it for people and for programs, and checks what holds for every failure; gives the error's code. */
async function failure(argv: readonly string[], exit: number, cwd?: string): Promise<string> {
  const options = cwd === undefined ? {} : {cwd}
  const human = await runSluice(argv, options)
  const json = await runSluice([...argv, '--json'], options)
  expect({human: human.exit, json: json.exit}).toEqual({human: exit, json: exit})
  expect([human.stdout, json.stderr]).toEqual(['', ''])
  expect(human.stderr + json.stdout).not.toContain('\u001b')
  const document = documentOf('error', json.stdout) as {error: {code: string}}
  expect(human.stderr).toMatch(new RegExp(`^Error ${document.error.code}: `))
  return document.error.code
}

describe.each(manifestCommands().map((command) => [command.id, command] as const))('%s', (_id, command) => {
  it('refuses a flag that does not exist, the same way for people and programs', async () => {
    expect(await failure([...wordsOf(command), '--no-such-flag'], 2)).toBe('USAGE')
  })

  it('refuses an instant that is none', async () => {
    expect(await failure([...wordsOf(command), '--now', '2026-02-30'], 2)).toBe('USAGE')
  })
})

describe('commands that do not exist', () => {
  it.each([
    ['backfil'],
    ['backfill', 'plna'],
    ['lake', 'shwo', '--env', 'prod'],
    ['no-such-thing'],
    ['backfil', '--help'],
  ])('%s %s', async (...argv) => {
    expect(await failure(argv, 2)).toBe('COMMAND_UNKNOWN')
  })
})

describe('a folder without a lake', () => {
  let empty: string
  beforeAll(() => {
    empty = mkdtempSync(join(tmpdir(), 'sluice-empty-'))
  })
  afterAll(() => rmSync(empty, {recursive: true, force: true}))

  it('is told so', async () => {
    expect(await failure(['lake', 'show'], 2, empty)).toBe('DEFINITION_NOT_FOUND')
  })
})
