import {describe, expect, it} from 'vitest'
import {runInsert, type NotedInsert} from '../../../src/lib/engines/athena/inserts.js'
import type {EndedWrite, StatementWriter} from '../../../src/lib/engines/athena/index.js'
import {SluiceError} from '../../../src/lib/errors.js'
import type {LoadRequest} from '../../../src/lib/ports/parquet-engine.js'
import {expectCode} from '../../contract/ports/expectations.js'

type End = 'succeeded' | 'passing failure' | 'failed' | 'stopped'
const INSERT = {step: 'rows 1 of 1', sql: 'INSERT INTO claims SELECT 1', folders: [], rows: 0}

/** Executions that end as a list says; a token that was seen is the same execution, whoever asks. */
class ScriptedWriter implements StatementWriter {
  readonly executions = new Map<string, EndedWrite>()

  constructor(private readonly ends: End[]) {}

  async write(_sql: string, token: string): Promise<EndedWrite> {
    const joined = this.executions.get(token)
    if (joined !== undefined) return joined
    const end = this.ends.shift()!
    const error = end === 'succeeded' ? null : new SluiceError('QUERY_FAILED', end)
    const [mayPass, wasStopped] = [end === 'passing failure', end === 'stopped']
    const ended = {executionId: token.slice(0, 8), error, mayPass, wasStopped, scannedBytes: 1, uris: []}
    this.executions.set(token, ended)
    return ended
  }
}

/** Attempts of one load over one journal. */
function attempts(writer: StatementWriter) {
  const journal = new Map<string, unknown>()
  const states: string[] = []
  const attempt = () => {
    const note = async (step: string, value: unknown): Promise<void> => {
      journal.set(step, value)
      states.push((value as NotedInsert).state)
    }
    const request = {steps: {noted: new Map(journal), note}, target: {} as LoadRequest['target']}
    return runInsert(INSERT, request, {writer, addresses: {uriOf: String, prefixOf: String}})
  }
  return {attempt, journal, states}
}

describe('an INSERT', () => {
  it('that somebody stopped is begun again by a later attempt alone', async () => {
    const writer = new ScriptedWriter(['stopped', 'succeeded'])
    const {attempt, states} = attempts(writer)
    await expectCode(attempt(), 'QUERY_FAILED')
    expect(writer.executions.size).toBe(1)
    expect(await attempt()).toMatchObject({state: 'written', number: 2})
    expect(states).toEqual(['begun', 'cleaned', 'begun', 'written'])
  })

  it('that an earlier attempt began, and that was stopped with it, is begun again once', async () => {
    const writer = new ScriptedWriter(['stopped', 'succeeded'])
    const {attempt, journal} = attempts(writer)
    await expectCode(attempt(), 'QUERY_FAILED')
    // The process ended before it noted how the INSERT had ended.
    const token = [...writer.executions.keys()][0]!
    journal.set(INSERT.step, {state: 'begun', number: 1, token} satisfies NotedInsert)
    expect(await attempt()).toMatchObject({state: 'written', number: 2})
    expect(writer.executions.size).toBe(2)
  })

  it('that an earlier attempt began, and that failed for good, is not', async () => {
    const writer = new ScriptedWriter(['failed', 'succeeded'])
    const {attempt, journal} = attempts(writer)
    await expectCode(attempt(), 'QUERY_FAILED')
    const token = [...writer.executions.keys()][0]!
    journal.set(INSERT.step, {state: 'begun', number: 1, token} satisfies NotedInsert)
    await expectCode(attempt(), 'QUERY_FAILED')
    expect(writer.executions.size).toBe(1)
  })

  it('is begun twice for what may pass, and no more', async () => {
    const writer = new ScriptedWriter(['passing failure', 'passing failure', 'succeeded'])
    await expectCode(attempts(writer).attempt(), 'QUERY_FAILED')
    expect(writer.executions.size).toBe(2)
  })

  it('that was begun again and is stopped then is left', async () => {
    const writer = new ScriptedWriter(['passing failure', 'stopped', 'succeeded'])
    await expectCode(attempts(writer).attempt(), 'QUERY_FAILED')
    expect(writer.executions.size).toBe(2)
  })
})
