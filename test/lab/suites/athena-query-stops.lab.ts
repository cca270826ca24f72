import {randomInt} from 'node:crypto'
import {BatchGetQueryExecutionCommand, paginateListQueryExecutions} from '@aws-sdk/client-athena'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {resultOf, startSluice} from '../../cli/run-cli.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {athena, hasTrino} from '../checks/lab-clients.js'
import {definitionOf} from '../faults/story.js'

/** For whoever waits for Trino on a busy machine. */
const LONG_MS = 240_000

describe.runIf(hasTrino)('sluice query on Athena', () => {
  let lake: AwsLake

  beforeAll(async () => {
    lake = await makeAwsLake(definitionOf('claims'), 'claims')
  }, LONG_MS)
  afterAll(() => lake.remove())

  /** A statement that does not end, and the number that it is found by. */
  function endless(): {readonly sql: string; readonly mark: string} {
    const mark = String(randomInt(1_000_000, 1_000_000_000))
    const numbers = 'UNNEST(sequence(1, 10000))'
    const from = `${numbers} AS a(i) CROSS JOIN ${numbers} AS b(i) CROSS JOIN ${numbers} AS c(i)`
    return {sql: `SELECT count(*) AS n FROM ${from} WHERE a.i * b.i * c.i % 7 = ${mark}`, mark}
  }

  async function statesOf(mark: string): Promise<string[]> {
    const states: string[] = []
    for await (const {QueryExecutionIds = []} of paginateListQueryExecutions(
      {client: athena},
      {WorkGroup: 'primary'},
    )) {
      const {QueryExecutions = []} = await athena.send(new BatchGetQueryExecutionCommand({QueryExecutionIds}))
      for (const {Query: sql = '', Status: status} of QueryExecutions)
        if (sql.includes(mark) && !sql.startsWith('EXPLAIN')) states.push(status?.State ?? '')
    }
    return states
  }

  it('that gets SIGINT stops its statement and ends with 130', {timeout: LONG_MS}, async () => {
    const {sql, mark} = endless()
    const child = startSluice(['query', sql, '--env', 'aws', '--json'], {cwd: lake.folder})
    const result = resultOf(child)
    await expect.poll(() => statesOf(mark), {timeout: LONG_MS}).toEqual(['RUNNING'])
    child.kill('SIGINT')
    const {exit, stdout} = await result
    expect([exit, (JSON.parse(stdout) as {error: {code: string}}).error.code]).toEqual([130, 'INTERRUPTED'])
    await expect.poll(() => statesOf(mark), {timeout: LONG_MS}).toEqual(['CANCELLED'])
  })

  it('that comes to the end of --timeout stops its statement and says so', {timeout: LONG_MS}, async () => {
    const {sql, mark} = endless()
    const flags = ['--timeout', '30s', '--env', 'aws', '--json']
    const {exit, stdout} = await resultOf(startSluice(['query', sql, ...flags], {cwd: lake.folder}))
    expect(exit).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({error: {code: 'QUERY_FAILED', details: {timeoutMs: 30_000}}})
    await expect.poll(() => statesOf(mark), {timeout: LONG_MS}).toEqual(['CANCELLED'])
  })
})
