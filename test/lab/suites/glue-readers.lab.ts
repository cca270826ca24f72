import {randomBytes} from 'node:crypto'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import {CreateDatabaseCommand, DeleteDatabaseCommand, GlueClient} from '@aws-sdk/client-glue'
import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {clientConfiguration} from '../../../src/lib/aws/client-settings.js'
import {GlueCatalog} from '../../../src/lib/aws/glue-catalog.js'
import type {NewCatalogTable} from '../../../src/lib/ports/catalog.js'
import {encodeRunRecords, showChangelogTables, type RunRecord} from '../../../src/lib/changelog/index.js'
import type {SourceColumn, TableMapping} from '../../../src/lib/mapping/index.js'
import {labSettings} from '../lab-settings.js'
import {parquetOf} from '../parquet-of.js'

const BUCKET = 'glue-readers-lab'
const EVERY_TYPE = [
  {name: 'id', type: 'string', value: "'a'", athena: 'a'},
  {name: 'flag', type: 'boolean', value: 'true', athena: 'true'},
  {name: 'small', type: 'integer', value: '7::INTEGER', athena: '7'},
  // the largest that the lab's bridge does not round
  {name: 'big', type: 'bigint', value: '9007199254740991::BIGINT', athena: '9007199254740991'},
  {name: 'rate', type: 'double', value: '0.5::DOUBLE', athena: '0.5'},
  {name: 'amount', type: 'decimal(18,2)', value: '12.30::DECIMAL(18,2)', athena: '12.30'},
  {name: 'at', type: 'timestamp', value: "TIMESTAMP '2026-01-02 03:04:05.678'", athena: '2026-01-02 03:04:05.678'},
  {name: 'day_of', type: 'date', value: "DATE '2026-01-02'", athena: '2026-01-02'},
  {name: 'raw', type: 'binary', value: "'\\x0A\\xFF'::BLOB", athena: '0a ff'},
  {name: 'tags', type: 'array<string>', value: "['x', 'y']", athena: '[x, y]'},
  {name: 'counts', type: 'array<integer>', value: '[1, 2]::INTEGER[]', athena: '[1, 2]'},
] as const

const HAS_TRINO =
  process.env['SLUICE_LAB_LAYERS']?.split(',').includes('trino') ?? process.env['AWS_ENDPOINT_URL_ATHENA'] !== undefined

