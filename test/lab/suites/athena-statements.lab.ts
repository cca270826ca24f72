import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {AthenaStatements} from '../../../src/lib/aws/athena-statements.js'
import {collect} from '../../contract/ports/expectations.js'
import {AthenaProxy, refusal, type Interceptor} from '../../engines/athena/athena-proxy.js'
import {labSettings} from '../lab-settings.js'

const ENDLESS = `SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(i) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(i)
  CROSS JOIN UNNEST(sequence(1, 10000)) AS c(i) WHERE a.i * b.i * c.i % 7 = 3`

/** For whoever waits for Trino on a busy machine. */
const LONG_MS = 60_000

describe('AthenaStatements in the lab', () => {
  let proxy: AthenaProxy
  let statements: AthenaStatements
  let intercept: Interceptor

  beforeEach(async () => {
    intercept = () => null
    const settings = labSettings()
    proxy = await AthenaProxy.open(settings.endpoints['athena'] ?? settings.endpoints['all']!, (...call) =>
      intercept(...call),
    )
    statements = new AthenaStatements({
      settings: {...settings, endpoints: {...settings.endpoints, athena: proxy.url}},
      workgroup: 'primary',
      database: 'default',
      results: 's3://lab-results/athena/',
    })
  })
  afterEach(async () => {
    await statements.close()
    await proxy.close()
  })

  const idOf = () =>
    String(proxy.calls.find(({operation}) => operation === 'GetQueryExecution')?.body['QueryExecutionId'])
  const stateOf = async (id: string): Promise<string> => {
    const client = await (
      statements as unknown as {open(): Promise<import('@aws-sdk/client-athena').AthenaClient>}
    ).open()
    const {GetQueryExecutionCommand} = await import('@aws-sdk/client-athena')
    const {QueryExecution: execution} = await client.send(new GetQueryExecutionCommand({QueryExecutionId: id}))
    return execution?.Status?.State ?? ''
  }

  it('stops a statement at a signal', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = expect(statements.run(ENDLESS, {signal: controller.signal})).rejects.toBe(reason)
    await expect.poll(() => proxy.countOf('GetQueryExecution'), {timeout: LONG_MS}).toBeGreaterThan(0)
    controller.abort(reason)
    await running
    await expect.poll(() => stateOf(idOf()), {timeout: LONG_MS}).toBe('CANCELLED')
    expect(proxy.countOf('StopQueryExecution')).toBe(1)
    expect(await collect((await statements.run('SELECT 5 AS a')).rows)).toEqual([['5']])
  })

  it('gets through throttled starts with one execution', async () => {
    let count = 0
    intercept = ({operation}) =>
      operation === 'StartQueryExecution' && ++count <= 6 ? refusal('TooManyRequestsException', 'Rate exceeded') : null
    expect(await collect((await statements.run('SELECT 5 AS a')).rows)).toEqual([['5']])
    expect(count).toBe(7)
  })

  it('waits for a statement though its questions are throttled, then lost', async () => {
    let count = 0
    intercept = ({operation}) => {
      if (operation !== 'GetQueryExecution' || ++count > 14) return null
      return count <= 7 ? refusal('ThrottlingException', 'Rate exceeded') : 'drop'
    }
    expect(await collect((await statements.run('SELECT 5 AS a')).rows)).toEqual([['5']])
    expect(count).toBeGreaterThan(14)
    expect(await stateOf(idOf())).toBe('SUCCEEDED')
    expect([proxy.countOf('StartQueryExecution'), proxy.countOf('StopQueryExecution')]).toEqual([1, 0])
  })

  it('is one execution though the answer of its start is lost', async () => {
    const ids: unknown[] = []
    intercept = async ({operation}, forward) => {
      if (operation !== 'StartQueryExecution') return null
      ids.push((await forward())['QueryExecutionId'])
      return ids.length === 1 ? 'drop' : {body: {QueryExecutionId: ids.at(-1)}}
    }
    await statements.run('SELECT 5 AS a')
    expect(ids).toHaveLength(2)
    expect(ids[0]).toBe(ids[1])
  })

  it('runs once more a statement that failed for want of resources', async () => {
    let failures = 1
    intercept = async ({operation}, forward) => {
      if (operation !== 'GetQueryExecution') return null
      const answer = (await forward()) as {QueryExecution: {Status: {State: string}}}
      if (answer.QueryExecution.Status.State !== 'SUCCEEDED' || failures-- <= 0) return {body: answer}
      const Status = {State: 'FAILED', StateChangeReason: 'Query exhausted resources at this scale factor'}
      return {body: {QueryExecution: {...answer.QueryExecution, Status}}}
    }
    expect(await collect((await statements.run('SELECT 5 AS a', {isRepeatable: true})).rows)).toEqual([['5']])
    expect(proxy.countOf('StartQueryExecution')).toBe(2)
    failures = 1
    await expect(statements.run('SELECT 5 AS a')).rejects.toMatchObject({code: 'MEMORY_EXCEEDED'})
    expect(proxy.countOf('StartQueryExecution')).toBe(3)
  })

  it('tells of a workgroup that is not there', async () => {
    const settings = labSettings()
    const missing = new AthenaStatements({settings, workgroup: 'missing', database: 'default', results: null})
    await expect(missing.run('SELECT 1')).rejects.toMatchObject({code: 'PLACE_UNUSABLE'})
    await missing.close()
  })
})
