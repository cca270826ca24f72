import {cp, rename} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {inspectExport, planLoad} from '../../src/lib/backfill/index.js'
import {openSource, type Context} from '../../src/lib/context.js'
import {item, rawLines, writeItems} from './export-folder.js'
import {rowsOfExport} from './current-model.js'
import {columnsWith, define, definitionText, filesBelow, makeLake, openLake, type LakeFolder} from './lake-folder.js'
import {current, load, select, statesOf, undo, runOf} from './loads.js'

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

/** Changes the definition and opens the lake anew. */
async function redefine(definition: string): Promise<void> {
  await context.close()
  await define(lake, definition)
  context = await openLake(lake)
}

const wider = definitionText({columns: columnsWith('amount', '{name: amount, type: "decimal(24,6)", from: amount}')})
const wide = definitionText({columns: columnsWith('amount', '{name: amount, type: "decimal(20,4)", from: amount}')})

describe('one full export', () => {
  it('is there once, however often it is loaded', async () => {
    const source = await writeItems(lake, [
      [item('a', {n: '1', amount: '2.5', note: ''})],
      [item('b', {createdAt: '2025-12-31T23:59:59.999Z'})],
    ])
    const first = await load(context, source)
    expect(first).toMatchObject({changed: true, items: 2, rows: 2, quarantined: 0, floor: '2026-01-14T10:18:50.000Z'})
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(source)))
    const before = await filesBelow(lake.root)
    expect(await load(context, source)).toMatchObject({
      changed: false,
      sources: [{run: runOf(first)}],
      operation: first.operation,
    })
    expect(await filesBelow(lake.root)).toEqual(before)
  })

  it('of a table without items empties the current state', async () => {
    await load(context, await writeItems(lake, [[item('a')]]))
    expect(await load(context, await writeItems(lake, [[], []], {time: '2026-01-15T00:00:00.000Z'}))).toMatchObject({
      rows: 0,
      objects: 0,
    })
    expect(await current(context)).toEqual([])
  })

  it('is found where it was copied to, with a prefix and under another name', async () => {
    const source = await writeItems(lake, [[item('a')]], {prefix: 'a/deep/prefix'})
    const copied = join(lake.folder, 'copied', source.exportId)
    await cp(source.uri, copied, {recursive: true})
    const renamed = join(lake.folder, 'copied', 'renamed')
    await rename(copied, renamed)
    const inspected = await inspectExport({uri: `${renamed}/`, acceptEditedSummary: false}, new Date(0), {openSource})
    expect(inspected).toMatchObject({
      exportId: source.exportId,
      rebasedFrom: `s3://exports/a/deep/prefix/AWSDynamoDB/${source.exportId}/`,
    })
    expect(inspected.files.every(({key}) => key.startsWith('renamed/data/'))).toBe(true)
    const loaded = await load(context, {...source, uri: renamed})
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(source)))
    expect(await load(context, source)).toMatchObject({changed: false, sources: [{run: runOf(loaded)}]})
  })

  it('lies where the path template says', async () => {
    await redefine(
      definitionText({
        partition:
          '{by: [{name: year, derive: {format_date: [created_at, "%Y"]}}, {name: month, derive: {format_date: [created_at, "%m"]}}], path: "{year}/m-{month}/", immutable: true}',
      }),
    )
    const source = await writeItems(lake, [[item('a'), item('b', {createdAt: '2025-07-01T00:00:00.000Z'})]])
    await load(context, source)
    const files = Object.keys(await filesBelow(lake.root)).filter((name) => name.startsWith('items/'))
    expect(files.map((name) => name.split('/').slice(0, 3).join('/'))).toEqual(['items/2025/m-07', 'items/2026/m-01'])
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(source)))
    expect(await select(context, `SELECT id FROM items_current WHERE year = '2025'`)).toEqual([{id: 'b'}])
  })

  it.each(['runs', 'c', 't', 'u', 'things'])('goes into a table that is called %s', async (table) => {
    await redefine(definitionText({table}))
    const source = await writeItems(lake, [[item('a')]])
    await load(context, source)
    expect(await current(context, table)).toEqual(rowsOfExport(await rawLines(source)))
  })

  it('may have columns with the names of the machinery', async () => {
    const names = ['run', 'floor', 'item', 'filename', 'file_index', 's']
    const columns = [
      '{name: id, type: string, from: id}',
      ...names.map((name) => `{name: ${name}, type: string, from: note}`),
    ]
    await redefine(definitionText({columns, partition: 'null'}))
    await load(context, await writeItems(lake, [[item('a', {note: 'x'})]]))
    const expected = {id: 'a', ...Object.fromEntries(names.map((name) => [name, 'x']))}
    expect(await current(context)).toEqual([expected])
  })
})

