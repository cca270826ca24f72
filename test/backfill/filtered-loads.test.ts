import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {change, writeChanges} from './change-folder.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {
  answerOf,
  columnsWith,
  define,
  definitionText,
  makeLake,
  openLake,
  refusalOf,
  visibleFiles,
  type LakeFolder,
} from './lake-folder.js'
import {current, load, select} from './loads.js'

const TIME = '2026-03-01T00:00:00.000Z'
const LATER = '2026-03-02T00:00:00.000Z'
const january = (id: string, n: string, day = '05') => item(id, {n, createdAt: `2026-01-${day}T03:04:05.678Z`})
const february = (id: string, n: string) => item(id, {n, createdAt: '2026-02-07T00:00:00.000Z'})

let lake: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake()
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

const run = (source: ExportFolder, ...flags: string[]) =>
  answerOf<Record<string, unknown>>(lake, 'backfill', 'run', '--export', source.uri, ...flags)
const counts = async () => (await current(context)).map(({id, count}) => [id, count])

describe('a load of some days', () => {
  it('adds them, replaces nothing, and sets no floor', async () => {
    const older = [january('a', '1'), february('b', '1'), february('gone', '1')]
    await load(context, await writeItems(lake, [older], {time: TIME}))
    const source = await writeItems(lake, [[january('a', '2'), january('new', '2', '31'), february('b', '2')]], {
      time: LATER,
    })
    const {document, exit} = await run(source, '--from', '2026-01-01', '--to', '2026-02-01')
    expect(exit).toBe(0)
    expect(document).toMatchObject({
      rows: 2,
      leftOut: 1,
      floor: null,
      filter: {from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', where: null},
      comparison: {added: 1, changed: 1, vanished: 0},
      supersedes: [],
    })
    expect(await counts()).toEqual([
      ['a', 2n],
      ['b', 1n],
      ['gone', 1n],
      ['new', 2n],
    ])
  })

  it('is done once, and is part of a whole load of the same export', async () => {
    const source = await writeItems(lake, [[january('a', '1'), february('b', '1')]], {time: TIME})
    const days = ['--from', '2026-01-01', '--to', '2026-02-01']
    const first = await run(source, ...days)
    expect((await run(source, ...days)).document).toMatchObject({changed: false})
    const runs = (first.document['sources'] as {run: string}[]).map(({run: name}) => name)
    expect((await run(source)).document).toMatchObject({changed: true, supersedes: runs, rows: 2})
    expect((await run(source, ...days)).document).toMatchObject({changed: false})
    expect(await counts()).toEqual([
      ['a', 1n],
      ['b', 1n],
    ])
  })

  it('is loaded beside the whole of its export under a corrected definition', async () => {
    const source = await writeItems(lake, [[january('a', '1'), february('b', '1')]], {time: TIME})
    await run(source)
    await define(lake, definitionText({columns: columnsWith('note', '{name: note, type: string, from: id}')}))
    const {document, exit} = await run(source, '--from', '2026-01-01', '--to', '2026-02-01')
    expect([exit, document]).toMatchObject([0, {changed: true, rows: 1, comparison: {changed: 1, added: 0}}])
    expect((await current(context)).map(({id, note}) => [id, note])).toEqual([
      ['a', 'a'],
      ['b', null],
    ])
  })

  it('takes the first instant and leaves the last one out', async () => {
    const at = (id: string, createdAt: string) => item(id, {createdAt})
    const edges = [
      at('before', '2026-01-31T23:59:59.999Z'),
      at('first', '2026-02-01T00:00:00.000Z'),
      at('last', '2026-02-28T23:59:59.999Z'),
      at('after', '2026-03-01T00:00:00.000Z'),
    ]
    await run(await writeItems(lake, [edges], {time: TIME}), '--from', '2026-02-01', '--to', '2026-03-01')
    expect((await counts()).map(([id]) => id)).toEqual(['first', 'last'])
  })
})

describe('a load with a condition', () => {
  it('takes the rows that it holds for, and counts the others', async () => {
    const items = [january('a', '5'), january('b', '15'), item('none'), item('bad', {n: '1.5'})]
    const {document, exit} = await run(await writeItems(lake, [items], {time: TIME}), '--where', 'count > 10')
    expect([exit, document]).toMatchObject([0, {rows: 1, leftOut: 3, quarantined: 0}])
    expect(await counts()).toEqual([['b', 15n]])
  })

  it('sets aside what it holds for and cannot be read, and finds those lines', async () => {
    const items = [
      item('x', {n: '1.5', note: 'wanted'}),
      item('y', {n: '2.5', note: 'other'}),
      item('z', {note: 'wanted'}),
    ]
    const source = await writeItems(lake, [items], {time: TIME})
    const {document, exit} = await run(source, '--where', "note = 'wanted'")
    expect([exit, document]).toMatchObject([4, {rows: 1, quarantined: 1, leftOut: 1}])
    expect(await select(context, 'SELECT key, line FROM items__quarantine')).toEqual([{key: '["x"]', line: 1n}])
  })

  it.each([
    ['no_such_column = 1'],
    ['count >'],
    ['count > 1) OR (1 = 1'],
    ['count > 1 -- and more'],
    ['id IN (SELECT id FROM items)'],
    ["id = (SELECT content FROM read_text('/etc/hostname'))"],
    ['count > 1; DROP TABLE items'],
    ['row_number() OVER () = 1'],
    ['_op = 1'],
    ['list_contains([1], count)'],
  ])('is refused, and changes nothing: %s', async (where) => {
    const source = await writeItems(lake, [[january('a', '1')]], {time: TIME})
    const before = await visibleFiles(lake.root)
    const refusal = await refusalOf(lake, 'backfill', 'run', '--export', source.uri, '--where', where)
    expect(refusal).toMatchObject({code: 'QUERY_INVALID', exit: 2})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })
})

it('changes cannot be loaded in part', async () => {
  const lines = [change('2026-03-01T00:05:00.000Z', {id: {S: 'a'}}, january('a', '1'))]
  const source = await writeChanges(lake, [lines], {from: TIME, to: LATER})
  const refusal = await refusalOf(lake, 'backfill', 'plan', '--export', source.uri, '--from', '2026-01-01')
  expect(refusal).toMatchObject({code: 'USAGE', exit: 2})
})

it('a range that ends before it begins, and times of a table without, are refused', async () => {
  const source = await writeItems(lake, [[january('a', '1')]], {time: TIME})
  const plan = ['backfill', 'plan', '--export', source.uri]
  expect(await refusalOf(lake, ...plan, '--from', '2026-02-01', '--to', '2026-01-01')).toMatchObject({code: 'USAGE'})
  expect(await refusalOf(lake, ...plan, '--from', 'yesterday')).toMatchObject({code: 'USAGE', exit: 2})
})
