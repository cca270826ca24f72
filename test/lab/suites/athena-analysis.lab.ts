import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {AnalysedScan, QueryRequest} from '../../../src/lib/ports/query-engine.js'
import {collect, expectCode} from '../../contract/ports/expectations.js'
import {THINGS} from '../../contract/ports/things-table.js'
import {openLabLake, type LabLake} from '../../engines/athena/lab-lake.js'
import {labSettings} from '../lab-settings.js'

const DAYS = Array.from({length: 10}, (_, index) => String(index + 1).padStart(2, '0'))
const BY = ['year', 'month', 'day'].map((name) => ({name, type: 'string'}))
const RUNS = `FROM "logs__runs" WHERE run NOT IN (SELECT s FROM "logs__runs" CROSS JOIN UNNEST(supersedes) AS u(s))`
const CURRENT = `SELECT "id", "n", "year", "month", "day" FROM (
  SELECT t.*, row_number() OVER (PARTITION BY t."year", t."month", t."day", t."id" ORDER BY t._version DESC) AS _rank
  FROM "logs" t
  WHERE (t._source = 'stream' OR t._source IN (SELECT run ${RUNS}))
    AND t._version >= (SELECT coalesce(max(floor), 0) ${RUNS})) c
WHERE _rank = 1`

describe('AthenaQueryEngine tells beforehand', () => {
  let lake: LabLake
  beforeAll(async () => {
    lake = await openLabLake(labSettings())
    const base = {...THINGS, partitionColumns: []}
    const own = [
      {name: '_source', type: 'string'},
      {name: '_version', type: 'bigint'},
    ]
    const logs = {...base, name: 'logs', location: 'logs/', columns: [...THINGS.columns, ...own]}
    await lake.catalog.putTable({...logs, partitionColumns: BY, pathTemplate: '{year}/{month}/{day}/'}, null)
    const runs = [
      {name: 'run', type: 'string'},
      {name: 'floor', type: 'bigint'},
      {name: 'supersedes', type: 'array<string>'},
    ]
    await lake.catalog.putTable({...base, name: 'logs__runs', location: 'runs/', format: 'json', columns: runs}, null)
    await lake.writeText('runs/r1.json', '{"run":"r1","floor":5,"supersedes":[]}\n')
    for (const day of DAYS) {
      const location = `logs/2026/01/${day}/`
      const sql = `SELECT CAST(i AS VARCHAR) AS id, i AS n, 'r1' AS _source, 7::BIGINT AS _version FROM range(100) r(i)`
      await lake.writeParquet(`${location}a.parquet`, sql)
      await lake.catalog.createPartitions('logs', [{values: ['2026', '01', day], location, parameters: {}}])
    }
    const views = {...base, kind: 'view', location: null, format: null} as const
    await lake.catalog.putTable(
      {...views, name: 'logs_current', columns: [...THINGS.columns, ...BY], viewSql: CURRENT},
      null,
    )
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
    expect(scan!.sizeBytes.read * 10).toBe(scan!.sizeBytes.total * read)
    const {rows, statistics} = await lake.engine.run({sql})
    await collect(rows)
    const bound = (await scansOf({sql})).reduce((total, {sizeBytes}) => total + sizeBytes.read, 0)
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
    expect(runs).toHaveLength(4)
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

  it('what is below a view that only Athena can read', async () => {
    const viewSql = `SELECT * FROM "${lake.database}"."logs"`
    const columns = [...THINGS.columns, {name: '_source', type: 'string'}, {name: '_version', type: 'bigint'}, ...BY]
    await lake.catalog.putTable(
      {...THINGS, name: 'foreign_logs', kind: 'view', location: null, format: null, columns, viewSql},
      null,
    )
    const scans = await scansOf({sql: `SELECT count(*) FROM foreign_logs WHERE day = '03'`})
    expect(scans).toMatchObject([{table: 'logs', isFiltered: true, partitions: {read: 1, total: 10}}])
  })

  it('what is not portable, and what is wrong', async () => {
    const {portability} = await lake.engine.analyse({sql: 'SELECT n / 2 FROM logs /* all */'})
    expect(portability).toMatchObject([{rule: 'division', position: {line: 1, column: 10}}])
    await expectCode(lake.engine.analyse({sql: 'SELECT nothing FROM logs'}), 'QUERY_INVALID')
    await expectCode(lake.engine.analyse({sql: 'DROP TABLE logs'}), 'QUERY_INVALID')
  })
})
