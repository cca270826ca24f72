import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {GlueCatalog} from '../../src/lib/aws/glue-catalog.js'
import type {NewCatalogPartition, NewCatalogTable} from '../../src/lib/ports/catalog.js'
import {collect, expectCode} from '../contract/ports/expectations.js'

interface NamedInput {
  readonly Values: string[]
}
interface GlueInput {
  readonly NextToken?: string
  readonly Segment?: {readonly SegmentNumber: number; readonly TotalSegments: number}
  readonly PartitionsToGet: NamedInput[]
  readonly PartitionsToDelete: NamedInput[]
  readonly PartitionInputList: (NamedInput & {readonly StorageDescriptor: object})[]
  readonly PartitionInput: object
  readonly TableInput: object
}

interface Call {
  readonly action: string
  readonly input: GlueInput
}
type Answer = object | {readonly error: string; readonly message?: string; readonly status?: number} | 'hang up'

const GLUE_TABLE = {
  Name: 'events',
  VersionId: '7',
  TableType: 'EXTERNAL_TABLE',
  Parameters: {EXTERNAL: 'TRUE', classification: 'parquet'},
  PartitionKeys: [{Name: 'day', Type: 'string'}],
  StorageDescriptor: {
    Columns: [{Name: 'n', Type: 'int'}],
    Location: 's3://lake/events/',
    SerdeInfo: {SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'},
  },
}

const TABLE: NewCatalogTable = {
  name: 'events',
  kind: 'table',
  columns: [{name: 'n', type: 'integer'}],
  partitionColumns: [{name: 'day', type: 'string'}],
  location: 'events/',
  format: 'parquet',
  pathTemplate: null,
  viewSql: null,
  parameters: {},
}

function day(value: string): NewCatalogPartition {
  return {values: [value], location: `events/day=${value}/`, parameters: {}}
}

function gluePartition(value: string, parameters: Record<string, string> = {}) {
  return {Values: [value], StorageDescriptor: {Location: `s3://lake/events/day=${value}`}, Parameters: parameters}
}

describe('GlueCatalog', () => {
  let server: Server
  let calls: Call[]
  let answer: (call: Call) => Answer
  let catalog: GlueCatalog

  beforeEach(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
    calls = []
    answer = () => ({})
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const action = String(request.headers['x-amz-target']).replace('AWSGlue.', '')
        const call = {action, input: JSON.parse(Buffer.concat(chunks).toString('utf8')) as GlueInput}
        calls.push(call)
        const given = answer(call)
        if (given === 'hang up') return request.socket.destroy()
        const fault = 'error' in given ? given : null
        const body = fault === null ? given : {__type: fault.error, message: fault.message ?? fault.error}
        response.writeHead(fault === null ? 200 : (fault.status ?? 400), {'content-type': 'application/x-amz-json-1.1'})
        response.end(JSON.stringify(body))
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const {port} = server.address() as AddressInfo
    catalog = new GlueCatalog({
      settings: {
        region: 'eu-west-1',
        profile: null,
        roleArn: null,
        encryption: 'bucket-default',
        endpoints: {glue: `http://127.0.0.1:${port}`},
        version: 'test',
      },
      database: 'lake',
      locations: {
        uriOf: (keyPrefix) => `s3://lake/${keyPrefix}`,
        prefixOf: (uri) => (uri.startsWith('s3://lake/') ? uri.slice('s3://lake/'.length) : null),
      },
    })
  })

  afterEach(async () => {
    vi.unstubAllEnvs()
    catalog.close()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })

  /** Answers GetTable with the table and the rest by `other`. */
  const withTable = (other: (call: Call, count: number) => Answer, table: object = GLUE_TABLE) => {
    const counts = new Map<string, number>()
    answer = (call) => {
      if (call.action === 'GetTable') return {Table: table}
      const count = (counts.get(call.action) ?? 0) + 1
      counts.set(call.action, count)
      return other(call, count)
    }
  }
  const actions = () => calls.map(({action}) => action)

  it('tells a table that Lake Formation governs from others', async () => {
    withTable(() => ({}))
    expect(await catalog.getTable('events')).not.toHaveProperty('isGoverned')
    withTable(() => ({}), {...GLUE_TABLE, IsRegisteredWithLakeFormation: true})
    expect(await catalog.getTable('events')).toMatchObject({isGoverned: true})
  })

  describe('lists partitions', () => {
    it('of a small table in one call without segments', async () => {
      withTable(() => ({Partitions: [gluePartition('a')]}))
      const [partition] = await collect(catalog.listPartitions('events'))
      expect(partition).toMatchObject({values: ['a'], location: 'events/day=a/'})
      expect(actions()).toEqual(['GetTable', 'GetPartitions'])
      expect(calls[1]!.input).toEqual({
        DatabaseName: 'lake',
        TableName: 'events',
        MaxResults: 1000,
        ExcludeColumnSchema: true,
      })
    })

    it('of a big table by segments, over pages that are empty', async () => {
      withTable(({input}) => {
        if (input.Segment === undefined) return {Partitions: [gluePartition('0-a')], NextToken: 'more'}
        const {SegmentNumber: segment, TotalSegments: total} = input.Segment
        expect(total).toBe(5)
        const token = input.NextToken
        if (token === undefined) return {Partitions: [], NextToken: 'second'}
        if (token === 'second') return {Partitions: [gluePartition(`${segment}-a`)], NextToken: 'third'}
        return {Partitions: [gluePartition(`${segment}-b`)]}
      })
      const listed = await collect(catalog.listPartitions('events'))
      expect(listed.map(({values}) => values[0]).sort()).toEqual(
        [0, 1, 2, 3, 4].flatMap((segment) => [`${segment}-a`, `${segment}-b`]),
      )
    })

    it('until a segment fails', async () => {
      withTable(({input}) => {
        if (input.Segment === undefined) return {Partitions: [], NextToken: 'more'}
        return input.Segment.SegmentNumber === 3
          ? {error: 'AccessDeniedException', message: 'User x is not authorized to perform: glue:GetPartitions on y'}
          : {Partitions: [gluePartition(String(input.Segment.SegmentNumber))], NextToken: 'more'}
      })
      const error = await expectCode(collect(catalog.listPartitions('events')), 'AWS_ACCESS_DENIED')
      expect(error.message).toContain('glue:GetPartitions')
    })

    it('until the reader has enough', async () => {
      withTable(({input}) => ({Partitions: [gluePartition(JSON.stringify(input))], NextToken: `${calls.length}`}))
      for await (const partition of catalog.listPartitions('events')) {
        expect(partition.values).toHaveLength(1)
        break
      }
      expect(calls.length).toBeLessThan(20)
    })

    it('of a table that goes in the meantime as of one that is not there', async () => {
      withTable(() => ({error: 'EntityNotFoundException'}))
      await expectCode(collect(catalog.listPartitions('events')), 'TABLE_UNKNOWN')
    })
  })

  it('asks again for partitions that Glue left out', async () => {
    withTable(({input}) => {
      const [first, ...rest] = input.PartitionsToGet
      return {Partitions: [gluePartition(first!.Values[0]!)], UnprocessedKeys: rest}
    })
    const found = await catalog.getPartitions('events', [['a'], ['b'], ['a']])
    expect(found.map((partition) => partition?.values)).toEqual([['a'], ['b'], ['a']])
    expect(actions()).toEqual(['GetTable', 'BatchGetPartition', 'BatchGetPartition'])
  })

  it('goes on asking as long as Glue answers for one partition more', async () => {
    withTable(({input}) => {
      const [first, ...rest] = input.PartitionsToGet
      return {Partitions: [gluePartition(first!.Values[0]!)], UnprocessedKeys: rest}
    })
    const wanted = Array.from({length: 9}, (_, index) => [String(index)])
    const found = await catalog.getPartitions('events', wanted)
    expect(found.map((partition) => partition?.values)).toEqual(wanted)
    expect(actions()).toHaveLength(1 + wanted.length)
  })

  it('asks for a thousand partitions a call', async () => {
    withTable(() => ({}))
    await catalog.getPartitions(
      'events',
      Array.from({length: 2001}, (_, index) => [String(index)]),
    )
    expect(
      calls
        .slice(1)
        .map(({input}) => input.PartitionsToGet.length)
        .sort(),
    ).toEqual([1, 1000, 1000])
  })

  describe('creates partitions', () => {
    it('a hundred a call, each with its outcome', async () => {
      withTable(({input}) => {
        const inputs = input.PartitionInputList
        return {
          Errors: inputs
            .filter(({Values}) => Number(Values[0]) % 50 === 7)
            .map(({Values: PartitionValues}) => ({
              PartitionValues,
              ErrorDetail: {ErrorCode: 'InternalServiceException', ErrorMessage: 'try\nlater'},
            })),
        }
      })
      const outcomes = await catalog.createPartitions(
        'events',
        Array.from({length: 250}, (_, index) => day(String(index))),
      )
      const failed = outcomes.filter(({state}) => state === 'failed')
      expect(failed.map(({values}) => values[0])).toEqual(['7', '57', '107', '157', '207'])
      expect(failed[0]).toMatchObject({reason: 'InternalServiceException: try later'})
      expect(outcomes.filter(({state}) => state === 'created')).toHaveLength(245)
      expect(calls.slice(1).map(({input}) => input.PartitionInputList.length)).toEqual([100, 100, 50])
      expect(calls[1]!.input.PartitionInputList[0]?.StorageDescriptor).toMatchObject({
        Columns: [{Name: 'n', Type: 'int'}],
        Location: 's3://lake/events/day=0/',
      })
    })

    it('and knows its own when an answer was lost', async () => {
      const created = new Map<string, object>()
      withTable(({action, input}, count) => {
        if (action === 'BatchGetPartition') {
          const wanted = input.PartitionsToGet
          return {Partitions: wanted.map(({Values}) => created.get(Values[0]!) ?? gluePartition(Values[0]!))}
        }
        if (count === 1) {
          for (const one of input.PartitionInputList) if (one.Values[0] !== 'b') created.set(one.Values[0]!, one)
          return 'hang up'
        }
        return {
          Errors: ['a', 'b', 'c'].map((value) => ({
            PartitionValues: [value],
            ErrorDetail: {ErrorCode: 'AlreadyExistsException'},
          })),
        }
      })
      const outcomes = await catalog.createPartitions('events', [day('a'), day('b'), day('c'), day('d')])
      expect(outcomes.map(({state}) => state)).toEqual(['created', 'exists', 'created', 'created'])
    })

    it('without the one that Glue refuses a whole batch for', async () => {
      withTable(({input}) =>
        input.PartitionInputList.some(({Values}) => Values[0] === 'bad')
          ? {error: 'InvalidInputException', message: 'The value is too bad. Really'}
          : {},
      )
      const outcomes = await catalog.createPartitions('events', ['a', 'b', 'bad', 'c', 'd'].map(day))
      expect(outcomes.map(({state}) => state)).toEqual(['created', 'created', 'failed', 'created', 'created'])
      expect(outcomes[2]).toMatchObject({reason: 'The value is too bad'})
    })

    it('not on a link, an Iceberg or a Delta table', async () => {
      for (const other of [
        {...GLUE_TABLE, TargetTable: {CatalogId: '1', DatabaseName: 'shared', Name: 'events'}},
        {...GLUE_TABLE, Parameters: {table_type: 'ICEBERG'}},
        {...GLUE_TABLE, Parameters: {'spark.sql.sources.provider': 'delta'}},
      ]) {
        withTable(() => ({}), other)
        expect(await catalog.getTable('events')).toMatchObject({
          format: other.Parameters === GLUE_TABLE.Parameters ? 'parquet' : null,
        })
        await expectCode(catalog.createPartitions('events', [day('a')]), 'TABLE_UNSUPPORTED')
        await expectCode(catalog.putTable(TABLE, '7'), 'TABLE_UNSUPPORTED')
        await expectCode(catalog.dropTable('events', '7'), 'TABLE_UNSUPPORTED')
        await expectCode(collect(catalog.listPartitions('events')), 'TABLE_UNSUPPORTED')
      }
    })
  })

  it('deletes partitions 25 a call', async () => {
    withTable(({input}) => ({
      Errors: input.PartitionsToDelete.filter(({Values}) => Values[0] === '3' || Values[0] === '30').map(
        ({Values: PartitionValues}) => ({
          PartitionValues,
          ErrorDetail: {ErrorCode: PartitionValues[0] === '3' ? 'EntityNotFoundException' : 'Other'},
        }),
      ),
    }))
    const values = Array.from({length: 60}, (_, index) => [String(index)])
    const outcomes = await catalog.deletePartitions('events', values)
    expect(outcomes[3]).toEqual({values: ['3'], state: 'absent'})
    expect(outcomes[30]).toEqual({values: ['30'], state: 'failed', reason: 'Other'})
    expect(outcomes.filter(({state}) => state === 'deleted')).toHaveLength(58)
    expect(calls.slice(1).map(({input}) => input.PartitionsToDelete.length)).toEqual([25, 25, 10])
  })

  describe('changes a partition', () => {
    it('and says when another writer was later', async () => {
      let standing: object = gluePartition('a', {'sluice.version': '4.abc', theirs: 'x'})
      withTable(({action, input}) => {
        if (action === 'GetPartition') return {Partition: standing}
        if (action === 'BatchGetPartition') return {Partitions: [standing]}
        standing = input.PartitionInput
        expect(standing).toMatchObject({
          Parameters: {theirs: 'x', 'sluice.version': expect.stringMatching(/^5\.[0-9a-f]+$/)},
        })
        if (calls.length > 10) standing = gluePartition('a', {'sluice.version': '6.other'})
        return {}
      })
      const version = async () => (await catalog.getPartitions('events', [['a']]))[0]?.version ?? ''
      expect(await catalog.updatePartition('events', day('a'), await version())).toMatchObject({state: 'updated'})
      expect(actions().slice(2)).toEqual(['GetTable', 'GetPartition', 'UpdatePartition', 'GetPartition'])
      standing = gluePartition('a', {'sluice.version': '4.abc', theirs: 'x'})
      const again = await version()
      expect(await catalog.updatePartition('events', day('a'), again)).toMatchObject({state: 'changed'})
    })
  })

  describe('puts a table', () => {
    it('at the version expected, without another archived version', async () => {
      let standing: Record<string, unknown> = GLUE_TABLE
      answer = ({action, input}) => {
        if (action === 'GetTable') return {Table: standing}
        standing = {...input.TableInput, VersionId: '8'}
        return {}
      }
      const put = await catalog.putTable({...TABLE, parameters: {layout: 'x'}}, '7')
      expect(put).toEqual({...TABLE, parameters: {layout: 'x'}, version: '8'})
      expect(calls[1]!.input).toMatchObject({VersionId: '7', SkipArchive: true})
    })

    it('and knows its own write when the answer was lost', async () => {
      let standing: Record<string, unknown> | null = null
      answer = ({action, input}) => {
        if (action === 'GetTable') return standing === null ? {error: 'EntityNotFoundException'} : {Table: standing}
        if (action === 'GetDatabase') return {Database: {Name: 'lake'}}
        if (action === 'CreateTable' && standing !== null) return {error: 'AlreadyExistsException'}
        if (action === 'UpdateTable' && standing?.['VersionId'] === '2')
          return {error: 'ConcurrentModificationException'}
        standing = {...input.TableInput, VersionId: action === 'CreateTable' ? '1' : '2'}
        return 'hang up'
      }
      expect((await catalog.putTable(TABLE, null)).version).toBe('1')
      expect((await catalog.putTable({...TABLE, parameters: {a: 'b'}}, '1')).version).toBe('2')
      await expectCode(catalog.putTable(TABLE, null), 'PRECONDITION_FAILED')
    })

    it('that another writer changed in the meantime: refused', async () => {
      withTable(() => ({error: 'ConcurrentModificationException'}))
      await expectCode(catalog.putTable({...TABLE, parameters: {a: 'b'}}, '7'), 'PRECONDITION_FAILED')
    })

    it.each([
      ['CreateTable', () => catalog.putTable(TABLE, null)],
      ['DeleteTable', () => catalog.dropTable('events', '7')],
    ])('or drops it while another does (%s): refused', async (busy, run) => {
      withTable(({action}) => (action === busy ? {error: 'ConcurrentModificationException'} : {}))
      await expectCode(run(), 'PRECONDITION_FAILED')
    })

    it('that was overwritten at once: at a version that stands no more', async () => {
      withTable(() => ({}), {...GLUE_TABLE, VersionId: '9', Parameters: {'sluice.write': 'other'}})
      const put = await catalog.putTable({...TABLE, parameters: {a: 'b'}}, '9')
      expect(put).toMatchObject({parameters: {a: 'b'}})
      await expectCode(catalog.putTable({...TABLE, parameters: {c: 'd'}}, put.version), 'PRECONDITION_FAILED')
    })

    it('with nothing changed: not written', async () => {
      withTable(() => ({error: 'UpdateTable is not expected', status: 400}))
      expect((await catalog.putTable(TABLE, '7')).version).toBe('7')
      expect(actions()).toEqual(['GetTable'])
    })
  })

  it('lists tables over pages, by name', async () => {
    const link = {Name: 'a_link', TargetTable: {CatalogId: '1', DatabaseName: 'shared', Name: 'events'}}
    answer = ({input}) =>
      input.NextToken === undefined ? {TableList: [GLUE_TABLE], NextToken: 'x'} : {TableList: [link]}
    const tables = await catalog.listTables()
    expect(tables.map(({name}) => name)).toEqual(['a_link', 'events'])
    expect(tables[0]).toMatchObject({format: null, location: null, parameters: {'link.target': '1.shared.events'}})
  })

  it('reads the columns of a view that Trino made', async () => {
    const document = {originalSql: 'SELECT 1 AS n', columns: [{name: 'n', type: 'integer'}]}
    const ViewOriginalText = `/* Presto View: ${Buffer.from(JSON.stringify(document)).toString('base64')} */`
    const StorageDescriptor = {Columns: [{Name: 'dummy', Type: 'string'}]}
    withTable(() => ({}), {Name: 'v', TableType: 'VIRTUAL_VIEW', ViewOriginalText, StorageDescriptor, VersionId: '1'})
    expect(await catalog.getTable('v')).toMatchObject({
      kind: 'view',
      columns: [{name: 'n', type: 'integer'}],
      viewSql: 'SELECT 1 AS n',
    })
  })

  it('neither reads nor writes a view of Hive', async () => {
    withTable(() => ({}), {Name: 'v', TableType: 'VIRTUAL_VIEW', ViewOriginalText: 'SELECT 1', VersionId: '1'})
    const table = await catalog.getTable('v')
    expect(table).toMatchObject({kind: 'view', viewSql: null})
    await expectCode(catalog.putTable(table!, '1'), 'TABLE_UNSUPPORTED')
  })

  it.each([
    ['ExpiredTokenException', 'The security token included in the request is expired', 'AWS_TOKEN_EXPIRED'],
    ['UnrecognizedClientException', 'The security token included in the request is invalid.', 'AWS_SIGN_IN'],
    [
      'AccessDeniedException',
      'User: u is not authorized to perform: glue:GetTable on resource: r',
      'AWS_ACCESS_DENIED',
    ],
    ['AccessDeniedException', 'Insufficient Lake Formation permission(s): Required Describe on e', 'AWS_ACCESS_DENIED'],
    ['GlueEncryptionException', 'KMS key is disabled', 'AWS_ACCESS_DENIED'],
    ['InvalidInputException', 'no', 'AWS_UNAVAILABLE', /^Read the reason/],
    ['FederationSourceException', 'no', 'AWS_UNAVAILABLE', /^Read the reason/],
    ['OperationTimeoutException', 'slow', 'AWS_UNAVAILABLE', /^The fault is in Glue: wait a minute/],
    ['InternalServiceException', 'oh', 'AWS_UNAVAILABLE', /^The fault is in Glue: wait a minute/],
  ] as const)('tells %s (%s) as %s', async (error, message, code, fix: RegExp = /\w/) => {
    answer = () => ({error, message})
    const told = await expectCode(catalog.getTable('events'), code)
    expect(told.message).toContain(message.replace(/\.$/, ''))
    expect(told.details).toMatchObject({action: 'glue:GetTable'})
    expect(told.fix).toMatch(fix)
  })

  it('refuses a database that is a link before a table would be made there', async () => {
    const TargetDatabase = {CatalogId: '999999999999', DatabaseName: 'theirs'}
    answer = ({action}) =>
      action === 'GetDatabase' ? {Database: {Name: 'lake', TargetDatabase}} : {error: 'EntityNotFoundException'}
    const error = await expectCode(catalog.getTable('events'), 'PLACE_UNUSABLE')
    expect(error.message).toBe(
      'The database "lake" is a link to 999999999999.theirs: sluice does not write through links.',
    )
    await expectCode(catalog.getTable('events'), 'PLACE_UNUSABLE')
  })

  it('tells which policy denies an action, and to change that one', async () => {
    const named = 'explicit deny in a service control policy'
    const message = `User: u is not authorized to perform: glue:GetTable on resource: r with an ${named}`
    answer = () => ({error: 'AccessDeniedException', message})
    const told = await expectCode(catalog.getTable('events'), 'AWS_ACCESS_DENIED')
    expect(told.fix).toBe(
      'Change what denies glue:GetTable in the service control policy: no other policy can allow it.',
    )
    expect(told.details).toMatchObject({action: 'glue:GetTable', policy: 'service control policy'})
  })

  it('tells a missing database from a missing table', async () => {
    answer = ({action}) => (action === 'GetDatabase' ? {Database: {Name: 'lake'}} : {error: 'EntityNotFoundException'})
    expect(await catalog.getTable('events')).toBeNull()
    expect(await catalog.getTable('others')).toBeNull()
    expect(actions()).toEqual(['GetTable', 'GetDatabase', 'GetTable'])
    const error = await expectCode(catalog.listTables(), 'PLACE_UNUSABLE')
    expect(error.fix).toBe('aws glue create-database --region eu-west-1 --database-input Name=lake')
  })

  it('takes a table for missing when it may not ask for the database', async () => {
    answer = ({action}) =>
      action === 'GetDatabase' ? {error: 'AccessDeniedException'} : {error: 'EntityNotFoundException'}
    expect(await catalog.getTable('events')).toBeNull()
  })
})
