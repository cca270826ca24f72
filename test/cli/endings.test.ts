import {describe, expect, it} from 'vitest'
import {runFixture} from './run-cli.js'

interface Ending {
  readonly argv: readonly string[]
  readonly exit: number
  readonly code?: string
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  'a known error': {argv: ['fail', '--kind', 'held'], exit: 2, code: 'LOCK_HELD'},
  'a bug': {argv: ['fail', '--kind', 'bug'], exit: 1, code: 'UNEXPECTED'},
  'a result with a breach': {argv: ['fail', '--kind', 'breached'], exit: 3},
  'a flag that does not exist': {argv: ['fail', '--bad'], exit: 2, code: 'USAGE'},
  'a required flag left out': {argv: ['fail'], exit: 2, code: 'USAGE'},
  'an option that is none': {argv: ['fail', '--kind', 'x'], exit: 2, code: 'USAGE'},
  'an argument too many': {argv: ['fail', '--kind', 'held', 'x'], exit: 2, code: 'USAGE'},
  'a file that is not there': {argv: ['fail', '--kind', 'held', '--file', '/no/such'], exit: 2, code: 'USAGE'},
  'a day that does not exist': {argv: ['steps', '--now', '2026-02-30'], exit: 2, code: 'USAGE'},
  'a refused confirmation': {argv: ['change'], exit: 2, code: 'CONFIRMATION_REQUIRED'},
  'a command that does not exist': {argv: ['stepps'], exit: 2, code: 'COMMAND_UNKNOWN'},
}

describe('every ending has one exit code and two faces', () => {
  for (const [name, {argv, exit, code}] of Object.entries(ENDINGS)) {
    it(name, async () => {
      const human = await runFixture(argv)
      const json = await runFixture([...argv, '--json'])
      expect({human: human.exit, json: json.exit}).toEqual({human: exit, json: exit})
      expect(json.stderr).toBe('')
      const document = JSON.parse(json.stdout) as {error?: {code: string}}
      expect(document.error?.code).toBe(code)
      if (code === undefined) return
      expect(human.stdout).toBe('')
      expect(human.stderr).toMatch(new RegExp(`^Error ${code}: .+`))
    })
  }

  it('an error for people says what, why and what next', async () => {
    const {stderr} = await runFixture(['fail', '--kind', 'held'])
    expect(stderr).toBe(
      [
        'Error LOCK_HELD: table:claims is in use.',
        '  operation  7',
        '  age        2 min 05 s',
        'Next:',
        '  fixture ops watch 7',
        '  sluice explain LOCK_HELD',
        '',
      ].join('\n'),
    )
  })

  it('mistakes are listed with place and fix', async () => {
    const {stderr} = await runFixture(['fail', '--kind', 'mistakes'])
    expect(stderr).toBe(
      [
        'Error DEFINITION_INVALID: 1 mistake in sluice.yaml.',
        '  sluice.yaml:3:5  tables.claims  is empty',
        '    fill it',
        '',
      ].join('\n'),
    )
  })

  it('the error document holds four facts and nothing of the parser', async () => {
    const {stdout} = await runFixture(['fail', '--bad', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      error: {code: 'USAGE', message: 'Nonexistent flag: --bad.', fix: 'fixture fail --help', details: null},
    })
  })

  it('a result may hold exact integers', async () => {
    const {stdout} = await runFixture(['fail', '--kind', 'breached', '--json'])
    expect(JSON.parse(stdout)).toEqual({rows: '10', late: ['a']})
  })

  it('a stack is shown only to who asks for it', async () => {
    const plain = await runFixture(['fail', '--kind', 'bug'])
    const debug = await runFixture(['fail', '--kind', 'bug'], {variables: {SLUICE_DEBUG: '1'}})
    expect(plain.stderr).not.toContain('    at ')
    expect(debug.stderr).toContain('    at ')
  })

  it('--json and --output together are refused', async () => {
    const both = await runFixture(['steps', '--output', 'csv', '--json'])
    expect(both.exit).toBe(2)
    expect((JSON.parse(both.stdout) as {error: {message: string}}).error.message).toBe(
      '--json cannot also be provided when using --output.',
    )
    expect((await runFixture(['steps', '--json'])).exit).toBe(0)
  })
})
