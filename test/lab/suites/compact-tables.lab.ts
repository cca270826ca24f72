import {
  BatchCreatePartitionCommand,
  CreateTableCommand,
  GetPartitionCommand,
  type Partition,
  type StorageDescriptor,
  type TableInput,
} from '@aws-sdk/client-glue'
import {PutObjectCommand} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CompactPlanDocument, CompactResultDocument} from '../../../src/lib/compact/index.js'
import {refusalOf} from '../../backfill/lake-folder.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {glue, hasTrino, s3} from '../checks/lab-clients.js'
import {selectTexts} from '../faults/athena-reader.js'
import {listAll} from '../faults/fault-lake.js'
import {checksumsOf, LoopReader} from '../loop-reader.js'
import {parquetOf} from '../parquet-of.js'

const HIVE = 'org.apache.hadoop.hive.ql.io'
const NAMES = ['events', 'projected', 'bucketed', 'linked'] as const
const TYPES = {id: 'string', n: 'bigint', amount: 'decimal(18,2)', at: 'timestamp'}
const FILES = {'2026-01-01': 12, '2026-01-02': 6}
const ARCHIVED_DAY = '2026-01-03'
const OUTSIDE_DAY = '2026-01-09'
const ROWS_PER_FILE = 50

const tableText = (name: string): string => `  ${name}:
    kind: events
    columns:
${Object.entries(TYPES)
  .map(([column, type]) => `      - {name: ${column}, type: "${type}"}\n`)
  .join('')}    partition: {by: [{name: day}]}
`

const DEFINITION = `sluice: 1
lake: icpa
default: local
environments:
  local: {backend: local, root: ./lake}
tables:
${NAMES.map(tableText).join('')}`

