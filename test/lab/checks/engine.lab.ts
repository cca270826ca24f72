import {
  type Datum,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  paginateGetQueryResults,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionInput,
  StopQueryExecutionCommand,
  CreateWorkGroupCommand,
} from '@aws-sdk/client-athena'
import {CreateDatabaseCommand, CreateTableCommand} from '@aws-sdk/client-glue'
import {CreateBucketCommand, GetObjectCommand, ListObjectsV2Command} from '@aws-sdk/client-s3'
import {beforeAll, describe, expect, it} from 'vitest'
import {armFault, armQueryFault} from './gateway-control.js'
import {athena, glue, hasTrino, ownName, s3} from './lab-clients.js'

const Bucket = ownName('checks')
const Database = ownName('checks').replaceAll('-', '_')
const OutputLocation = `s3://${Bucket}/results/`

const start = async (QueryString: string, more: Partial<StartQueryExecutionInput> = {}): Promise<string> => {
  const request = {
    QueryString,
    QueryExecutionContext: {Database, Catalog: 'AwsDataCatalog'},
    ResultConfiguration: {OutputLocation},
  }
  return (await athena.send(new StartQueryExecutionCommand({...request, ...more}))).QueryExecutionId ?? ''
}

async function ended(QueryExecutionId: string): Promise<QueryExecution> {
  for (;;) {
    const {QueryExecution} = await athena.send(new GetQueryExecutionCommand({QueryExecutionId}))
    if (!['QUEUED', 'RUNNING'].includes(QueryExecution?.Status?.State ?? '')) return QueryExecution ?? {}
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

const run = async (sql: string, more?: Partial<StartQueryExecutionInput>): Promise<QueryExecution> =>
  ended(await start(sql, more))

async function succeeded(sql: string, more?: Partial<StartQueryExecutionInput>): Promise<QueryExecution> {
  const query = await run(sql, more)
  expect(query.Status?.StateChangeReason).toBeUndefined()
  expect(query.Status?.State).toBe('SUCCEEDED')
  return query
}

async function rows(sql: string, more?: Partial<StartQueryExecutionInput>): Promise<(string | undefined)[][]> {
  const {QueryExecutionId} = await succeeded(sql, more)
  const found: Datum[][] = []
  const config = {client: athena, pageSize: 1000}
  for await (const page of paginateGetQueryResults(config, {QueryExecutionId})) {
    for (const row of page.ResultSet?.Rows ?? []) found.push(row.Data ?? [])
  }
  return found.slice(1).map((row) => row.map((one) => one.VarCharValue))
}

async function text(uri: string): Promise<string> {
  const Key = uri.replace(`s3://${Bucket}/`, '')
  return (await (await s3.send(new GetObjectCommand({Bucket, Key}))).Body?.transformToString()) ?? ''
}

async function objectsUnder(Prefix: string): Promise<string[]> {
  const {Contents = []} = await s3.send(new ListObjectsV2Command({Bucket, Prefix}))
  return Contents.map((one) => `s3://${Bucket}/${one.Key}`).sort()
}

const manifestOf = async (query: QueryExecution): Promise<string[]> =>
  (await text(query.Statistics?.DataManifestLocation ?? '')).split('\n').filter((line) => line !== '')

const PARQUET = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: {SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'},
}

const NUMBERS = `SELECT 'id-' || cast(n AS varchar) AS id, cast(n AS bigint) AS amount, 'd' || cast(n % 3 AS varchar) AS day
  FROM unnest(sequence(1, 3000)) AS t(n)`

describe.skipIf(!hasTrino)('Athena on Trino', () => {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}))
    await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: Database}}))
    const Columns = [
      {Name: 'id', Type: 'string'},
      {Name: 'amount', Type: 'bigint'},
    ]
    const StorageDescriptor = {Columns, Location: `s3://${Bucket}/events/`, ...PARQUET}
    const PartitionKeys = [{Name: 'day', Type: 'string'}]
    const TableInput = {
      Name: 'events',
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys,
      StorageDescriptor,
      Parameters: {EXTERNAL: 'TRUE'},
    }
    await glue.send(new CreateTableCommand({DatabaseName: Database, TableInput}))
    await succeeded(`INSERT INTO events ${NUMBERS}`)
  })

  it('reads what it inserted, in pages of 1,000', async () => {
    const found = await rows('SELECT id, amount, day FROM events ORDER BY amount')
    expect(found).toHaveLength(3000)
    expect(found[2999]).toEqual(['id-3000', '3000', 'd0'])
  })

  it('names the objects of an INSERT, also of two at once', async () => {
    const before = await objectsUnder('events/')
    const two = await Promise.all(['x1', 'x2'].map((day) => succeeded(`INSERT INTO events SELECT 'a', 1, '${day}'`)))
    const manifests = await Promise.all(two.map(manifestOf))
    expect(manifests.map((one) => one.length)).toEqual([1, 1])
    expect(manifests[0]?.[0]).toContain('day=x1/')
    const added = (await objectsUnder('events/')).filter((one) => !before.includes(one))
    expect(manifests.flat().sort()).toEqual(added)
  })

  it('counts what it scans and prunes partitions', async () => {
    const all = await succeeded('SELECT sum(amount) FROM events')
    const one = await succeeded("SELECT sum(amount) FROM events WHERE day = 'd1'")
    const scanned = [all, one].map((query) => query.Statistics?.DataScannedInBytes ?? 0)
    expect(scanned[1]).toBeGreaterThan(0)
    expect(scanned[1]).toBeLessThan(scanned[0] ?? 0)
  })

  it('takes parameters', async () => {
    expect(
      await rows('SELECT count(*) FROM events WHERE day = ? AND amount <= ?', {ExecutionParameters: ["'d1'", '30']}),
    ).toEqual([['10']])
  })

  it('takes statements of 256 KiB, with parameters and without', async () => {
    const list = Array.from({length: 20_000}, (_, n) => `'id-${n}'`).join(', ')
    const sql = `SELECT count(*) FROM events WHERE id IN (${list})`
    expect(await rows(sql)).toEqual([['3000']])
    expect(await rows(`${sql} AND amount < ?`, {ExecutionParameters: ['11']})).toEqual([['10']])
    await expect(start(sql.padEnd(262_145))).rejects.toMatchObject({name: 'InvalidRequestException'})
  })

  it('prints values as Athena does', async () => {
    const sql = `SELECT cast(null AS varchar) a, true b, 1.5E0 c, decimal '1.50' d, date '2024-01-01' e,
      timestamp '2024-01-01 00:00:00' f, array['x', 'y'] g, map(array['k'], array[1]) h, cast(row(1, 'z') AS row(p integer, q varchar)) i, x'0aff' j`
    expect(await rows(sql)).toEqual([
      [
        undefined,
        'true',
        '1.5',
        '1.50',
        '2024-01-01',
        '2024-01-01 00:00:00.000',
        '[x, y]',
        '{k=1}',
        '{p=1, q=z}',
        '0a ff',
      ],
    ])
  })

  it('makes a table of a query, and unloads one', async () => {
    const made = await succeeded(
      `CREATE TABLE made WITH (format = 'PARQUET', write_compression = 'ZSTD', external_location = 's3://${Bucket}/made/') AS SELECT * FROM events WHERE amount <= 10`,
    )
    expect(await rows('SELECT count(*) FROM made')).toEqual([['12']])
    expect(await manifestOf(made)).toEqual(await objectsUnder('made/'))
    const unloaded = await succeeded(
      `UNLOAD (SELECT id FROM events WHERE amount = 7) TO 's3://${Bucket}/unloaded/' WITH (format = 'PARQUET')`,
    )
    expect(await manifestOf(unloaded)).toEqual(await objectsUnder('unloaded/'))
    expect(await manifestOf(unloaded)).toHaveLength(1)
  })

  it('refuses what cannot be parsed and fails at what cannot be resolved', async () => {
    await expect(start('SELEC 1')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      AthenaErrorCode: 'MALFORMED_QUERY',
    })
    const query = await run('SELECT nope FROM events')
    expect(query.Status?.State).toBe('FAILED')
    expect(query.Status?.StateChangeReason).toContain('COLUMN_NOT_FOUND')
    const results = new GetQueryResultsCommand({QueryExecutionId: query.QueryExecutionId})
    await expect(athena.send(results)).rejects.toMatchObject({name: 'InvalidRequestException'})
  })

  it('starts once for a token', async () => {
    const ClientRequestToken = ownName('token-that-is-at-least-thirty-two-long')
    const ids = await Promise.all([start('SELECT 1', {ClientRequestToken}), start('SELECT 1', {ClientRequestToken})])
    expect(ids[0]).toBe(ids[1])
    await expect(start('SELECT 2', {ClientRequestToken})).rejects.toMatchObject({
      message: 'Idempotent parameters do not match',
    })
  })

  it('starts once although the first answer is lost', async () => {
    const marked = `SELECT 1 /* ${ownName('lost')} */`
    await armFault({match: {operation: 'StartQueryExecution', body: marked.slice(12, 25)}, fault: 'dropAfter'})
    const id = await start(marked, {ClientRequestToken: ownName('token-that-is-at-least-thirty-two-long')})
    expect((await ended(id)).Status?.State).toBe('SUCCEEDED')
  })

  it('stops', async () => {
    const id = await start('SELECT count(*) FROM events a, events b, events c')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await athena.send(new StopQueryExecutionCommand({QueryExecutionId: id}))
    expect((await ended(id)).Status).toMatchObject({State: 'CANCELLED', StateChangeReason: 'Query cancelled by user'})
  })

  it('stops at the bytes a work group allows', async () => {
    const Name = ownName('small')
    const Configuration = {BytesScannedCutoffPerQuery: 10, ResultConfiguration: {OutputLocation}}
    await athena.send(new CreateWorkGroupCommand({Name, Configuration}))
    const query = await run('SELECT sum(amount) FROM events', {WorkGroup: Name})
    expect(query.Status).toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: expect.stringContaining('Bytes scanned limit'),
    })
  })

  it('fails as a test wishes, after the effect, with a manifest', async () => {
    const id = ownName('fail')
    await armQueryFault({match: id, state: 'FAILED', reason: 'Query timeout', when: 'after'})
    const query = await run(`INSERT INTO events SELECT '${id}', 1, 'f'`)
    expect(query.Status).toMatchObject({State: 'FAILED', StateChangeReason: 'Query timeout'})
    expect(await manifestOf(query)).toHaveLength(1)
  })

  it('is slowed down', async () => {
    const marked = ownName('throttled')
    await armFault({match: {operation: 'StartQueryExecution', body: marked, times: 0}, fault: 'throttle'})
    await expect(start(`SELECT '${marked}'`)).rejects.toMatchObject({name: 'TooManyRequestsException'})
  })

  it('keeps Iceberg tables', async () => {
    await succeeded(
      `CREATE TABLE ice (id string, n bigint) LOCATION 's3://${Bucket}/ice/' TBLPROPERTIES ('table_type'='ICEBERG')`,
    )
    const inserted = await succeeded("INSERT INTO ice VALUES ('a', 1), ('b', 2)")
    expect(await manifestOf(inserted)).toHaveLength(1)
    await succeeded("MERGE INTO ice t USING (SELECT 'a' AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 5")
    await succeeded('OPTIMIZE ice REWRITE DATA USING BIN_PACK')
    expect(await rows('SELECT id, n FROM ice ORDER BY id')).toEqual([
      ['a', '5'],
      ['b', '2'],
    ])
  })

  it('says which partitions a query would read', async () => {
    const {QueryExecutionId} = await succeeded("EXPLAIN (TYPE IO, FORMAT JSON) SELECT id FROM events WHERE day = 'd1'")
    const {ResultSet} = await athena.send(new GetQueryResultsCommand({QueryExecutionId}))
    const plan = (ResultSet?.Rows ?? []).map((row) => row.Data?.[0]?.VarCharValue).join('\n')
    expect(JSON.parse(plan)).toMatchObject({
      inputTableColumnInfos: [{constraint: {columnConstraints: [{columnName: 'day'}]}}],
    })
  })
})
