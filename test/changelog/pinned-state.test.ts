import {join} from 'node:path'
import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {
  currentViewName,
  encodeRunRecords,
  pinState,
  type RunRecord,
  showChangelogTables,
} from '../../src/lib/changelog/index.js'
import {DuckDbQueryEngine} from '../../src/lib/engines/duckdb/index.js'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import type {TableMapping} from '../../src/lib/mapping/index.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {quoteText} from '../../src/lib/sql/index.js'
import {collect} from '../contract/ports/expectations.js'
import {makeStores, type Stores} from '../engines/duckdb/stores.js'

/** A row of a change log; its partition follows from its key, as it does where partitions are immutable. */
interface Row {
  readonly key: number
  readonly op: 'upsert' | 'delete' | 'quarantined'
  readonly version: number
  readonly source: string
  readonly sequence: number
}

interface Run {
  readonly run: string
  readonly floor: number | null
  readonly isAdmitted: boolean
  readonly supersedes: readonly string[]
}

interface Log {
  readonly runs: readonly Run[]
  readonly rows: readonly Row[]
}

const op = fc.constantFrom('upsert' as const, 'upsert' as const, 'quarantined' as const)

/** A full load: each key once, every row of the version of its export. */
const fullLoad = fc.record({
  version: fc.integer({min: 1, max: 4}),
  keys: fc.uniqueArray(fc.tuple(fc.integer({min: 0, max: 5}), op), {selector: ([key]) => key, maxLength: 6}),
  hasFloor: fc.constantFrom(true, true, true, false),
  isAdmitted: fc.constantFrom(true, true, false),
  supersedesBefore: fc.boolean(),
})
const streamRow = fc.record({
  key: fc.integer({min: 0, max: 5}),
  op: fc.constantFrom('upsert' as const, 'delete' as const, 'quarantined' as const),
  version: fc.integer({min: 1, max: 5}),
})
const log: fc.Arbitrary<Log> = fc
  .record({
    loads: fc.array(fullLoad, {maxLength: 3}),
    stream: fc.oneof(fc.array(streamRow, {maxLength: 0}), fc.array(streamRow, {maxLength: 3})),
  })
  .map(({loads, stream}) => ({
    runs: loads.map(({version, hasFloor, isAdmitted, supersedesBefore}, index) => ({
      run: `run-${index}`,
      floor: hasFloor ? version : null,
      isAdmitted,
      supersedes: supersedesBefore && index > 0 ? [`run-${index - 1}`] : [],
    })),
    rows: [
      ...loads.flatMap(({version, keys}, index) =>
        keys.map(([key, kind]): Row => ({key, op: kind, version, source: `run-${index}`, sequence: 0})),
      ),
      ...stream.map((row, index): Row => ({...row, source: 'stream', sequence: index + 1})),
    ],
  }))

/** A plain account: the newest row that counts of each key. Rows that tie in everything are left to the engine. */
function newest({runs, rows}: Log): Map<number, Row> {
  const standing = runs.filter(({isAdmitted}) => isAdmitted)
  const superseded = new Set(standing.flatMap(({supersedes}) => supersedes))
  const active = standing.filter(({run}) => !superseded.has(run))
  const floor = Math.max(0, ...active.map((run) => run.floor ?? 0))
  const counts = ({source, version}: Row): boolean =>
    (source === 'stream' || active.some(({run}) => run === source)) && version >= floor
  const order = ({version, source, op: kind, sequence}: Row): number[] => [
    version,
    source === 'stream' ? 2 : 0,
    sequence,
    kind === 'quarantined' ? 0 : 1,
  ]
  const found = new Map<number, Row>()
  for (const row of rows.filter(counts)) {
    const other = found.get(row.key)
    if (other === undefined || isAbove(order(row), order(other))) found.set(row.key, row)
  }
  return found
}

function isAbove(left: readonly number[], right: readonly number[]): boolean {
  const index = left.findIndex((value, at) => value !== right[at])
  return index !== -1 && left[index]! > right[index]!
}

