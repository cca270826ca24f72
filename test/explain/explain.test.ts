import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {CODES, EXIT, type ErrorCode} from '../../src/lib/errors.js'
import {explain, renderExplain} from '../../src/lib/explain/index.js'
import {runSluice} from '../cli/run-cli.js'
import {manifestCommands, wordsOf} from '../contract/cli/manifest.js'
import {documentOf} from '../contract/cli/result-document.js'

const RECORD = new URL('../contract/cli/record-imports.mjs', import.meta.url).href
const SENTENCE = /^[A-Z-].*\.$/
const {codes} = explain(undefined)

describe.each(codes.map((code) => [code.code, code] as const))('%s', (name, {title, meaning, causes, state, next}) => {
  it('is explained in sentences', () => {
    expect(title.length).toBeLessThanOrEqual(50)
    expect(title).not.toMatch(/\.$/)
    for (const text of [meaning, state, ...causes]) expect(text).toMatch(SENTENCE)
    expect(causes.length).toBeGreaterThan(0)
    expect(next.length).toBeGreaterThan(0)
  })

  it('fits a terminal', () => {
    const lines = renderExplain(explain(name)).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('names commands and flags that there are', () => {
    for (const {command} of next) if (command !== null) expect(faultOf(command), command).toBeNull()
  })
})

/** Null when the words name a command, and every flag is one of its own. */
function faultOf(line: string): string | null {
  const [bin, ...words] = line.split(' ')
  if (bin !== 'sluice') return 'is of another program'
  if (/^(COMMAND )?--(help|version)$/.test(words.join(' '))) return null
  const command = manifestCommands().find((known) => wordsOf(known).every((word, index) => words[index] === word))
  if (command === undefined) return 'is no command'
  const known = new Set(Object.keys(command.flags))
  const unknown = words.filter((word) => word.startsWith('--') && !known.has(word.slice(2)))
  return unknown.length === 0 ? null : `has no ${unknown.join(', ')}`
}

describe('sluice explain', () => {
  let empty: string
  beforeAll(async () => {
    empty = await mkdtemp(join(tmpdir(), 'sluice-explain-'))
  })
  afterAll(() => rm(empty, {recursive: true, force: true}))

  it('lists every code once, under its exit status', async () => {
    const {stdout, stderr, exit} = await runSluice(['explain'], {cwd: empty})
    expect([exit, stderr]).toEqual([0, ''])
    const sections = stdout.split(/^exit /m).slice(1)
    expect(sections.map((text) => Number(text.split(':')[0])).sort()).toEqual(Object.values(EXIT).sort())
    for (const [code, status] of Object.entries(CODES)) {
      const holding = sections.filter((text) => new RegExp(`^  ${code} `, 'm').test(text))
      expect(holding.map((text) => Number(text.split(':')[0]))).toEqual([status])
    }
  })

  it.each([
    ['LOCK_HELD', 'LOCK_HELD'],
    ['lock_held', 'LOCK_HELD'],
    ['lock-held', 'LOCK_HELD'],
    [' plan stale ', 'PLAN_STALE'],
  ])('takes %s', (asked, code) => {
    expect(explain(asked)).toMatchObject({asked: code, codes: [{code}], exits: [{exit: CODES[code as ErrorCode]}]})
  })

  it('explains an exit status with its codes', () => {
    expect(explain('130')).toMatchObject({asked: '130', codes: [{code: 'INTERRUPTED'}], exits: [{exit: 130}]})
    expect(explain('3')).toMatchObject({codes: [], exits: [{exit: 3}]})
  })

  it('names the code that was probably meant', async () => {
    const {stderr, exit} = await runSluice(['explain', 'LOCK_HELT'], {cwd: empty})
    expect(exit).toBe(2)
    expect(stderr).toBe(
      'Error USAGE: There is no error code "LOCK_HELT". Did you mean LOCK_HELD?\nNext:\n  sluice explain LOCK_HELD\n',
    )
    expect(() => explain('weather')).toThrow(expect.objectContaining({code: 'USAGE', fix: 'sluice explain'}))
  })

  it('answers in JSON, in an empty folder, with nothing heavy loaded', async () => {
    const json = await runSluice(['explain', '--json'], {cwd: empty})
    expect(json.exit).toBe(0)
    expect(documentOf('explain', json.stdout)).toMatchObject({asked: null})
    const {stderr, exit} = await runSluice(['explain', 'disk_full'], {cwd: empty, preload: [RECORD]})
    expect([exit, stderr]).toEqual([0, expect.stringContaining('lib/explain/')])
    expect(stderr).not.toMatch(/node_modules\/(@duckdb|zod|yaml|p-map)\/|lib\/context\.js|lib\/lake\//)
  })
})
