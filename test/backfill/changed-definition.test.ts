import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
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
  type DefinitionParts,
  type LakeFolder,
} from './lake-folder.js'
import {current, load, undo} from './loads.js'

const ITEMS = Array.from({length: 20}, (_, n) => item(`id-${n}`, {n: String(n), amount: '1.25', note: 'note'}))

let lake: LakeFolder
let context: Context
let newer: ExportFolder

beforeEach(async () => {
  lake = await makeLake()
  context = await openLake(lake)
  await load(context, await writeItems(lake, [ITEMS]))
  newer = await writeItems(lake, [ITEMS.slice(0, 3)], {time: '2026-01-20T00:00:00.000Z'})
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

async function redefine(parts: DefinitionParts): Promise<void> {
  await define(lake, definitionText(parts))
  await context.close()
  context = await openLake(lake)
}

describe('a definition that was changed under a load', () => {
  it.each<[string, string, DefinitionParts]>([
    ['another key', 'LAYOUT_CHANGED', {key: '[note]'}],
    ['no partition', 'LAYOUT_CHANGED', {partition: 'null'}],
    [
      'another partition',
      'LAYOUT_CHANGED',
      {partition: '{by: [{name: day, derive: {format_date: [created_at, "%d"]}}], immutable: true}'},
    ],
    [
      'a text read as a number',
      'COLUMN_NARROWED',
      {columns: columnsWith('note', '{name: note, type: bigint, from: note}')},
    ],
    [
      'fewer decimals',
      'COLUMN_NARROWED',
      {columns: columnsWith('amount', '{name: amount, type: "decimal(18,1)", from: amount, inexact: round}')},
    ],
  ])('is refused with nothing changed: %s', async (_, code, parts) => {
    const before = await visibleFiles(lake.root)
    await redefine(parts)
    expect(await refusalOf(lake, 'backfill', 'run', '--export', newer.uri)).toMatchObject({code, exit: 2})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })

  it('changes nothing that readers see while its load is refused, and after it was cancelled', async () => {
    const before = await current(context)
    const columns = [...columnsWith('note', '{name: remark, type: string, from: note}')]
    await redefine({columns})
    expect(await refusalOf(lake, 'backfill', 'run', '--export', newer.uri)).toMatchObject({code: 'VANISHED_TOO_MANY'})
    expect(await current(context)).toEqual(before)
    await answerOf(lake, 'ops', 'cancel', '--yes', await onlyFailed())
    expect(await current(context)).toEqual(before)
  })

  it('shows its columns with its load, and the old ones again when that is taken back', async () => {
    const before = await current(context)
    await redefine({columns: [...columnsWith('note', '{name: remark, type: string, from: note}')]})
    const loaded = await load(context, newer)
    expect(await current(context)).toHaveLength(3)
    expect((await current(context))[0]).toMatchObject({remark: 'note'})
    await undo(context, loaded)
    expect(await current(context)).toEqual(before)
  })
})

async function onlyFailed(): Promise<string> {
  const {document} = await answerOf<{operations: {operation: string; state: string}[]}>(lake, 'ops', 'list')
  return document.operations.find(({state}) => state === 'failed')!.operation
}
