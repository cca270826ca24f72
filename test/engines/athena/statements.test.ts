import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {AthenaStatements} from '../../../src/lib/aws/athena-statements.js'
import type {AwsSettings} from '../../../src/lib/aws/client-settings.js'
import {SluiceError} from '../../../src/lib/errors.js'
import {collect} from '../../contract/ports/expectations.js'
import {AthenaProxy, refusal, type Answer, type ProxiedCall} from './athena-proxy.js'

const PLACE = 's3://results/sluice/'
/** For the pauses of the SDK between its attempts. */
const LONG_MS = 60_000
type Body = Record<string, unknown>

describe('AthenaStatements', () => {
  let proxy: AthenaProxy
  let statements: AthenaStatements
  let answers: Record<string, (call: ProxiedCall) => Answer>
  const before = {...process.env}

  beforeEach(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'key'
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret'
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
    answers = {
      GetWorkGroup: () => ({body: {WorkGroup: {Name: 'lake', State: 'ENABLED', Configuration: {}}}}),
      StartQueryExecution: () => ({body: {QueryExecutionId: 'q-1'}}),
      GetQueryExecution: () => execution('SUCCEEDED'),
      StopQueryExecution: () => ({body: {}}),
      GetQueryResults: () => page([['a'], ['1']]),
    }
    proxy = await AthenaProxy.open(null, (call) => answers[call.operation]!(call))
    statements = open()
  })
  afterEach(async () => {
    await statements.close()
    await proxy.close()
    process.env = {...before}
  })

  function open(
    results: string | null = PLACE,
    encryption: AwsSettings['encryption'] = 'bucket-default',
    more: {readonly longestSilenceMs?: number} = {},
  ) {
    const endpoints = {athena: proxy.url}
    const settings: AwsSettings = {
      region: 'eu-west-1',
      profile: null,
      roleArn: null,
      endpoints,
      encryption,
      version: 'test',
    }
    return new AthenaStatements({settings, workgroup: 'lake', database: 'lake_dev', results, ...more})
  }

  const execution = (State: string, status: Body = {}): Answer => ({
    body: {
      QueryExecution: {
        QueryExecutionId: 'q-1',
        StatementType: 'DML',
        Status: {State, ...status},
        Statistics: {DataScannedInBytes: 77, EngineExecutionTimeInMillis: 5, QueryQueueTimeInMillis: 2},
      },
    },
  })
  const page = (rows: readonly (readonly (string | null)[])[], NextToken?: string): Answer => ({
    body: {
      ResultSet: {
        Rows: rows.map((row) => ({Data: row.map((text) => (text === null ? {} : {VarCharValue: text}))})),
        ResultSetMetadata: {ColumnInfo: [{Name: 'a', Type: 'varchar'}]},
      },
      ...(NextToken === undefined ? {} : {NextToken}),
    },
  })
  const failed = (StateChangeReason: string, more: Body = {}) => execution('FAILED', {StateChangeReason, ...more})
  const thrown = async (running: Promise<unknown>): Promise<unknown> => running.catch((error: unknown) => error)

  it('asks for its own place, without reuse, and tells what was scanned', async () => {
    const {columns, rows, statistics} = await statements.run('SELECT 1')
    expect(columns).toEqual([{name: 'a', type: 'varchar', precision: 0, scale: 0}])
    expect(await collect(rows)).toEqual([['1']])
    expect(statistics).toEqual({executionId: 'q-1', scannedBytes: 77, engineMs: 5, queuedMs: 2})
    expect(proxy.calls.find(({operation}) => operation === 'StartQueryExecution')?.body).toMatchObject({
      QueryString: 'SELECT 1',
      WorkGroup: 'lake',
      QueryExecutionContext: {Database: 'lake_dev'},
      ResultConfiguration: {OutputLocation: PLACE},
      ResultReuseConfiguration: {ResultReuseByAgeConfiguration: {Enabled: false}},
    })
  })

  it.each([
    ['sse-s3', {EncryptionOption: 'SSE_S3'}],
    ['kms:arn:aws:kms:eu-west-1:1:key/k', {EncryptionOption: 'SSE_KMS', KmsKey: 'arn:aws:kms:eu-west-1:1:key/k'}],
  ] as const)('has results encrypted as %s', async (encryption, expected) => {
    const encrypted = open(PLACE, encryption)
    await encrypted.run('SELECT 1')
    await encrypted.close()
    const started = proxy.calls.find(({operation}) => operation === 'StartQueryExecution')
    expect(started?.body['ResultConfiguration']).toEqual({
      OutputLocation: PLACE,
      EncryptionConfiguration: expected,
    })
  })

  it('skips the row of names on the first page of a SELECT alone', async () => {
    answers['GetQueryResults'] = ({body}) =>
      body['NextToken'] === undefined ? page([['a'], ['a']], 't') : page([['a'], [null], ['']])
    expect(await collect((await statements.run('WITH x AS (SELECT 1) SELECT a FROM x')).rows)).toEqual([
      ['a'],
      ['a'],
      [null],
      [''],
    ])
    answers['GetQueryResults'] = () => page([['plan']])
    expect(await collect((await statements.run('EXPLAIN SELECT 1')).rows)).toEqual([['plan']])
  })

  it('starts once when an answer is lost', async () => {
    let count = 0
    answers['StartQueryExecution'] = () => (++count === 1 ? 'drop' : {body: {QueryExecutionId: 'q-1'}})
    await statements.run('SELECT 1')
    const tokens = proxy.calls.map(({body}) => body['ClientRequestToken']).filter(Boolean)
    expect(tokens).toHaveLength(2)
    expect(new Set(tokens).size).toBe(1)
  })

  it.each(['TooManyRequestsException', 'ThrottlingException'])(
    'waits for a full workgroup with the same token: %s',
    async (type) => {
      let count = 0
      answers['StartQueryExecution'] = () =>
        ++count <= 6 ? refusal(type, 'Rate exceeded') : {body: {QueryExecutionId: 'q-1'}}
      await statements.run('SELECT 1')
      expect(count).toBe(7)
      expect(new Set(proxy.calls.map(({body}) => body['ClientRequestToken']).filter(Boolean)).size).toBe(1)
    },
    LONG_MS,
  )

  it.each([
    ['are throttled', refusal('ThrottlingException', 'Rate exceeded')],
    ['are not answered', 'drop'],
    ['meet a service that failed', {status: 500, body: {__type: 'InternalServerException'}}],
  ] as const)(
    'asks again, and stops nothing, where its questions %s',
    async (_, fault) => {
      const polls: Answer[] = [execution('RUNNING'), ...Array.from({length: 7}, () => fault), execution('SUCCEEDED')]
      answers['GetQueryExecution'] = () => polls.shift()!
      expect(await collect((await statements.run('SELECT 1')).rows)).toEqual([['1']])
      expect(polls).toEqual([])
      expect([proxy.countOf('StartQueryExecution'), proxy.countOf('StopQueryExecution')]).toEqual([1, 0])
    },
    LONG_MS,
  )

  it(
    'gives up on questions that nobody answers for long, and leaves the statement',
    async () => {
      await statements.close()
      statements = open(PLACE, 'bucket-default', {longestSilenceMs: 1})
      answers['GetQueryExecution'] = () => refusal('ThrottlingException', 'Rate exceeded')
      const error = await thrown(statements.run('SELECT 1'))
      expect(error).toMatchObject({code: 'AWS_UNAVAILABLE', details: {executionId: 'q-1'}})
      expect(String(error)).toContain('Rate exceeded. It was not stopped.')
      expect(proxy.countOf('StopQueryExecution')).toBe(0)
    },
    LONG_MS,
  )

  it.each([
    ['AccessDeniedException', 'AWS_ACCESS_DENIED'],
    ['ExpiredTokenException', 'AWS_TOKEN_EXPIRED'],
    ['UnrecognizedClientException', 'AWS_SIGN_IN'],
    ['InvalidRequestException', 'AWS_UNAVAILABLE'],
  ])('asks once where the answer is %s, and stops nothing', async (type, code) => {
    answers['GetQueryExecution'] = () => refusal(type, 'No.')
    expect(await thrown(statements.run('SELECT 1'))).toMatchObject({code})
    expect([proxy.countOf('GetQueryExecution'), proxy.countOf('StopQueryExecution')]).toEqual([1, 0])
  })

  it('leaves a statement to whoever took the lock, who waits for it by its token', async () => {
    const lost = new SluiceError('LOCK_LOST', 'Taken.')
    let controller: AbortController
    answers['GetQueryExecution'] = () => {
      controller.abort(lost)
      return execution('RUNNING')
    }
    controller = new AbortController()
    const {signal} = controller
    expect(await thrown(statements.execute('INSERT INTO x SELECT 1', {token: 't', signal}))).toBe(lost)
    expect(proxy.countOf('StopQueryExecution')).toBe(0)
    // One of a token that nobody else has is of no use any more.
    controller = new AbortController()
    expect(await thrown(statements.run('SELECT 1', {signal: controller.signal}))).toBe(lost)
    expect(proxy.countOf('StopQueryExecution')).toBe(1)
  })

  it('follows a statement that goes back into the queue', async () => {
    const states = ['QUEUED', 'RUNNING', 'QUEUED', 'SUCCEEDED']
    answers['GetQueryExecution'] = () => execution(states.shift()!)
    expect(await collect((await statements.run('SELECT 1')).rows)).toEqual([['1']])
  })

  it('stops when the signal is aborted', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    answers['GetQueryExecution'] = () => {
      controller.abort(reason)
      return execution('RUNNING')
    }
    await expect(statements.run('SELECT 1', {signal: controller.signal})).rejects.toBe(reason)
    expect(proxy.countOf('StopQueryExecution')).toBe(1)
  })

  it('runs once more what may pass, if it only reads', async () => {
    answers['GetQueryExecution'] = () => failed('Query exhausted resources at this scale factor')
    expect(await thrown(statements.run('SELECT 1', {isRepeatable: true}))).toMatchObject({code: 'MEMORY_EXCEEDED'})
    expect(proxy.countOf('StartQueryExecution')).toBe(2)
    expect(await thrown(statements.run('INSERT INTO x SELECT 1'))).toMatchObject({code: 'MEMORY_EXCEEDED'})
    expect(proxy.countOf('StartQueryExecution')).toBe(3)
    answers['GetQueryExecution'] = () => failed('INTERNAL_ERROR: x', {AthenaError: {ErrorCategory: 1, Retryable: true}})
    expect(await thrown(statements.run('SELECT 1', {isRepeatable: true}))).toMatchObject({code: 'QUERY_FAILED'})
    expect(proxy.countOf('StartQueryExecution')).toBe(5)
  })

  it.each([
    [
      `COLUMN_NOT_FOUND: line 2:8: Column 'x' cannot be resolved`,
      'QUERY_INVALID',
      {line: 2, column: 8, kind: 'COLUMN_NOT_FOUND'},
    ],
    [`INVALID_CAST_ARGUMENT: Cannot cast 'secret-4711' to INT`, 'QUERY_INVALID', {}],
    [`INVALID_FUNCTION_ARGUMENT: Invalid format: "secret-4711"`, 'QUERY_INVALID', {}],
    [`HIVE_BAD_DATA: Error parsing field value 'secret-4711' for field 1`, 'QUERY_FAILED', {}],
    [`HIVE_BAD_DATA: Not a Parquet file: s3://b/k/x.parquet`, 'QUERY_FAILED', {place: 's3://b/k/x.parquet'}],
    [`GENERIC_INTERNAL_ERROR: secret-4711`, 'QUERY_FAILED', {}],
    [`secret-4711`, 'QUERY_FAILED', {}],
    [
      'PERMISSION_DENIED: User: arn:x is not authorized to perform: glue:GetPartitions on resource: arn:y secret-4711',
      'AWS_ACCESS_DENIED',
      {action: 'glue:GetPartitions'},
    ],
    [
      'Access Denied (Service: Amazon S3; Status Code: 403) s3://b/k',
      'AWS_ACCESS_DENIED',
      {action: 's3:GetObject', place: 's3://b/k'},
    ],
    ['Insufficient Lake Formation permission(s): Required Select on things', 'AWS_ACCESS_DENIED', {}],
  ])('tells of %s', async (reason, code, details) => {
    answers['GetQueryExecution'] = () => failed(reason)
    const error = (await thrown(statements.run('SELECT 1'))) as Error
    expect(error).toMatchObject({code, details: {executionId: 'q-1', ...details}})
    expect(error.message).not.toContain('4711')
    expect(JSON.stringify((error as unknown as {details: unknown}).details)).not.toContain('4711')
  })

  it('tells who stopped it', async () => {
    answers['GetQueryExecution'] = () =>
      execution('CANCELLED', {StateChangeReason: 'Query cancelled! : Bytes scanned limit was exceeded'})
    const stopped = {code: 'QUERY_FAILED', details: {workgroup: 'lake', limit: 'bytes-scanned'}}
    expect(await thrown(statements.run('SELECT 1', {isRepeatable: true}))).toMatchObject(stopped)
    answers['GetQueryExecution'] = () => execution('CANCELLED', {StateChangeReason: 'Query cancelled by user'})
    expect(await thrown(statements.run('SELECT 1', {isRepeatable: true}))).toMatchObject({code: 'QUERY_FAILED'})
    expect(proxy.countOf('StartQueryExecution')).toBe(2)
  })

  it('names the action that the caller may not', async () => {
    answers['StartQueryExecution'] = () =>
      refusal(
        'AccessDeniedException',
        'User: arn:x is not authorized to perform: athena:StartQueryExecution on resource: y',
      )
    expect(await thrown(statements.run('SELECT 1'))).toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: {action: 'athena:StartQueryExecution'},
    })
  })

  describe('refuses a workgroup', () => {
    const workgroup = (WorkGroup: Body) => () => ({body: {WorkGroup: {Name: 'lake', State: 'ENABLED', ...WorkGroup}}})
    const enforced = (OutputLocation: string) => ({
      Configuration: {EnforceWorkGroupConfiguration: true, ResultConfiguration: {OutputLocation}},
    })

    it.each([
      ['that is missing', () => refusal('InvalidRequestException', 'WorkGroup lake is not found.'), {}],
      ['that is disabled', workgroup({State: 'DISABLED'}), {}],
      [
        'that enforces another place',
        workgroup(enforced('s3://elsewhere/x')),
        {enforced: 's3://elsewhere/x', results: PLACE},
      ],
    ])('%s', async (_, answer, details) => {
      answers['GetWorkGroup'] = answer
      expect(await thrown(statements.run('SELECT 1'))).toMatchObject({
        code: 'PLACE_UNUSABLE',
        details: {workgroup: 'lake', ...details},
      })
      expect(proxy.countOf('StartQueryExecution')).toBe(0)
    })

    it('without a place, where none is named', async () => {
      await statements.close()
      statements = open(null)
      expect(await thrown(statements.run('SELECT 1'))).toMatchObject({code: 'PLACE_UNUSABLE'})
      answers['GetWorkGroup'] = workgroup(enforced('s3://own/x'))
      await statements.run('SELECT 1')
    })

    it('not for enforcing the same place', async () => {
      answers['GetWorkGroup'] = workgroup(enforced(PLACE.slice(0, -1)))
      await statements.run('SELECT 1')
    })
  })
})
