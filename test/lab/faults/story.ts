import {dirname, join} from 'node:path'
import {change, writeChanges} from '../../backfill/change-folder.js'
import {item, writeItems} from '../../backfill/export-folder.js'
import {uploadExport, type AwsLake} from '../aws-lake.js'

/** Claims with few columns: a load of them spends its time on calls. */
export const definitionOf = (table: string): string => `sluice: 1
lake: icpa
default: local
environments:
  local: {backend: local, root: ./lake}
tables:
  ${table}:
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

export type StoryName = 'single' | 'chain'

/** What is loaded by the process that meets a fault, and what stands before. */
export interface Story {
  readonly name: StoryName
  /** Loaded before; none: the lake is empty. */
  readonly standing: string | null
  readonly exports: readonly string[]
  /** Export ids by what they are called in lists of points. */
  readonly names: ReadonlyMap<string, string>
  /** How many rows readers see before and in the end. */
  readonly rows: {readonly before: number; readonly after: number}
}

const FULL_TIME = '2026-02-02T10:00:00.000Z'
const MIDDLE_TIME = '2026-02-02T11:00:00.000Z'
const END_TIME = '2026-02-02T12:00:00.000Z'
const EARLY = '2026-02-02T10:20:00.000Z'
const LATE = '2026-02-02T11:30:00.000Z'
const DAYS = ['2026-01-30', '2026-01-31']
/** No decimal(18,2) holds it: the item is set aside. */
const INEXACT = '1.234'
const ITEMS = 30
const LOADED = 27

/** Writes the exports of a story and sends them to the bucket of a lake, where all lakes find them. */
export async function writeStory(lake: AwsLake, name: StoryName): Promise<Story> {
  const items = Array.from({length: ITEMS}, (_, n) => claim(n, 'full'))
  const files = [items.slice(0, ITEMS / 2), items.slice(ITEMS / 2)]
  const full = await writeItems(lake, files, {time: FULL_TIME, table: 'Items'})
  const fullUri = await uploadExport(lake, full.uri)
  const names = new Map([[full.exportId, '<export>']])
  if (name === 'single') return {name, standing: null, exports: [fullUri], names, rows: {before: 0, after: LOADED}}
  const [first, second] = await writeBothChanges(lake)
  const shared = join(dirname(first.uri), 'data')
  const exports: string[] = []
  for (const {uri} of [first, second]) exports.push(await uploadExport(lake, uri, shared))
  names.set(first.exportId, '<first>').set(second.exportId, '<second>')
  // One is made good and two are new, one is gone.
  return {name, standing: fullUri, exports, names, rows: {before: LOADED, after: LOADED + 1 + 2 - 1}}
}

/** A change twice over, deletes with and without a new image later, an item made good, new ones. */
async function writeBothChanges(lake: AwsLake) {
  const key = (n: number) => ({id: {S: `claim-${n}`}})
  const first = [
    change(EARLY, key(1), claim(1, 'first'), claim(1, 'full')),
    change(EARLY, key(3), null, claim(3, 'full')),
    change(EARLY, key(4), null, claim(4, 'full')),
    change(EARLY, key(8), {...claim(8, 'first'), amount: {N: '8.25'}}, claim(8, 'full')),
    change(EARLY, key(40), claim(40, 'first')),
  ]
  const second = [
    change(LATE, key(1), claim(1, 'second'), claim(1, 'first')),
    change(LATE, key(4), claim(4, 'second')),
    change(LATE, key(44), claim(44, 'second')),
  ]
  return Promise.all([
    writeChanges(lake, [first], {from: FULL_TIME, to: MIDDLE_TIME, table: 'Items'}),
    writeChanges(lake, [second], {from: MIDDLE_TIME, to: END_TIME, table: 'Items'}),
  ])
}

function claim(n: number, version: string) {
  return item(`claim-${n}`, {
    n: String(n),
    amount: n % 10 === 8 ? INEXACT : `${n}.25`,
    note: version,
    createdAt: `${DAYS[n % DAYS.length]!}T0${n % 10}:00:00.000Z`,
  })
}
