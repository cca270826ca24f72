import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {composeStatement} from '../../../src/lib/engines/athena/composed-statement.js'
import {analyseStatement} from '../../../src/lib/engines/athena/query-analysis.js'
import {FileCatalog} from '../../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../../src/lib/local/folder-object-store.js'
import type {NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import type {AnalysedScan} from '../../../src/lib/ports/query-engine.js'
import {PortableReader} from './portable-reader.js'

const DATABASE = 'lake_dev'
const DAYS = ['01', '02', '03', '04']
const TABLE = {
  kind: 'table',
  columns: [{name: 'id', type: 'string'}],
  partitionColumns: [{name: 'day', type: 'string'}],
  format: 'parquet',
  pathTemplate: 'day={day}/',
  viewSql: null,
  parameters: {},
} as const

let folder: string
let reader: PortableReader
let store: FolderObjectStore
let catalog: FileCatalog

/** Tables `logs` (four days), `far` (one of two days outside of the lake), `computed` (projected), and views. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-analysis-'))
  reader = await PortableReader.open()
  store = new FolderObjectStore({root: folder})
  catalog = new FileCatalog(store)
  const put = (name: string, more: Partial<NewCatalogTable> = {}) =>
    catalog.putTable({...TABLE, name, location: `${name}/`, ...more}, null)
  await put('logs')
  for (const day of DAYS) {
    const location = `logs/day=${day}/`
    await store.write(`${location}a.parquet`, Buffer.from('1234567890'))
    await catalog.createPartitions('logs', [{values: [day], location, parameters: {}}])
  }
  await put('far')
  for (const [day, location] of [
    ['01', 'far/day=01/'],
    ['02', 's3://elsewhere/day=02/'],
  ] as const) {
    await catalog.createPartitions('far', [{values: [day], location, parameters: {}}])
  }
  await put('computed', {parameters: {'projection.enabled': 'TRUE'}})
  const key = [...TABLE.columns, {name: '_op', type: 'string'}]
  await put('keys__deletes', {partitionColumns: [], pathTemplate: null, columns: key})
  const columns = [...TABLE.columns, ...TABLE.partitionColumns]
  const view = {kind: 'view', columns, partitionColumns: [], location: null, format: null, pathTemplate: null} as const
  await put('logs_current', {...view, viewSql: 'SELECT id, day FROM logs'})
  await put('over_logs', {...view, viewSql: `SELECT * FROM "${DATABASE}"."logs"`})
  await put('over_events', {...view, viewSql: 'SELECT * FROM "other"."events"'})
})

afterAll(async () => {
  await reader.close()
  await rm(folder, {recursive: true, force: true})
})

/** An input as Athena's plan has it: with the values that may be read, which are all where no condition says less. */
function input(table: string, days: readonly string[] | 'none', schema = DATABASE) {
  const ranges = (days === 'none' ? [] : days).map((value) => ({
    low: {value, bound: 'EXACTLY'},
    high: {value, bound: 'EXACTLY'},
  }))
  const byDay = {columnName: 'day', type: 'varchar', domain: {nullsAllowed: false, ranges}}
  const constraint = days === 'none' ? {none: true, columnConstraints: []} : {none: false, columnConstraints: [byDay]}
  return {table: {catalog: 'awsdatacatalog', schemaTable: {schema, table}}, constraint}
}

async function scansOf(sql: string, ...inputs: readonly object[]): Promise<readonly AnalysedScan[]> {
  const ports = {catalog, store, reader, database: DATABASE}
  return (await analyseStatement({sql}, ports, () => Promise.resolve({inputTableColumnInfos: inputs}))).scans
}

const told = (scans: readonly AnalysedScan[]) =>
  scans.map(({table, view, isFiltered, partitions, sizeBytes}) => [
    table,
    view,
    isFiltered,
    partitions?.read ?? null,
    sizeBytes?.read ?? null,
  ])

describe('what a plan reads', () => {
  it('of a table is what its condition leaves, and nothing that a namesake elsewhere reads', async () => {
    const sql = "SELECT 1 FROM logs_current WHERE day = '02'"
    const scans = await scansOf(sql, input('logs', ['02']), input('logs', DAYS, 'other'))
    expect(told(scans)).toEqual([
      ['logs', 'logs_current', true, 1, 10],
      ['other.logs', null, false, null, null],
    ])
    expect(scans[0]!.newestPartition).toEqual([{name: 'day', type: 'string', value: '04'}])
  })

  it('of computed partitions has no size, filtered or not', async () => {
    const month = Array.from({length: 31}, (_, index) => String(index + 1).padStart(2, '0'))
    expect(told(await scansOf('SELECT 1 FROM computed', input('computed', month)))).toEqual([
      ['computed', null, false, null, null],
    ])
    const scans = await scansOf("SELECT 1 FROM computed WHERE day = '01'", input('computed', ['01']))
    expect(told(scans)).toEqual([['computed', null, true, null, null]])
    expect(scans[0]!.newestPartition).toEqual([{name: 'day', type: 'string', value: null}])
  })

  it('outside of the lake has no size, and what is read beside it has one', async () => {
    const all = await scansOf('SELECT 1 FROM far', input('far', ['01', '02']))
    expect(told(all)).toEqual([['far', null, false, 2, null]])
    const inside = await scansOf("SELECT 1 FROM far WHERE day = '01'", input('far', ['01']))
    expect(told(inside)).toEqual([['far', null, true, 1, 0]])
  })

  it('of another database is told by its name, without a size', async () => {
    expect(told(await scansOf('SELECT 1 FROM over_events', input('events', DAYS, 'other')))).toEqual([
      ['other.events', null, false, null, null],
    ])
    const nothing = await scansOf('SELECT 1 FROM over_events WHERE false', input('events', 'none', 'other'))
    expect(told(nothing)).toEqual([['other.events', null, true, null, null]])
  })

  it("below a view of Athena's is judged by its own input, though the table is read with a condition too", async () => {
    const sql = "SELECT 1 FROM over_logs a JOIN logs b ON a.id = b.id WHERE b.day = '01'"
    expect(told(await scansOf(sql, input('logs', DAYS), input('logs', ['01'])))).toEqual([
      ['logs', null, true, 4, 40],
      ['logs', null, false, 4, 40],
    ])
    expect(told(await scansOf(`${sql} AND a.day = '02'`, input('logs', ['02']), input('logs', ['01'])))).toEqual([
      ['logs', null, true, 2, 20],
    ])
  })

  it("below a view of Athena's is unfiltered though the plan names every partition", async () => {
    expect(told(await scansOf('SELECT 1 FROM over_logs', input('logs', DAYS)))).toEqual([['logs', null, false, 4, 40]])
    const one = await scansOf("SELECT 1 FROM over_logs WHERE day = '03'", input('logs', ['03']))
    expect(told(one)).toEqual([['logs', null, true, 1, 10]])
  })

  it('with a condition that every partition meets is filtered', async () => {
    const scans = await scansOf("SELECT 1 FROM logs_current WHERE day >= '01'", input('logs', DAYS))
    expect(told(scans)).toEqual([['logs', 'logs_current', true, 4, 40]])
  })
})

describe('a masked statement', () => {
  it('does not even name a restricted key of a table of deletes', async () => {
    const ports = {catalog, store, reader, database: DATABASE}
    const masked = {keys__deletes: ['id']}
    const {text} = await composeStatement({sql: 'SELECT id FROM keys__deletes', masked}, ports)
    const shown = `SELECT CAST('[restricted]' AS varchar) AS "id", "_op" FROM "lake_dev"."keys__deletes"`
    expect(text.toString()).toContain(shown)
  })
})
