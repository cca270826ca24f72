import {CreateDatabaseCommand, CreatePartitionCommand, CreateTableCommand, GetTableCommand} from '@aws-sdk/client-glue'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {encodeRunRecords, showChangelogTables, type RunRecord} from '../../../src/lib/changelog/index.js'
import {storedColumns, type TableMapping} from '../../../src/lib/mapping/index.js'
import type {NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import type {AnalysedScan, QueryRequest} from '../../../src/lib/ports/query-engine.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {THINGS} from '../../contract/ports/things-table.js'
import {openLabLake, type LabLake} from '../../engines/athena/lab-lake.js'
import {glue} from '../checks/lab-clients.js'
import {labSettings} from '../lab-settings.js'

const DAYS = Array.from({length: 10}, (_, index) => String(index + 1).padStart(2, '0'))
const BY = ['year', 'month', 'day'].map((name) => ({name, type: 'string'}))
const MAPPING: TableMapping = {
  table: 'logs',
  key: ['id'],
  columns: THINGS.columns.map(({name, type}) => ({
    name,
    type,
    from: name,
    missing: 'null',
    inexact: 'quarantine',
    wrong_type: 'quarantine',
    class: 'internal',
  })),
  partition: {by: BY.map(({name}) => ({name, derive: {lower: ['id']}})), immutable: true, path: null, fallback: 'null'},
  when: [],
  skip: [],
}
const RUN: RunRecord = {
  format: 1,
  run: 'r1',
  operation: 'op',
  kind: 'full',
  load: 'r1',
  tableId: 'x',
  floor: 5,
  reloads: null,
  filter: null,
  supersedes: [],
  rows: 1000,
  quarantined: 0,
  deletes: 0,
  leftOut: 0,
  unreadable: 0,
  objects: 10,
  sizeBytes: 1,
  objectsSha256: '0',
  mapping: 'x',
  exportFrom: null,
  exportTime: '2026-01-01T00:00:00.000Z',
  admittedAt: '2026-01-01T00:00:00.000Z',
  order: 1,
}
/** A row as loads write it. */
const ROWS = `SELECT CAST(i AS VARCHAR) AS id, i AS n, 'upsert' AS _op, 7::BIGINT AS _version, 0::INTEGER AS _source_rank,
  '' AS _sequence, 'r1' AS _source FROM range(100) r(i)`

describe('AthenaQueryEngine tells beforehand', () => {
  let lake: LabLake
  beforeAll(async () => {
    lake = await openLabLake(labSettings())
    await showChangelogTables(MAPPING, lake.catalog)
    await lake.writeText('logs__runs/r1.1.json', String(encodeRunRecords([RUN])))
    for (const day of DAYS) {
      const location = `logs/year=2026/month=01/day=${day}/`
      await lake.writeParquet(`${location}a.parquet`, ROWS)
      await lake.catalog.createPartitions('logs', [{values: ['2026', '01', day], location, parameters: {}}])
    }
  })
  afterAll(() => lake.close())

  const scansOf = async (request: QueryRequest) => (await lake.engine.analyse(request)).scans
  const ofLogs = (scans: readonly AnalysedScan[]) => scans.filter(({table}) => table === 'logs')

  it.each([
    ['nothing', 'SELECT count(*) FROM logs', false, 10],
    ['one day', `SELECT count(*) FROM logs WHERE year = '2026' AND month = '01' AND day = '03'`, true, 1],
    ['a range', `SELECT count(*) FROM logs WHERE day >= '03' AND day < '06'`, true, 3],
    ['a list', `SELECT count(*) FROM logs WHERE day IN ('03', '09', '55')`, true, 2],
    ['a text of several', `SELECT count(*) FROM logs WHERE year || '-' || month || '-' || day > '2026-01-08'`, true, 2],
    ['no day at all', `SELECT count(*) FROM logs WHERE day = '77'`, true, 0],
    ['columns that are no partition', `SELECT count(*) FROM logs WHERE n = 3`, false, 10],
    [
      'a day of the view',
      `SELECT sum(n) FROM logs_current WHERE year = '2026' AND month = '01' AND day = '03'`,
      true,
      1,
    ],
    ['nothing of the view', `SELECT sum(n) FROM logs_current`, false, 10],
  ])('what a condition on %s reads', async (_, sql, isFiltered, read) => {
    const [scan] = ofLogs(await scansOf({sql}))
    expect(scan).toMatchObject({isFiltered, partitions: {read, total: 10}, files: {read, total: 10}})
    expect(scan!.sizeBytes!.read * 10).toBe(scan!.sizeBytes!.total * read)
    const {rows, statistics} = await lake.engine.run({sql})
    await collect(rows)
    const bound = (await scansOf({sql})).reduce((total, {sizeBytes}) => total + sizeBytes!.read, 0)
    expect(statistics.scannedBytes).toBeLessThanOrEqual(bound)
  })

  it('every place, through views, with all that any place of a table reads', async () => {
    const sql = `SELECT count(*) FROM logs_current a JOIN logs b ON a.id = b.id WHERE a.day = '03' AND b.day = '04'`
    const scans = await scansOf({sql})
    expect(ofLogs(scans).map(({view, isFiltered, partitions}) => [view, isFiltered, partitions?.read])).toEqual([
      ['logs_current', true, 2],
      [null, true, 2],
    ])
    const runs = scans.filter(({table}) => table === 'logs__runs')
    expect(runs.length).toBeGreaterThan(1)
    expect(runs[0]).toMatchObject({view: 'logs_current', partitions: null, files: {read: 1, total: 1}})
  })

  it('what parameters prune, once they are there', async () => {
    const sql = 'SELECT count(*) FROM logs WHERE day = $day'
    const {parameters, scans} = await lake.engine.analyse({sql})
    expect(parameters).toEqual(['day'])
    expect(scans[0]).toMatchObject({isFiltered: true, partitions: {read: 10, total: 10}})
    const [scan] = await scansOf({sql, parameters: {day: '07'}})
    expect(scan).toMatchObject({isFiltered: true, partitions: {read: 1, total: 10}})
  })

  it('the newest partition, for a condition on the view', async () => {
    const [scan] = ofLogs(await scansOf({sql: 'SELECT sum(n) FROM logs_current'}))
    expect(scan!.newestPartition?.map(({name, value}) => [name, value])).toEqual([
      ['year', '2026'],
      ['month', '01'],
      ['day', '10'],
    ])
  })

  describe('what is below a view that only Athena can read', () => {
    const put = (name: string, columns: NewCatalogTable['columns'], viewSql: string) =>
      lake.catalog.putTable({...THINGS, name, kind: 'view', location: null, format: null, columns, viewSql}, null)

    it('with a condition and without', async () => {
      await put('foreign_logs', [...storedColumns(MAPPING), ...BY], `SELECT * FROM "${lake.database}"."logs"`)
      const one = await scansOf({sql: `SELECT count(*) FROM foreign_logs WHERE day = '03'`})
      expect(one).toMatchObject([{table: 'logs', isFiltered: true, partitions: {read: 1, total: 10}}])
      for (const sql of ['SELECT count(*) FROM foreign_logs', 'SELECT count(*) FROM foreign_logs WHERE n = 3']) {
        const all = await scansOf({sql})
        expect(all).toMatchObject([{table: 'logs', isFiltered: false, partitions: {read: 10, total: 10}}])
      }
      const sql = `SELECT count(*) FROM foreign_logs a JOIN logs b ON a.id = b.id WHERE b.day = '03'`
      expect((await scansOf({sql})).map(({table, isFiltered}) => [table, isFiltered])).toEqual([
        ['logs', true],
        ['logs', false],
      ])
    })

    it('in another database', async () => {
      const Name = `${lake.database}_other`
      const {Table: logs} = await glue.send(new GetTableCommand({DatabaseName: lake.database, Name: 'logs'}))
      await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name}}))
      const {StorageDescriptor, PartitionKeys, TableType} = logs!
      const TableInput = {Name: 'events', StorageDescriptor, PartitionKeys, TableType, Parameters: {EXTERNAL: 'TRUE'}}
      await glue.send(new CreateTableCommand({DatabaseName: Name, TableInput}))
      const Location = `${StorageDescriptor!.Location!.replace(/\/?$/, '/')}year=2026/month=01/day=01/`
      const PartitionInput = {
        Values: ['2026', '01', '01'],
        StorageDescriptor: {...StorageDescriptor, Location},
      }
      await glue.send(new CreatePartitionCommand({DatabaseName: Name, TableName: 'events', PartitionInput}))
      await put('foreign_events', THINGS.columns, `SELECT id, n FROM "${Name}"."events"`)
      const scans = await scansOf({sql: 'SELECT count(*) FROM foreign_events'})
      expect(scans).toMatchObject([
        {table: `${Name}.events`, isFiltered: false, partitions: null, files: null, sizeBytes: null},
      ])
    })
  })

  it('that nobody can size computed partitions', async () => {
    const projection = {
      'projection.enabled': 'true',
      'projection.day.type': 'integer',
      'projection.day.range': '1,31',
      'projection.day.digits': '2',
    }
    const partitionColumns = [{name: 'day', type: 'string'}]
    const place = {name: 'computed', location: 'computed/', pathTemplate: 'day={day}/', parameters: projection}
    await lake.catalog.putTable({...THINGS, ...place, partitionColumns}, null)
    await lake.writeParquet('computed/day=01/a.parquet', `SELECT 'a' AS id, 1::BIGINT AS n`)
    const unknown = {table: 'computed', partitions: null, files: null, sizeBytes: null}
    const all = await scansOf({sql: 'SELECT count(*) FROM computed'})
    expect(all).toMatchObject([{...unknown, isFiltered: false, newestPartition: [{name: 'day', value: null}]}])
    const one = await scansOf({sql: `SELECT count(*) FROM computed WHERE day = '01'`})
    expect(one).toMatchObject([{...unknown, isFiltered: true}])
  })

  it('what is not portable, and what is wrong', async () => {
    const {portability} = await lake.engine.analyse({sql: 'SELECT n / 2 FROM logs /* all */'})
    expect(portability).toMatchObject([{rule: 'division', position: {line: 1, column: 10}}])
    await expectCode(lake.engine.analyse({sql: 'SELECT nothing FROM logs'}), 'QUERY_INVALID')
    await expectCode(lake.engine.analyse({sql: 'DROP TABLE logs'}), 'QUERY_INVALID')
  })
})
