import {setTimeout as wait} from 'node:timers/promises'
import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  type QueryExecutionStatus,
} from '@aws-sdk/client-athena'
import type {AwsLake} from '../aws-lake.js'
import {athena} from '../checks/lab-clients.js'

const POLL_MS = 50

/** How a statement ended: with rows as sorted texts, or why not. */
export type Read = {readonly rows: string[]} | {readonly reason: string}

/** Rows of a statement as sorted texts, read with the bare SDK; none where what it names is not there yet. */
export async function selectTexts(lake: AwsLake, sql: string): Promise<string[]> {
  const read = await readTexts(lake, sql)
  if ('rows' in read) return read.rows
  if (/TABLE_NOT_FOUND|does not exist/.test(read.reason)) return []
  throw new Error(`${sql}: ${read.reason}`)
}

export async function readTexts(lake: AwsLake, sql: string): Promise<Read> {
  const {QueryExecutionId} = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: 'primary',
      QueryExecutionContext: {Database: lake.database},
      ResultConfiguration: {OutputLocation: `s3://${lake.stateBucket}/read/`},
    }),
  )
  const {State: state, StateChangeReason: reason = ''} = await endOf(QueryExecutionId)
  if (state !== 'SUCCEEDED') return {reason}
  const {ResultSet} = await athena.send(new GetQueryResultsCommand({QueryExecutionId}))
  const rows = (ResultSet?.Rows ?? []).slice(1)
  return {rows: rows.map(({Data = []}) => JSON.stringify(Data.map((value) => value.VarCharValue ?? null))).sort()}
}

async function endOf(QueryExecutionId: string | undefined): Promise<QueryExecutionStatus> {
  for (;;) {
    const {QueryExecution} = await athena.send(new GetQueryExecutionCommand({QueryExecutionId}))
    const status = QueryExecution?.Status ?? {}
    if (!['QUEUED', 'RUNNING'].includes(status.State ?? '')) return status
    await wait(POLL_MS)
  }
}
