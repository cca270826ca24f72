import {rm} from 'node:fs/promises'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {change, writeChanges} from './change-folder.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {columnsWith, define, definitionText, makeLake, openLake, sluice, type LakeFolder} from './lake-folder.js'
import {load, type LoadSettings} from './loads.js'
import {ALL_PASS, fileOf, rewriteParquet, verify} from './verified.js'

const FULL = '2026-01-14T10:00:00.000Z'
const FIRST = '2026-01-14T10:15:00.000Z'
const SECOND = '2026-01-14T10:30:00.000Z'
const THIRD = '2026-01-14T10:45:00.000Z'
/** Within the first and the last stretch. */
const EARLY = '2026-01-14T10:05:00.000Z'
const LATE = '2026-01-14T10:40:00.000Z'
const MAY = '2025-05-01T00:00:00.000Z'

let lake: LakeFolder
let full: ExportFolder
let first: ExportFolder

beforeEach(async () => {
  lake = await makeLake()
  full = await writeItems(lake, [[item('a'), item('b', {createdAt: MAY}), item('c'), item('d')]], {time: FULL})
  const files = [
    [changed('a', item('a', {note: 'private'}), item('a')), changed('b', null, item('b', {createdAt: MAY}))],
    [
      // It moves to another partition, so that the old one gets a delete.
      changed('c', item('c', {createdAt: MAY}), item('c')),
      // Nobody tells where it lay.
      changed('d', null),
      changed('e', item('e', {n: '0.5'})),
    ],
  ]
  first = await writeChanges(lake, files, {from: FULL, to: FIRST})
})

afterEach(() => lake.remove())

type Item = ReturnType<typeof item>

function changed(id: string, now: Item | null, before: Item | null = null, at = EARLY): string {
  return change(at, {id: {S: id}}, now, before)
}

async function loaded(sources: readonly ExportFolder[], settings: LoadSettings = {}): Promise<void> {
  const context = await openLake(lake)
  await load(context, sources, settings)
  await context.close()
}

describe('a chain of exports', () => {
  it('is proven link by link, and says what it covers', async () => {
    await loaded([full, first])
    const {exit, states, document, check} = await verify(lake)
    expect({exit, states}).toEqual({exit: 0, states: ALL_PASS})
    expect(document.runs.map((run) => run.export)).toEqual([full.exportId, first.exportId])
    expect(check('rows', 1).text).toContain('5 lines of the manifest = 2 upserts + 1 quarantined + 2 deletes')
    expect(check('samples', 1).counts).toMatchObject({compared: 5, deletes: 2, quarantined: 1, differing: 0})
    expect(check('chain').text).toBe(
      `${FULL} to ${FIRST}, by the full export ${full.exportId} and 1 incremental export without a gap`,
    )
    expect(check('keys').counts).toEqual({keys: 2, doubled: 0, overtaken: 0})
  })

  it.each([
    ['in its partition', /^items\/year=2025\/.+\.2-\d+\.parquet$/, 'b'],
    ['of no known partition', /^items__deletes\/.+\.parquet$/, 'd'],
  ])('has a delete %s that is missed when it is removed', async (_, pattern, id) => {
    await loaded([full, first])
    await rewriteParquet(await fileOf(lake, pattern), `SELECT * FROM t WHERE NOT (id = '${id}' AND _op = 'delete')`)
    const {exit, check} = await verify(lake)
    expect(exit).toBe(3)
    expect([check('objects', 1), check('rows', 1)]).toMatchObject([{state: 'fail'}, {state: 'fail'}])
    expect(check('samples', 1).details).toEqual([expect.stringMatching(/its key has no row of this change, not 1$/)])
  })

  it('with a gap is not known to be whole', async () => {
    const lines = [changed('a', item('a', {note: 'newer'}), item('a'), LATE)]
    const later = await writeChanges(lake, [lines], {from: SECOND, to: THIRD})
    await loaded([full, first, later], {allowGap: true})
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toEqual({exit: 4, states: {...ALL_PASS, chain: 'unknown'}})
    expect(check('chain').text).toBe(`no loaded export holds the changes of ${FIRST} to ${SECOND} (900 s)`)
  })

  it('without a full export says what is not known', async () => {
    await loaded([first])
    expect((await verify(lake)).check('chain')).toMatchObject({
      state: 'pass',
      text: `${FULL} to ${FIRST} by 1 incremental export without a gap; no full export is loaded, so items that did not change are not known`,
    })
  })
})