describe.each([true, false])('the pinned state of a table with immutable partitions: %s', (immutable) => {
  let stores: Stores
  let store: ObjectStore
  let catalog: FileCatalog
  let engine: DuckDbQueryEngine
  let writer: DuckDbSession
  let tables = 0

  beforeAll(async () => {
    stores = await makeStores('folder')
    store = stores.open('lake')
    catalog = new FileCatalog(store)
    engine = new DuckDbQueryEngine({...stores.engine, store, catalog})
    writer = await DuckDbSession.open(stores.engine)
  })
  afterAll(async () => {
    await writer.close()
    await engine.close()
    await stores.close()
  })

  const {signal} = new AbortController()

  async function tableOf({runs, rows}: Log): Promise<TableMapping> {
    const mapping = mappingOf(`t${(tables += 1)}`, immutable)
    await showChangelogTables(mapping, catalog)
    for (const source of new Set(rows.map((row) => row.source))) {
      for (const part of [0, 1]) {
        const own = rows.filter((row) => row.source === source && row.key % 2 === part)
        if (own.length > 0) await writeRows(mapping, `part=${part}/`, source, own)
      }
    }
    const parts = [0, 1].map((part) => ({
      values: [String(part)],
      location: `${mapping.table}/part=${part}/`,
      parameters: {},
    }))
    await catalog.createPartitions(mapping.table, parts)
    for (const run of runs.filter(({isAdmitted}) => isAdmitted)) {
      await store.write(`${mapping.table}__runs/${run.run}.1.json`, encodeRunRecords([recordOf(run)]), {ifAbsent: true})
    }
    return mapping
  }

  async function writeRows({table}: TableMapping, folder: string, source: string, rows: readonly Row[]): Promise<void> {
    const values = rows.map(
      ({key, op: kind, version, sequence}) =>
        `('k${key}', '${source} ${version} ${sequence}', '${kind}', CAST(${version} AS BIGINT), CAST(${source === 'stream' ? 2 : 0} AS INTEGER), '${sequence === 0 ? '' : String(sequence).padStart(64, '0')}', '${source}')`,
    )
    const file = join(writer.spoolFolder, 'rows.parquet')
    const names = 'id, value, _op, _version, _source_rank, _sequence, _source'
    await writer.execute([
      `COPY (SELECT * FROM (VALUES ${values.join(', ')}) AS r(${names})) TO ${quoteText(file)} (FORMAT parquet)`,
    ])
    await store.write(`${table}/${folder}${source}.parquet`, {file})
  }

  async function rowsOf(sql: string): Promise<string[]> {
    const {rows} = await engine.run({sql, signal})
    return (await collect(rows))
      .map((row) => JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)))
      .sort()
  }

  it('is the current view, and counts what is quarantined', async () => {
    let unranked = 0
    await fc.assert(
      fc.asyncProperty(log, async (given) => {
        const mapping = await tableOf(given)
        const state = await pinState(mapping, {store, query: engine, signal})
        if (!state.isRanked) unranked += 1
        const ranked = `(${state.rankedRowsSql}) AS ranked WHERE _rank = 1`
        // two runs of one version tie; which of their rows is shown does not matter, that one is does
        const shown = hasTies(given) ? 'id' : 'id, value'
        const current = await rowsOf(`SELECT ${shown} FROM ${ranked} AND _op = 'upsert'`)
        expect(current).toEqual(await rowsOf(`SELECT ${shown} FROM ${currentViewName(mapping.table)}`))
        const expected = [...newest(given).values()]
        const ids = (kind: Row['op']) =>
          expected
            .filter((row) => row.op === kind)
            .map(({key}) => `["k${key}"]`)
            .sort()
        expect(await rowsOf(`SELECT id FROM ${ranked} AND _op = 'upsert'`)).toEqual(ids('upsert'))
        expect(await rowsOf(`SELECT id FROM ${ranked} AND _op = 'quarantined'`)).toEqual(ids('quarantined'))
      }),
      {numRuns: 60},
    )
    expect(unranked).toBeGreaterThan(3)
  })

  it('stays as it was pinned, whatever is admitted and streamed later', async () => {
    const first: Run = {run: 'run-0', floor: 1, isAdmitted: true, supersedes: []}
    const row: Row = {key: 0, op: 'upsert', version: 1, source: 'run-0', sequence: 0}
    const mapping = await tableOf({runs: [first], rows: [row]})
    const state = await pinState(mapping, {store, query: engine, signal})
    expect(state.isRanked).toBe(false)
    await writeRows(mapping, 'part=0/', 'stream', [{...row, version: 9, source: 'stream', sequence: 1}])
    await writeRows(mapping, 'part=0/', 'run-1', [{...row, version: 8, source: 'run-1'}])
    const second = {...first, run: 'run-1', floor: 8}
    await store.write(`${mapping.table}__runs/run-1.1.json`, encodeRunRecords([recordOf(second)]), {ifAbsent: true})
    expect(await rowsOf(`SELECT id, value FROM (${state.rankedRowsSql}) AS r WHERE _rank = 1`)).toEqual([
      '["k0","run-0 1 0"]',
    ])
    const later = await pinState(mapping, {store, query: engine, signal})
    expect(later.isRanked).toBe(true)
    expect(await rowsOf(`SELECT id, value FROM (${later.rankedRowsSql}) AS r WHERE _rank = 1`)).toEqual([
      '["k0","stream 9 1"]',
    ])
  })
})

/** Two rows of one key that only their run tells apart. */
function hasTies({rows}: Log): boolean {
  const names = rows.map(({key, version, source, op: kind, sequence}) =>
    JSON.stringify([key, version, source === 'stream', kind === 'quarantined', sequence]),
  )
  return new Set(names).size < names.length
}

function mappingOf(table: string, immutable: boolean): TableMapping {
  return {
    table,
    key: ['id'],
    columns: [text('id'), text('value')],
    partition: {by: [{name: 'part', derive: {lower: 'id'}}], immutable, path: null, fallback: 'null'},
    when: [],
    skip: [],
  } as unknown as TableMapping
}

function text(name: string): object {
  return {
    name,
    type: 'string',
    from: name,
    missing: 'null',
    inexact: 'quarantine',
    wrong_type: 'quarantine',
    class: 'internal',
  }
}

function recordOf({run, floor, supersedes}: Run): RunRecord {
  const none = {rows: 0, quarantined: 0, leftOut: 0, unreadable: 0, deletes: 0, objects: 0, sizeBytes: 0} as const
  const whole = {reloads: null, filter: null, exportFrom: null, order: 1}
  const texts = {
    operation: run,
    load: run,
    tableId: 't',
    objectsSha256: '',
    mapping: '',
    exportTime: '',
    admittedAt: '',
  }
  return {format: 1, run, kind: 'full', floor, supersedes: [...supersedes], ...none, ...whole, ...texts}
}
