import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {DuckDBInstance} from '@duckdb/node-api'
import {expect} from 'vitest'
import type {CompactWork} from '../../src/lib/compact/work.js'
import {keysBelow, rowsOfFiles} from '../compact/compactions.js'
import {FaultBench} from './fault-bench.js'
import type {FaultLake} from './fault-lake.js'

type Method = CompactWork['method']

const DAYS = ['2026-01-30', '2026-01-31']
const FILES = 3

/** A lake whose one table is to be compacted, and what its readers see. */
export interface CompactStory {
  readonly bench: FaultBench
  readonly method: Method
  readonly base: FaultLake
  readonly rows: readonly string[]
}

export async function makeStory(method: Method): Promise<CompactStory> {
  const bench = await FaultBench.make('single')
  const base = await bench.lake()
  await (method === 'beside' ? fillClaims(base) : fillEvents(base))
  return {bench, method, base, rows: await readersOf(base, method)}
}

/** A load that was taken back, another one, and a stream: of each of three days three files. */
async function fillClaims(lake: FaultLake): Promise<void> {
  await lake.start().load()
  await lake.start().undo()
  await lake.start().load()
  await lake.start().ingest()
}

async function fillEvents(lake: FaultLake): Promise<void> {
  const {store, catalog} = lake
  await catalog.putTable(
    {
      name: 'events',
      kind: 'table',
      columns: [
        {name: 'id', type: 'string'},
        {name: 'n', type: 'bigint'},
      ],
      partitionColumns: [{name: 'day', type: 'string'}],
      location: 'events/',
      format: 'parquet',
      pathTemplate: 'day={day}/',
      viewSql: null,
      parameters: {},
    },
    null,
  )
  const partitions = DAYS.map((day) => ({values: [day], location: `events/day=${day}/`, parameters: {numRows: '9'}}))
  await catalog.createPartitions('events', partitions)
  for (const {location} of partitions)
    for (let n = 0; n < FILES; n += 1) await store.write(`${location}${n}.parquet`, await eventsFile(lake, location, n))
}

/** Three rows, one of them twice: a multiset, not a set. */
export async function eventsFile(lake: FaultLake, place: string, n: number): Promise<Buffer> {
  const instance = await DuckDBInstance.create(':memory:', {threads: '1'})
  const connection = await instance.connect()
  const file = join(lake.bench.folder, 'events.parquet')
  const rows = `(VALUES ('${place}', 1), ('file', ${n}), ('file', ${n})) t(id, n)`
  await connection.run(`COPY (SELECT id, CAST(n AS BIGINT) AS n FROM ${rows}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  const {readFile} = await import('node:fs/promises')
  const bytes = await readFile(file)
  await writeFile(file, '')
  return bytes
}

/** What readers of the story's table see: of claims the view, of events every row where the catalog says it is. */
export async function readersOf(lake: FaultLake, method: Method): Promise<string[]> {
  if (method === 'beside') return lake.current()
  const keys: string[] = []
  for await (const {location} of lake.catalog.listPartitions('events'))
    keys.push(...(await keysBelow(lake.store, location)))
  return rowsOfFiles(lake.store, keys)
}

/** Readers see what they did before; in place they may see rows twice for a moment, and never fewer. */
export async function expectTold({method, rows}: CompactStory, lake: FaultLake): Promise<void> {
  const seen = await readersOf(lake, method)
  if (method !== 'in-place') return expect(seen).toEqual(rows)
  const left = [...seen]
  for (const row of rows) {
    const index = left.indexOf(row)
    expect([row, index]).not.toEqual([row, -1])
    left.splice(index, 1)
  }
  expect(rows).toEqual(expect.arrayContaining(left))
}

/** Every object but journals, by names without what differs from run to run. */
export async function objectsOf(lake: FaultLake): Promise<string[]> {
  const keys = (await lake.keys('')).filter((key) => !key.startsWith('_sluice/operations/'))
  const names = keys.map((key) =>
    lake.bench.normalise(key).replace(/(compact-|gen=)<operation>\.\d+/g, '$1<operation>.<attempt>'),
  )
  return names.sort()
}
