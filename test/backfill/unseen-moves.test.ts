import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {ingestStream} from '../../src/lib/ingest/index.js'
import {streamEvent} from '../ingest/stream-events.js'
import {change, writeChanges, type ChangeSettings} from './change-folder.js'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {answerOf, definitionText, makeLake, openLake, type LakeFolder} from './lake-folder.js'
import {current, load} from './loads.js'

const [BEGIN, FULL, WRITTEN, END, LATER] = ['10:00', '10:05', '10:10', '10:15', '10:30'].map(
  (time) => `2026-01-10T${time}:00.000Z`,
) as [string, string, string, string, string]
const [BEFORE, AT_FULL, AFTER] = ['2025-05-01', '2026-01-01', '2027-07-07'].map((day) => `${day}T00:00:00.000Z`) as [
  string,
  string,
  string,
]
const KEYS = {id: {S: 'k'}}

let lake: LakeFolder
let context: Context

afterEach(async () => {
  await context.close()
  await lake.remove()
})

/** A lake with a full export in the middle of the window that `changed` writes. */
async function loadFull(definition: string, full: ReturnType<typeof item>): Promise<void> {
  lake = await makeLake(definition)
  context = await openLake(lake)
  await load(context, await writeItems(lake, [[full, item('other')]], {time: FULL}))
}

const changed = (line: string, settings: Partial<ChangeSettings> = {}) =>
  writeChanges(lake, [[line]], {from: BEGIN, to: END, view: 'NEW_AND_OLD_IMAGES', ...settings})
const ids = async () => (await current(context)).map(({id}) => id)

async function expectKeyMoved(source: ExportFolder): Promise<void> {
  const before = await current(context)
  await expect(load(context, source, {allowGap: true})).rejects.toMatchObject({code: 'KEY_MOVED'})
  expect(await current(context)).toEqual(before)
}

async function ingest(event: unknown) {
  const file = join(lake.folder, 'events.ndjson')
  await writeFile(file, `${JSON.stringify(event)}\n`)
  const {signal} = new AbortController()
  return ingestStream({table: context.definition.tables[0]!, file, dryRun: false, signal}, context.ports)
}

it('an item that was left out when the window began and when it ended leaves the table that had it between', async () => {
  await loadFull(definitionText({skip: '[{from: note, one_of: [closed]}]'}), item('k', {note: 'open'}))
  const closed = item('k', {note: 'closed'})
  expect(await ids()).toEqual(['k', 'other'])
  await load(context, await changed(change(WRITTEN, KEYS, closed, closed)))
  expect(await ids()).toEqual(['other'])
})

it.each([
  ['deleted', null],
  ['in a third partition', item('k', {createdAt: AFTER})],
  ['in a third partition, and cannot be read', {...item('k', {createdAt: AFTER}), n: {S: 'none'}}],
])('a key in another partition than its old image says is refused when it is now %s', async (_, now) => {
  await loadFull(definitionText(), item('k', {createdAt: AT_FULL}))
  await expectKeyMoved(await changed(change(WRITTEN, KEYS, now, item('k', {createdAt: BEFORE}))))
})

it('a key that moved without an old image and cannot be read any more is refused', async () => {
  await loadFull(definitionText(), item('k', {createdAt: AT_FULL}))
  const unreadable = {...item('k', {createdAt: AFTER}), n: {S: 'none'}}
  await expectKeyMoved(await changed(change(WRITTEN, KEYS, unreadable), {view: 'NEW_IMAGE'}))
})

it('an event that deletes a key where it was not is no reason to refuse other loads, and found by verify', async () => {
  await loadFull(definitionText(), item('k', {createdAt: AT_FULL}))
  await ingest(streamEvent(WRITTEN, '1', {before: item('k', {createdAt: BEFORE})}))
  const next = change('2026-01-10T10:20:00.000Z', {id: {S: 'new'}}, item('new'))
  await load(context, await changed(next, {from: END, to: LATER}), {allowGap: true})
  expect(await ids()).toEqual(['k', 'new', 'other'])
  const {exit, document} = await answerOf<{checks: {name: string; state: string}[]}>(lake, 'backfill', 'verify')
  expect([exit, document.checks.find(({name}) => name === 'keys')?.state]).toEqual([3, 'fail'])
})
