import {setTimeout as sleep} from 'node:timers/promises'
import type {AthenaClient, QueryExecution} from '@aws-sdk/client-athena'
import {hasCode, SluiceError} from '../errors.js'
import {awsError, awsReason, isPassing} from './aws-errors.js'

export interface AthenaWait {
  readonly signal: AbortSignal
  /** Its token is known beyond this process: whoever goes on with the work waits for the same execution. */
  readonly isShared: boolean
  /** How long Athena may leave all questions unanswered before nobody waits any more. */
  readonly longestSilenceMs: number
}

const FIRST_POLL_MS = 50
const LONGEST_POLL_MS = 3000
const POLL_GROWTH = 1.5
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
const ENDED: ReadonlySet<string | undefined> = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED'])

/**
 * Waits for the end of an execution, however it ends. A question that is throttled or not answered says nothing of the
 * execution: it is asked again. Only an aborted signal stops it, and not where the signal says that another process has
 * taken the work over.
 */
export async function waitForEnd(client: AthenaClient, id: string, wait: AthenaWait): Promise<QueryExecution> {
  const {signal, isShared} = wait
  try {
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * POLL_GROWTH, LONGEST_POLL_MS)) {
      await sleep(pause, undefined, {signal})
      const execution = await answered(client, id, wait)
      if (ENDED.has(execution.Status?.State)) return execution
    }
  } catch (error) {
    const isTakenOver = isShared && hasCode(signal.reason, 'LOCK_LOST')
    if (signal.aborted && !isTakenOver) await stop(client, id)
    throw error
  }
}

/** Grows with each attempt from 1 on: a full workgroup needs seconds, not milliseconds. */
export function pauseMs(attempt: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS)
}

/** Asks until there is an answer. */
async function answered(
  client: AthenaClient,
  id: string,
  {signal, longestSilenceMs}: AthenaWait,
): Promise<QueryExecution> {
  const {GetQueryExecutionCommand} = await import('@aws-sdk/client-athena')
  const startMs = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await client.send(new GetQueryExecutionCommand({QueryExecutionId: id}), {abortSignal: signal})
      return answer.QueryExecution ?? {}
    } catch (error) {
      signal.throwIfAborted()
      const known = awsError(error, {service: 'Athena', action: 'athena:GetQueryExecution'})
      if (known.code !== 'AWS_UNAVAILABLE' || !isPassing(error)) throw known
      if (performance.now() - startMs >= longestSilenceMs) throw silent(id, longestSilenceMs, error)
    }
    await sleep(pauseMs(attempt), undefined, {signal})
  }
}

/** Nothing hangs on it: a statement that runs on costs what it scans, and its end is not waited for. */
async function stop(client: AthenaClient, id: string): Promise<void> {
  const {StopQueryExecutionCommand} = await import('@aws-sdk/client-athena')
  await client.send(new StopQueryExecutionCommand({QueryExecutionId: id})).catch(() => undefined)
}

function silent(executionId: string, silenceMs: number, cause: unknown): SluiceError {
  const seconds = Math.round(silenceMs / 1000)
  return new SluiceError(
    'AWS_UNAVAILABLE',
    `Athena has not told for ${seconds} s how the statement ${executionId} goes: ${awsReason(cause)}. It was not stopped.`,
    {
      fix: 'When Athena answers again, run the same command again; a load waits for the same statement: sluice ops resume',
      details: {executionId, action: 'athena:GetQueryExecution'},
      cause,
    },
  )
}