describe('lines that were set aside and read again', () => {
  const WIDER = '{name: amount, type: "decimal(19,3)", from: amount}'

  it('are compared with their rows', async () => {
    full = await writeItems(lake, [[item('a'), item('b', {amount: '1.005'}), item('c', {n: '0.5'})]], {time: FIRST})
    await loaded([full])
    await define(lake, definitionText({columns: columnsWith('amount', WIDER)}))
    const {operation} = (await verify(lake)).document.runs[0]!
    await sluice(lake, 'backfill', 'run', '--from-quarantine', operation, '--yes')
    const {exit, document, check} = await verify(lake)
    expect({exit, runs: document.runs.length}).toEqual({exit: 0, runs: 2})
    expect(check('export', 1)).toMatchObject({state: 'pass', counts: {files: 1}})
    expect(check('samples', 1).counts).toMatchObject({sampled: 2, compared: 2, quarantined: 1})
    await rm(await fileOf(lake, /^items__quarantine_rows\/.+\.1-00000\.parquet$/))
    expect((await verify(lake)).check('export', 1)).toMatchObject({state: 'unknown', counts: {differing: 1}})
  })
})

describe('the report in Markdown', () => {
  it('holds what an auditor keeps, and no value of an item', async () => {
    await loaded([full, first])
    const {stdout, stderr, exit} = await sluice(lake, 'backfill', 'verify', '--output', 'md')
    expect(exit).toBe(0)
    expect(stderr).toContain('5 lines of export')
    const expected = [
      '# Verification of table items',
      '**PASS**: Table items is proven',
      '| lake | testlake |',
      '| environment | local |',
      '| loads | 2 admitted runs |',
      `| source | full export ${full.exportId} |`,
      `| state as of | ${FULL} |`,
      `| source | incremental export ${first.exportId} |`,
      `| changes | ${FULL} to ${FIRST} |`,
      `| export ARN | arn:aws:dynamodb:eu-west-1:111122223333:table/Items/export/${first.exportId} |`,
      '| table ARN | arn:aws:dynamodb:eu-west-1:111122223333:table/Items |',
      '| record | PASS |',
      'upserts 2, quarantined 1, deletes 2, added 1',
      'Sampled lines, by file:',
      '## The table as a whole',
      '| chain | PASS |',
      '## What was not checked',
    ]
    for (const part of expected) expect(stdout).toContain(part)
    expect(stdout).toMatch(/\| checked at \| \d{4}-\d\d-\d\dT[\d:.]+Z \|/)
    expect(stdout).toMatch(/\| checked by \| \S+ on \S+ \|\n\| sluice \| \d+\.\d+\.\d+ \|/)
    expect(stdout).toMatch(/\| SHA-256 of the objects \| [\da-f]{64} \|/)
    expect(stdout).not.toContain('private')
  })

  it('names what differs, escaped', async () => {
    const odd = {folder: `${lake.folder}/a_b*c`}
    full = await writeItems(odd, [[item('a'), item('b')]], {time: FIRST})
    await loaded([full])
    await rewriteParquet(await fileOf(lake, /^items\/.+\.parquet$/), "SELECT * REPLACE ('<secret>' AS note) FROM t")
    const {stdout, exit} = await sluice(lake, 'backfill', 'verify', '--output', 'md')
    expect(exit).toBe(3)
    expect(stdout).toContain('**FAIL**: Table items is not what was loaded.')
    expect(stdout).toContain('a_b\\*c')
    expect(stdout).toMatch(/^- .+, line 1: column note differs$/m)
    expect(stdout).not.toContain('secret')
  })

  it('is refused beside --json', async () => {
    await loaded([full])
    const {stdout, exit} = await sluice(lake, 'backfill', 'verify', '--output', 'md', '--json')
    expect({exit, code: (JSON.parse(stdout) as {error: {code: string}}).error.code}).toEqual({exit: 2, code: 'USAGE'})
  })
})
