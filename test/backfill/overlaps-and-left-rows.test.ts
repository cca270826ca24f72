import {afterEach, beforeEach, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {change, writeChanges} from './change-folder.js'
import {item, writeItems} from './export-folder.js'
import {answerOf, definitionText, define, makeLake, openLake, refusalOf, type LakeFolder} from './lake-folder.js'
import {current, load} from './loads.js'

const TIME = '2026-05-10T00:00:00.000Z'
const COLUMNS = [
  '{name: id, type: string, from: id}',
  '{name: count, type: bigint, from: n}',
  '{name: created_at, type: timestamp, from: createdAt, format: iso}',
]

let lake: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake(definitionText({columns: COLUMNS}))
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

/** An item without the time that tells its partition. */
function timeless(id: string, n: string) {
  const {createdAt: _, ...rest} = item(id, {n})
  return rest as ReturnType<typeof item>
}

async function redefine(...more: string[]): Promise<void> {
  await define(lake, definitionText({columns: [...COLUMNS, ...more]}))
  await context.close()
  context = await openLake(lake)
}

async function failedOperation(): Promise<string> {
  const {document} = await answerOf<{operations: {operation: string; state: string}[]}>(lake, 'ops', 'list')
  return document.operations.find(({state}) => state === 'failed')!.operation
}

it('a change without a time has one partition in whatever export it is found', async () => {
  const line = change('2026-05-31T23:50:00.000Z', {id: {S: 'x'}}, timeless('x', '2'), timeless('x', '1'))
  await load(context, await writeItems(lake, [[timeless('x', '1')]], {time: TIME}))
  for (const to of ['2026-05-31T23:59:00.000Z', '2026-06-01T01:00:00.000Z'])
    await load(context, await writeChanges(lake, [[line]], {from: TIME, to}))
  expect((await current(context)).map(({id, count}) => [id, count])).toEqual([['x', 2n]])
})

it('rows of a load that was given up are not read under a type that cannot hold them', async () => {
  await load(context, await writeItems(lake, [[item('a'), item('b')]], {time: TIME}))
  await redefine('{name: extra, type: string, from: note}')
  const [later, last] = ['2026-05-11T00:00:00.000Z', '2026-05-12T00:00:00.000Z']
  const lost = await writeItems(lake, [[item('a', {note: 'text'})]], {time: later})
  expect(await refusalOf(lake, 'backfill', 'run', '--export', lost.uri)).toMatchObject({code: 'VANISHED_TOO_MANY'})
  const operation = await failedOperation()
  await answerOf(lake, 'ops', 'cancel', operation, '--yes')
  await redefine('{name: extra, type: bigint, from: n}')
  const source = await writeItems(lake, [[item('a', {n: '1'}), item('b')]], {time: last})
  expect(await refusalOf(lake, 'backfill', 'run', '--export', source.uri)).toMatchObject({
    code: 'COLUMN_NARROWED',
    exit: 2,
  })
  await answerOf(lake, 'ops', 'gc', operation, '--grace-hours', '0', '--yes')
  await load(context, source)
  expect((await current(context)).map(({id, extra}) => [id, extra])).toEqual([
    ['a', 1n],
    ['b', null],
  ])
})

it('a load that waited does not admit an export that another one has loaded meanwhile', async () => {
  await load(context, await writeItems(lake, [[item('a'), item('b')]], {time: TIME}))
  const [later, last] = ['2026-05-11T00:00:00.000Z', '2026-05-11T01:00:00.000Z']
  const full = await writeItems(lake, [[item('a')]], {time: later})
  expect(await refusalOf(lake, 'backfill', 'run', '--export', full.uri)).toMatchObject({code: 'VANISHED_TOO_MANY'})
  const changes = await writeChanges(lake, [[change('2026-05-11T00:05:00.000Z', {id: {S: 'c'}}, item('c'))]], {
    from: later,
    to: last,
  })
  await load(context, [full, changes])
  const resumed = await refusalOf(lake, 'ops', 'resume', await failedOperation(), '--allow-vanished', '9')
  expect(resumed).toMatchObject({code: 'OPERATION_CONFLICT', exit: 1})
  expect((await current(context)).map(({id}) => id)).toEqual(['a', 'c'])
})

it('deletes of items of another table are none of this one, whatever their key', async () => {
  const definition = definitionText({
    columns: ['{name: id, type: string, derive: {slice_after: [$id, "C#"]}}', ...COLUMNS.slice(1)],
  })
  await define(lake, definition.replace('    key:', '    when: [{from: note, one_of: [claim]}]\n    key:'))
  await context.close()
  context = await openLake(lake)
  const claim = item('C#1', {note: 'claim'})
  await load(context, await writeItems(lake, [[claim, item('P#1', {note: 'person'})]], {time: TIME}))
  const [to, view] = ['2026-05-10T00:15:00.000Z', 'NEW_IMAGE'] as const
  const gone = (id: string) => change('2026-05-10T00:05:00.000Z', {id: {S: id}}, null)
  const loaded = await load(context, await writeChanges(lake, [[gone('P#1')]], {from: TIME, to, view}))
  expect(loaded).toMatchObject({deleted: 0, leftOut: 1})
  expect(await current(context)).toHaveLength(1)
  await load(context, await writeChanges(lake, [[gone('C#1')]], {from: to, to: '2026-05-10T00:30:00.000Z', view}))
  expect(await current(context)).toEqual([])
})