describe('several exports', () => {
  const older = [[item('a', {n: '1'}), item('gone', {n: '1'})], [item('c', {n: '1'})]]
  const newer = [[item('a', {n: '2'}), item('new')]]
  const LATER = '2026-01-15T00:00:00.000Z'

  it.each([
    ['older first', false],
    ['newer first', true],
  ])('give the newest state, %s, and undo gives the other', async (_, isReversed) => {
    const first = await writeItems(lake, older)
    const second = await writeItems(lake, newer, {time: LATER})
    const results = new Map<string, Awaited<ReturnType<typeof load>>>()
    for (const source of isReversed ? [second, first] : [first, second])
      results.set(source.exportId, await load(context, source))
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(second)))
    expect(await undo(context, results.get(second.exportId)!)).toBe(true)
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(first)))
    expect(await undo(context, results.get(second.exportId)!)).toBe(false)
    expect(await load(context, second)).toMatchObject({changed: true})
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(second)))
    await undo(context, results.get(first.exportId)!)
    expect(await current(context)).toEqual(rowsOfExport(await rawLines(second)))
  })

  it('say in the plan that a newer floor hides them', async () => {
    const first = await writeItems(lake, older)
    await load(context, await writeItems(lake, newer, {time: LATER}))
    const planned = await planLoad(
      {exports: [first.uri], chain: undefined, acceptEditedSummary: false, table: null},
      context.definition,
      context.ports,
    )
    expect(planned.floorBefore).toBe(Date.parse(LATER) * 1000)
  })

  it('hide an older good row behind a quarantined one', async () => {
    await load(context, await writeItems(lake, [[item('a', {n: '1'}), item('b')]]))
    const bad = await writeItems(lake, [[item('a', {n: '1.5'}), item('b')]], {time: LATER})
    const result = await load(context, bad)
    expect(result).toMatchObject({rows: 1, quarantined: 1, problems: [{reason: 'inexact', column: 'count', rows: 1}]})
    expect((await current(context)).map(({id}) => id)).toEqual(['b'])
    await undo(context, result)
    expect((await current(context)).map(({id}) => id)).toEqual(['a', 'b'])
  })
})

describe('one export under changed mappings', () => {
  it('is superseded, and comes back when the newer load is taken back', async () => {
    const source = await writeItems(lake, [[item('a', {amount: '1.25'})]])
    const first = await load(context, source)
    const before = await current(context)
    await redefine(wide)
    const second = await load(context, source)
    expect(second).toMatchObject({changed: true, supersedes: [runOf(first)]})
    expect(await statesOf(context)).toEqual({[runOf(first)]: 'superseded', [runOf(second)]: 'admitted'})
    expect(await select(context, 'SELECT CAST(amount AS VARCHAR) AS amount FROM items_current')).toEqual([
      {amount: '1.2500'},
    ])
    await undo(context, second)
    expect(await statesOf(context)).toEqual({[runOf(first)]: 'admitted'})
    await redefine(definitionText())
    expect(await load(context, source)).toMatchObject({changed: false, sources: [{run: runOf(first)}]})
    expect(await current(context)).toEqual(before)
  })

  it('stands once when a load in the middle is taken back', async () => {
    const source = await writeItems(lake, [[item('a', {amount: '1.25'})]])
    const first = await load(context, source)
    await redefine(wide)
    const second = await load(context, source)
    await redefine(wider)
    const third = await load(context, source)
    await undo(context, second)
    expect(await statesOf(context)).toEqual({[runOf(first)]: 'superseded', [runOf(third)]: 'admitted'})
    await undo(context, third)
    expect(await statesOf(context)).toEqual({[runOf(first)]: 'admitted'})
  })
})