describe.skipIf(!HAS_TRINO)('Athena reads what GlueCatalog wrote', () => {
  const database = `glue_readers_${randomBytes(6).toString('hex')}`
  const root = `s3://${BUCKET}/${database}/`
  const settings = labSettings()
  const catalog = new GlueCatalog({
    settings,
    database,
    locations: {
      uriOf: (keyPrefix) => `${root}${keyPrefix}`,
      prefixOf: (uri) => (uri.startsWith(root) ? uri.slice(root.length) : null),
    },
  })
  const athena = new AthenaClient(clientConfiguration(settings, 'athena'))
  const s3 = new S3Client({...clientConfiguration(settings, 's3'), forcePathStyle: true})
  const types: NewCatalogTable = {
    name: 'types',
    kind: 'table',
    columns: EVERY_TYPE.map(({name, type}) => ({name, type})),
    partitionColumns: [{name: 'day', type: 'string'}],
    location: 'types/',
    format: 'parquet',
    pathTemplate: 'day={day}/',
    viewSql: null,
    parameters: {},
  }

  const put = (key: string, body: Uint8Array | string) =>
    s3.send(new PutObjectCommand({Bucket: BUCKET, Key: `${database}/${key}`, Body: body}))

  /** The rows of a query, without the header. */
  const rowsOf = async (sql: string): Promise<(string | undefined)[][]> => {
    const start = new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: {Database: database},
      ResultConfiguration: {OutputLocation: `s3://${BUCKET}/results/`},
    })
    const {QueryExecutionId} = await athena.send(start)
    for (;;) {
      const {QueryExecution} = await athena.send(new GetQueryExecutionCommand({QueryExecutionId}))
      const {State, StateChangeReason} = QueryExecution?.Status ?? {}
      if (State === 'SUCCEEDED') break
      if (State === 'FAILED' || State === 'CANCELLED') throw new Error(StateChangeReason)
      await new Promise((done) => setTimeout(done, 50))
    }
    const {ResultSet} = await athena.send(new GetQueryResultsCommand({QueryExecutionId}))
    return (ResultSet?.Rows ?? []).slice(1).map((row) => (row.Data ?? []).map((datum) => datum.VarCharValue))
  }

  const glue = new GlueClient(clientConfiguration(settings, 'glue'))

  beforeAll(async () => {
    await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name: database}}))
    await s3
      .send(new CreateBucketCommand({Bucket: BUCKET, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}))
      .catch((error: Error) => {
        if (error.name !== 'BucketAlreadyOwnedByYou') throw error
      })
    const columns = EVERY_TYPE.map(({name, value}) => `${value} AS ${name}`).join(', ')
    await put('types/day=2026-01-02/a.parquet', await parquetOf(`SELECT ${columns}`))
    await catalog.putTable(types, null)
    await catalog.createPartitions('types', [
      {values: ['2026-01-02'], location: 'types/day=2026-01-02/', parameters: {}},
    ])
  })

  afterAll(async () => {
    await glue.send(new DeleteDatabaseCommand({Name: database}))
    glue.destroy()
    catalog.close()
    athena.destroy()
    s3.destroy()
  })

  const expected = [...EVERY_TYPE.map((column) => column.athena), '2026-01-02']

  it('a Parquet table of every type', async () => {
    expect(await rowsOf('SELECT * FROM types')).toEqual([expected])
  })

  it('a view of every type, and the view of a view', async () => {
    const view = {
      ...types,
      name: 'types_view',
      kind: 'view' as const,
      columns: [...types.columns, ...types.partitionColumns],
      partitionColumns: [],
      location: null,
      format: null,
      pathTemplate: null,
      viewSql: 'SELECT * FROM "types" WHERE "id" <> \'é 😀\'',
    }
    await catalog.putTable(view, null)
    await catalog.putTable({...view, name: 'types_again', viewSql: 'SELECT * FROM "types_view"'}, null)
    expect(await rowsOf('SELECT * FROM types_again')).toEqual([expected])
  })

  it('a JSON table whose names have capitals', async () => {
    await put('runs/a.json', '{"run":"1","leftOut":3,"supersedes":["0"]}\n{"run":"2","leftOut":null,"supersedes":[]}\n')
    await catalog.putTable(
      {
        ...types,
        name: 'runs',
        columns: [
          {name: 'run', type: 'string'},
          {name: 'leftOut', type: 'bigint'},
          {name: 'supersedes', type: 'array<string>'},
        ],
        partitionColumns: [],
        location: 'runs/',
        format: 'json',
        pathTemplate: null,
      },
      null,
    )
    expect(await rowsOf('SELECT run, "leftOut", supersedes FROM runs ORDER BY run')).toEqual([
      ['1', '3', '[0]'],
      ['2', undefined, '[]'],
    ])
    await put('runs/b.json', '{"run": broken\n')
    await expect(rowsOf('SELECT count(*), max(run) FROM runs')).rejects.toThrow(/JSON/i)
  })

  it('the view that Trino made, and gives it back as sluice shows it', async () => {
    await rowsOf('CREATE OR REPLACE VIEW made_by_trino AS SELECT id, tags, at FROM types')
    const view = await catalog.getTable('made_by_trino')
    expect(view).toMatchObject({
      kind: 'view',
      columns: [
        {name: 'id', type: 'string'},
        {name: 'tags', type: 'array<string>'},
        {name: 'at', type: 'timestamp'},
      ],
    })
    await catalog.putTable({...view!, viewSql: 'SELECT id, tags, at FROM types WHERE false'}, view!.version)
    expect(await rowsOf('SELECT * FROM made_by_trino')).toEqual([])
  })

  it.each([true, false])('a change log and its views, with partitions immutable: %s', async (immutable) => {
    const table = immutable ? 'claims' : 'tasks'
    const mapping: TableMapping = {
      table,
      key: ['id'],
      columns: EVERY_TYPE.map(({name, type}) => read(name, type)),
      partition: {by: [{name: 'part', derive: {lower: ['id']}}], immutable, path: null, fallback: 'null'},
      when: [],
      skip: [],
    }
    await showChangelogTables(mapping, catalog)
    const versions = async () => (await catalog.listTables()).map(({name, version}) => `${name} ${version}`)
    const written = await versions()
    await showChangelogTables(mapping, catalog)
    expect(await versions()).toEqual(written)

    await catalog.createPartitions(table, [{values: ['a'], location: `${table}/part=a/`, parameters: {}}])
    const columns = EVERY_TYPE.map(({name, value}) => `${value} AS ${name}`).join(', ')
    const row = (version: number, source: string) =>
      `SELECT ${columns}, 'upsert' AS _op, ${version}::BIGINT AS _version, 0::INTEGER AS _source_rank, '' AS _sequence, '${source}' AS _source`
    await put(`${table}/part=a/1.parquet`, await parquetOf(`${row(5, 'run-1')} UNION ALL ${row(9, 'hidden')}`))
    expect(await rowsOf(`SELECT * FROM ${table}_current`)).toEqual([])
    await put(`${table}__runs/run-1.1.json`, encodeRunRecords([RUN]))
    await put(`${table}__runs/run-0.1.json`, '{"format":1,"closed":"op"}\n')
    expect(await rowsOf(`SELECT * FROM ${table}_current`)).toEqual([[...expected.slice(0, -1), 'a']])
    expect(await rowsOf(`SELECT * FROM ${table}__quarantine`)).toEqual([])
  })

  it('a column that a table got after a partition was registered', async () => {
    const table = await catalog.getTable('types')
    await catalog.putTable({...types, columns: [...types.columns, {name: 'later', type: 'string'}]}, table!.version)
    await put('types/day=2026-01-02/b.parquet', await parquetOf(`SELECT 'b' AS id, 'new' AS later`))
    expect(await rowsOf('SELECT id, later FROM types ORDER BY id')).toEqual([
      ['a', undefined],
      ['b', 'new'],
    ])
  })
})

const RUN: RunRecord = {
  format: 1,
  run: 'run-1',
  operation: 'op',
  kind: 'full',
  load: 'run-1',
  tableId: 'x',
  floor: 5,
  reloads: null,
  filter: {from: null, to: null, where: 'x > 1'},
  supersedes: ['run-0'],
  rows: 1,
  quarantined: 0,
  deletes: 0,
  leftOut: 0,
  unreadable: 0,
  objects: 1,
  sizeBytes: 1,
  objectsSha256: '0',
  mapping: 'x',
  exportFrom: null,
  exportTime: '2026-01-01T00:00:00.000Z',
  admittedAt: '2026-01-01T00:00:00.000Z',
  order: 1,
}

function read(name: string, type: string): SourceColumn {
  return {name, type, from: name, missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'}
}
