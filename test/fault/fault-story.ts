import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {change, writeChanges} from '../backfill/change-folder.js'
import {item, writeItems} from '../backfill/export-folder.js'
import {streamEvent} from '../ingest/stream-events.js'

/** Claims with few columns: a load of all of them spends most of its time on planning the statement. */
export const DEFINITION = `sluice: 1
lake: icpa
default: local
environments:
  local: {backend: local, root: ./lake}
tables:
  claims:
    kind: changelog
    source: {dynamodb: Items}
    key: [id]
    columns:
      - {name: id, type: string, from: id}
      - {name: count, type: bigint, from: n}
      - {name: amount, type: "decimal(18,2)", from: amount}
      - {name: note, type: string, from: note}
      - {name: created_at, type: timestamp, from: createdAt, format: iso}
    partition:
      by: [{name: day, derive: {format_date: [created_at, "%Y-%m-%d"]}}]
      immutable: true
      fallback: load_day
`

const STANDING_TIME = '2026-02-01T10:00:00.000Z'
const FULL_TIME = '2026-02-02T10:00:00.000Z'
const MIDDLE_TIME = '2026-02-02T11:00:00.000Z'
const END_TIME = '2026-02-02T12:00:00.000Z'
const DAYS = ['2026-01-30', '2026-01-31', '2026-02-01']
/** No decimal(18,2) holds it: the item is set aside. */
const INEXACT = '1.234'
const ITEMS = 36
const DEFECTS = 4

/** What is loaded by the process that meets a fault, and what stands before. */
export interface FaultStory {
  readonly name: 'single' | 'chain'
  /** Loaded before; none: the lake is empty. */
  readonly standing: readonly string[]
  readonly exports: readonly string[]
  /** Events of a stream, ingested before where a load stands. */
  readonly streamFile: string
  /** Export ids by what they are called in lists of points. */
  readonly names: ReadonlyMap<string, string>
  /** How many rows readers see in the end. */
  readonly rows: number
}

export async function writeStory(folder: string, name: FaultStory['name']): Promise<FaultStory> {
  await writeFile(join(folder, 'sluice.yaml'), DEFINITION)
  const streamFile = await writeStream(folder)
  const full = await writeFull(folder, FULL_TIME, 'b')
  if (name === 'single') {
    const names = new Map([[full.exportId, '<export>']])
    return {name, standing: [], exports: [full.uri], streamFile, names, rows: ITEMS - DEFECTS}
  }
  const standing = await writeFull(folder, STANDING_TIME, 'a')
  const [first, second] = await writeBothChanges(folder)
  const names = new Map([
    [standing.exportId, '<standing>'],
    [full.exportId, '<full>'],
    [first.exportId, '<first>'],
    [second.exportId, '<second>'],
  ])
  // Two deleted, one of them again made; one that was set aside made good; one each of the stream and of the changes.
  const rows = ITEMS - DEFECTS - 2 + 1 + 1 + 1 + 1
  return {name, standing: [standing.uri], exports: [full.uri, first.uri, second.uri], streamFile, names, rows}
}

function claim(n: number, version: string) {
  const isDefect = n % 9 === 8
  return item(`claim-${n}`, {
    n: String(n),
    amount: isDefect ? INEXACT : `${n}.25`,
    note: version,
    createdAt: `${DAYS[n % DAYS.length]!}T0${n % 10}:00:00.000Z`,
  })
}

function writeFull(folder: string, time: string, version: string) {
  const items = Array.from({length: ITEMS}, (_, n) => claim(n, version))
  return writeItems({folder}, [items.slice(0, ITEMS / 2), items.slice(ITEMS / 2)], {time, table: 'Items'})
}

/** Changes, moves, deletes with and without an old image, an item that comes again, one made good, one set aside. */
async function writeBothChanges(folder: string) {
  const key = (n: number) => ({id: {S: `claim-${n}`}})
  const early = '2026-02-02T10:20:00.000Z'
  const late = '2026-02-02T11:30:00.000Z'
  const moved = {...claim(3, 'moved'), createdAt: {S: `${DAYS[1]!}T03:00:00.000Z`}}
  const first = [
    change(early, key(1), claim(1, 'first'), claim(1, 'b')),
    change(early, key(3), moved, claim(3, 'b')),
    change(early, key(4), null, claim(4, 'b')),
    change(early, key(5), null),
    change(early, key(8), {...claim(8, 'first'), amount: {N: '8.25'}}, claim(8, 'b')),
    change(early, key(40), claim(40, 'first')),
  ]
  const second = [
    change(late, key(1), claim(1, 'second'), claim(1, 'first')),
    change(late, key(4), claim(4, 'second')),
    change(late, key(44), claim(44, 'second')),
  ]
  const table = 'Items'
  return Promise.all([
    writeChanges({folder}, [first], {from: FULL_TIME, to: MIDDLE_TIME, table}),
    writeChanges({folder}, [second.slice(0, 2), second.slice(2)], {from: MIDDLE_TIME, to: END_TIME, table}),
  ])
}

/** Of both sides of the chain's floor: a change, a new item, one that is set aside, a delete, and one long ago. */
async function writeStream(folder: string): Promise<string> {
  const later = '2026-02-02T13:00:00.000Z'
  const events = [
    streamEvent('2026-02-01T12:00:00.000Z', '100', {now: claim(2, 'stream'), before: claim(2, 'a')}),
    streamEvent('2026-02-01T12:00:00.000Z', '101', {now: claim(60, 'below the floor')}),
    streamEvent(later, '200', {now: claim(6, 'stream'), before: claim(6, 'b')}),
    streamEvent(later, '201', {now: claim(61, 'stream')}),
    streamEvent(later, '202', {now: {...claim(62, 'stream'), amount: {N: INEXACT}}}),
    streamEvent(later, '203', {keys: {id: {S: 'claim-63'}}}),
  ]
  await mkdir(join(folder, 'events'), {recursive: true})
  const file = join(folder, 'events', 'events.ndjson')
  await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  return file
}
