import {describe, expect, it} from 'vitest'
import {LONGEST_STATEMENT, planInserts, runInsert, type Insert} from '../../../src/lib/engines/athena/inserts.js'
import type {EndedWrite} from '../../../src/lib/engines/athena/ports.js'
import type {PlacedRows} from '../../../src/lib/engines/athena/grouped-rows.js'
import {compileAthena, type TableMapping} from '../../../src/lib/mapping/index.js'
import type {LoadRequest} from '../../../src/lib/ports/parquet-engine.js'
import {expectCode} from '../../contract/ports/expectations.js'
import {MemoryObjectStore} from '../../fakes/memory-object-store.js'
import {everyTypeMapping} from '../../mapping/arbitrary-items.js'

const MOST_PARTITIONS = 100
const mapping: TableMapping = everyTypeMapping
const compiled = compileAthena(mapping)
const COLUMNS = compiled.partitionColumns.length

function placedRows(count: number, valueOf: (n: number) => string): PlacedRows[] {
  return Array.from({length: count}, (_, n) => ({
    place: 'rows',
    partition: Array.from({length: COLUMNS}, (__, column) => (column === 0 ? `p${n}` : valueOf(n))),
    rows: n + 1,
    quarantined: 0,
    checksum: '',
  }))
}

function plan(placed: readonly PlacedRows[]): Promise<Insert[]> {
  const request = {
    mapping,
    origin: {source: 'run'},
    deletesTable: 'deletes',
    keyOf: async ([first]: readonly string[], n: number) => `t/${first}/${n}.parquet`,
    deletesKeyOf: (n: number) => `deletes/${n}.parquet`,
  } as unknown as LoadRequest
  return planInserts({compiled, rowsSql: 'lines', placed}, request)
}

describe('the INSERTs of a load', () => {
  it.each([
    ['long values', (n: number) => `${'x'.repeat(1000)}${n}`],
    ['values of long characters', (n: number) => `${'é'.repeat(500)}${n}`],
    ['values of quotes, which are doubled', (n: number) => `${"it's ".repeat(200)}${n}`],
  ])('stay below the length of a statement with %s', async (_, valueOf) => {
    const placed = placedRows(2 * MOST_PARTITIONS, valueOf)
    const inserts = await plan(placed)
    for (const {sql} of inserts) expect(Buffer.byteLength(sql)).toBeLessThan(LONGEST_STATEMENT)
    expect(inserts.length).toBeGreaterThan(2)
    // Each partition is written once, by the statement that names it.
    expect(inserts.flatMap(({folders}) => folders)).toEqual(placed.map(({partition}) => `t/${partition[0]}/`))
    for (const {sql, folders, rows} of inserts) {
      const named = placed.filter(({partition}) => sql.includes(`'${partition[0]}'`))
      expect(named.map(({partition}) => `t/${partition[0]}/`)).toEqual(folders)
      expect(rows).toBe(named.reduce((sum, one) => sum + one.rows, 0))
    }
    expect(inserts.map(({step}) => step)).toEqual(inserts.map((__, n) => `run rows ${n + 1} of ${inserts.length}`))
  })

  it('have as many partitions as Athena writes, where the statement has room', async () => {
    const inserts = await plan(placedRows(2 * MOST_PARTITIONS + 1, String))
    expect(inserts.map(({folders}) => folders.length)).toEqual([MOST_PARTITIONS, MOST_PARTITIONS, 1])
  })
})

describe('an INSERT that has ended well', () => {
  const insert: Insert = {step: 'run rows 1 of 1', sql: 'INSERT', rows: 2, folders: ['t/day=1/']}
  const addresses = {uriOf: (key: string) => `s3://b/${key}`, prefixOf: (uri: string) => uri.slice('s3://b/'.length)}

  async function run(uris: EndedWrite['uris'], {rows, standing}: {rows: number; standing?: unknown}) {
    const target = new MemoryObjectStore()
    await target.write('t/day=1/q-1.parquet', Buffer.from('rows'))
    const noted = new Map(standing === undefined ? [] : [[insert.step, standing]])
    const notes: unknown[] = []
    const steps = {noted, note: async (_: string, value: unknown) => void notes.push(value)}
    const writer = {
      write: async () => ({executionId: 'q-1', error: null, mayPass: false, wasStopped: false, scannedBytes: 1, uris}),
    }
    const ended = runInsert({...insert, rows}, {steps, target}, {writer, addresses})
    return {ended, notes, isStanding: async () => (await target.head('t/day=1/q-1.parquet')) !== null}
  }

  it.each([
    ['without a manifest', null],
    ['with an empty one', []],
  ])('%s is neither noted nor cleaned', async (_, uris) => {
    const {ended, notes, isStanding} = await run(uris, {rows: 2})
    await expectCode(ended, 'PROOF_FAILED')
    expect(notes).toEqual([expect.objectContaining({state: 'begun', number: 1})])
    expect(await isStanding()).toBe(true)
  })

  it('is not taken for one without objects when it is met again', async () => {
    const standing = {state: 'written', number: 1, executionId: 'q-1', keys: []}
    const {ended, notes, isStanding} = await run([], {rows: 2, standing})
    await expectCode(ended, 'PROOF_FAILED')
    expect(notes).toEqual([])
    expect(await isStanding()).toBe(true)
  })

  it.each([[null], [[]]])('needs no manifest for no rows: %j', async (uris) => {
    const {ended, notes} = await run(uris, {rows: 0})
    expect(await ended).toMatchObject({state: 'written', keys: []})
    expect(notes).toHaveLength(2)
  })

  it('is noted with the objects that its manifest names', async () => {
    const {ended} = await run(['s3://b/t/day=1/q-1.parquet'], {rows: 2})
    expect(await ended).toMatchObject({state: 'written', keys: ['t/day=1/q-1.parquet']})
  })
})