describe.runIf(hasTrino)('tables that others write, compacted on AWS', () => {
  let lake: AwsLake
  let watch: PolicyWatch
  const uriOf = (path: string): string => `s3://${lake.tableBucket}/${path}`

  beforeAll(async () => {
    lake = await makeAwsLake(DEFINITION, NAMES)
    watch = await PolicyWatch.over(lake)
    await makeTable('events', {})
    await makeTable('projected', {
      Parameters: {
        EXTERNAL: 'TRUE',
        'projection.enabled': 'true',
        'projection.day.type': 'date',
        'projection.day.range': '2026-01-01,2026-01-05',
        'projection.day.format': 'yyyy-MM-dd',
        'storage.location.template': uriOf('projected/${day}'),
      },
    })
    await makeTable('bucketed', {
      StorageDescriptor: {...storage('bucketed'), BucketColumns: ['id'], NumberOfBuckets: 4},
    })
    await makeTable('linked', {
      StorageDescriptor: {...storage('linked'), InputFormat: `${HIVE}.SymlinkTextInputFormat`},
    })
    for (const [day, count] of Object.entries(FILES)) {
      for (let file = 0; file < count; file += 1) {
        const bytes = await parquetOf(eventsOf(day, file))
        for (const name of ['events/day=', 'projected/'])
          await put(`${name}${day}/part-${String(file).padStart(3, '0')}.parquet`, bytes)
      }
    }
    for (let file = 0; file < 6; file += 1)
      await put(`events/day=${ARCHIVED_DAY}/cold-${file}.parquet`, Buffer.from('archived'), 'DEEP_ARCHIVE')
    await register('events', [...Object.keys(FILES), ARCHIVED_DAY])
    await register('events', [OUTSIDE_DAY], 's3://somebody-elses-bucket')
  }, 300_000)

  afterAll(() => lake.remove())

  /** Storage as a crawler writes it, with what sluice knows nothing of. */
  function storage(path: string): StorageDescriptor {
    return {
      Columns: Object.entries(TYPES).map(([Name, Type]) => ({Name, Type, Comment: `theirs: ${Name}`})),
      Location: uriOf(path),
      InputFormat: `${HIVE}.parquet.MapredParquetInputFormat`,
      OutputFormat: `${HIVE}.parquet.MapredParquetOutputFormat`,
      Compressed: true,
      SerdeInfo: {
        Name: 'theirs',
        SerializationLibrary: `${HIVE}.parquet.serde.ParquetHiveSerDe`,
        Parameters: {'serialization.format': '1', 'their.option': 'kept'},
      },
      SortColumns: [],
      StoredAsSubDirectories: false,
      Parameters: {'their.storage': 'kept', CrawlerSchemaSerializerVersion: '1.0'},
    }
  }

  async function makeTable(Name: string, more: Partial<TableInput>): Promise<void> {
    const TableInput = {
      Name,
      TableType: 'EXTERNAL_TABLE',
      Parameters: {EXTERNAL: 'TRUE', 'their.table': 'kept'},
      PartitionKeys: [{Name: 'day', Type: 'string'}],
      StorageDescriptor: storage(Name),
      ...more,
    }
    await glue.send(new CreateTableCommand({DatabaseName: lake.database, TableInput}))
  }

  async function register(
    TableName: string,
    days: readonly string[],
    root = `s3://${lake.tableBucket}`,
  ): Promise<void> {
    const PartitionInputList = days.map((day) => ({
      Values: [day],
      StorageDescriptor: {...storage(''), Location: `${root}/${TableName}/day=${day}`},
      Parameters: {'their.partition': day, numRows: '600', totalSize: '1', COLUMN_STATS_ACCURATE: '{}'},
    }))
    const {Errors = []} = await glue.send(
      new BatchCreatePartitionCommand({DatabaseName: lake.database, TableName, PartitionInputList}),
    )
    expect(Errors).toEqual([])
  }

  const put = (Key: string, Body: Buffer, StorageClass: 'STANDARD' | 'DEEP_ARCHIVE' = 'STANDARD') =>
    s3.send(new PutObjectCommand({Bucket: lake.tableBucket, Key, Body, StorageClass}))

  const eventsOf = (day: string, file: number, rows = ROWS_PER_FILE): string => {
    const n = `(${file} * ${ROWS_PER_FILE} + i)`
    return `SELECT '${day}-' || ${n} AS id, ${n}::BIGINT AS n, (${n} / 4)::DECIMAL(18,2) AS amount,
      TIMESTAMP '${day} 00:00:00' + to_milliseconds(${n}) AS at FROM range(${rows}) t(i)`
  }

  async function partitionOf(day: string): Promise<Partition> {
    const where = {DatabaseName: lake.database, TableName: 'events', PartitionValues: [day]}
    return (await glue.send(new GetPartitionCommand(where))).Partition!
  }

  const compact = async <Document>(...argv: string[]): Promise<Document> => {
    const {exit, document} = await watch.answerOf<Document>('compact', ...argv, '--env', 'aws')
    expect(exit).toBe(0)
    return document
  }
  const run = (table: string, ...more: string[]): Promise<CompactResultDocument> =>
    compact('run', '--table', table, '--min-age', '0s', '--yes', ...more)
  const keysOf = (prefix: string): Promise<string[]> => listAll(s3, lake.tableBucket, prefix)

  it('says what is left, and why', async () => {
    const {tables} = await compact<CompactPlanDocument>('plan', '--min-age', '0s')
    const shown = Object.fromEntries(tables.map(({table, method, obstacle}) => [table, [method, obstacle?.reason]]))
    expect(shown).toEqual({
      events: ['swap', undefined],
      projected: [null, 'projection'],
      bucketed: [null, 'unsupported'],
      linked: [null, 'unsupported'],
    })
    const obstacles = Object.fromEntries(tables.map(({table, obstacle}) => [table, obstacle?.text]))
    expect(obstacles).toMatchObject({
      bucketed: 'bucketed is bucketed by id',
      linked: 'linked lists its files in files of links',
    })
    const events = tables.find(({table}) => table === 'events')!
    expect(events).toMatchObject({
      figures: {merges: 2, sources: 18, outputs: 2},
      skipped: [
        {reason: 'archived', partitions: 1, example: `day=${ARCHIVED_DAY}`},
        {reason: 'outside', partitions: 1, example: `day=${OUTSIDE_DAY}`},
      ],
    })
    for (const table of ['projected', 'bucketed', 'linked']) {
      expect(await run(table)).toEqual({changed: false, tables: []})
      const refused = await refusalOf(lake, 'compact', 'plan', '--table', table, '--out', 'x.ndjson', '--env', 'aws')
      expect(refused).toMatchObject({code: 'COMPACTION_REFUSED', exit: 2})
    }
    const closed = await compact<CompactPlanDocument>('plan', '--table', 'events')
    expect(closed.tables[0]!.skipped.map(({reason}) => reason).sort()).toEqual(['archived', 'outside', 'too_young'])
  }, 300_000)

  it('swaps partitions, and keeps all that others wrote of them', async () => {
    const days = Object.keys(FILES)
    const before = await Promise.all(days.map(partitionOf))
    const files = await keysOf('events/')
    const rows = await selectTexts(lake, `SELECT * FROM events WHERE day < '${ARCHIVED_DAY}'`)
    expect(rows).toHaveLength(18 * ROWS_PER_FILE)
    const sql = checksumsOf([...Object.keys(TYPES), 'day'], `events WHERE day < '${ARCHIVED_DAY}'`)
    const reader = new LoopReader(lake, sql)
    await reader.during('before', async () => undefined)

    const first = await reader.during('run', () => run('events'))
    expect(first.tables).toMatchObject([
      {kind: 'compact.swap', merged: 2, failed: [], files: {before: 18, after: 2}, rows: 18 * ROWS_PER_FILE},
    ])
    const {operation} = first.tables[0]!
    for (const [index, day] of days.entries()) {
      const {StorageDescriptor, Parameters, LastAccessTime} = await partitionOf(day)
      const {Location, ...descriptor} = StorageDescriptor!
      const {Location: standing, ...kept} = before[index]!.StorageDescriptor!
      expect(descriptor).toEqual(kept)
      expect(Location).toMatch(
        new RegExp(`^s3://${lake.tableBucket}/events__compact/[0-9a-f]{16}/gen=${operation}\\.1/?$`),
      )
      expect(standing).toBe(uriOf(`events/day=${day}`))
      expect(LastAccessTime).toEqual(before[index]!.LastAccessTime)
      const own = {'sluice.version': expect.any(String), 'sluice.location-before': standing}
      expect(Parameters).toEqual({'their.partition': day, ...own})
    }
    expect(await keysOf('events/')).toEqual(files)

    await reader.during('rollback', () => compact('rollback', operation, '--yes'))
    for (const [index, day] of days.entries())
      expect((await partitionOf(day)).StorageDescriptor).toEqual(before[index]!.StorageDescriptor)

    const again = await reader.during('run again', () => run('events'))
    expect(again.tables).toMatchObject([{merged: 2, failed: [], files: {before: 18, after: 2}}])
    await reader.during('gc', () => compact('gc', '--grace-hours', '0', '--yes'))
    await reader.stop()
    expect(await keysOf('events/')).toEqual(files.filter((key) => key.includes(ARCHIVED_DAY)))
    expect(await selectTexts(lake, `SELECT * FROM events WHERE day < '${ARCHIVED_DAY}'`)).toEqual(rows)
    expect([...reader.answers]).toHaveLength(1)
    // What gc deletes nobody who begins after the swap looks for.
    expect(reader.failures.filter(({phase}) => phase !== 'gc')).toEqual([])
    const {tables} = await compact<CompactPlanDocument>('plan', '--table', 'events', '--min-age', '0s')
    expect(tables[0]).toMatchObject({figures: {merges: 0}})
    console.log(`compact: ${reader.reads} reads, ${reader.failures.length} of them met a deleted file`)
  }, 300_000)

  it('brings in what comes to the old place of a swapped partition, before that is deleted', async () => {
    const day = '2026-01-04'
    for (let file = 0; file < 5; file += 1)
      await put(`events/day=${day}/${file}.parquet`, await parquetOf(eventsOf(day, file, 10)))
    await register('events', [day])
    const count = `SELECT count(*), count(DISTINCT id) FROM events WHERE day = '${day}'`
    expect(await selectTexts(lake, count)).toEqual(['["50","50"]'])
    await run('events', '--partition', `day=${day}`)
    await put(`events/day=${day}/late.parquet`, await parquetOf(eventsOf(day, 9, 7)))
    expect(await selectTexts(lake, count)).toEqual(['["50","50"]'])
    await compact('gc', '--grace-hours', '0', '--yes')
    expect(await selectTexts(lake, count)).toEqual(['["57","57"]'])
    expect(await keysOf(`events/day=${day}/`)).toEqual([])
  }, 300_000)

  it('compacts computed partitions in place where that is asked for', async () => {
    const rows = await selectTexts(lake, 'SELECT * FROM projected')
    expect(rows).toHaveLength(18 * ROWS_PER_FILE)
    const {tables} = await run('projected', '--in-place')
    expect(tables).toMatchObject([
      {kind: 'compact.in-place', merged: 2, failed: [], files: {before: 18, after: 2}, undo: 'never'},
    ])
    expect((await keysOf('projected/')).map((key) => key.split('/')[1])).toEqual(Object.keys(FILES))
    expect(await selectTexts(lake, 'SELECT * FROM projected')).toEqual(rows)
  }, 300_000)

  it('asked for nothing that the printed policies do not allow', async () => {
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(100)
  })
})
