import {describe, expect, it} from 'vitest'
import {icebergKind} from '../../src/lib/compact/iceberg-kind.js'
import type {IcebergWork} from '../../src/lib/compact/iceberg-work.js'
import {SluiceError} from '../../src/lib/errors.js'
import type {StageContext} from '../../src/lib/operation/index.js'
import type {Rewrite, TableUpkeep, UpkeepFigures, UpkeepRun, UpkeepStatement} from '../../src/lib/ports/table-upkeep.js'
import {expectCode} from '../contract/ports/expectations.js'

const WORK: IcebergWork = {
  table: 'claims_state',
  method: 'iceberg',
  where: [],
  targetBytes: 1000,
  minimumFiles: 5,
  partitions: 3,
  files: 30,
  outputs: 3,
}
const UNIT = {key: 'claims_state', reads: [], work: WORK}

type End = UpkeepRun['state'] | 'passing failure' | 'stopped' | 'killed'

/** A table whose statements end as a list says, the last end for ever; a token that was seen ends as it did. */
class ScriptedTable implements TableUpkeep {
  readonly begun: string[] = []
  readonly tokens = new Map<string, UpkeepRun>()
  rewrites: Rewrite[] = []

  constructor(private readonly ends: Record<UpkeepStatement, End[]>) {}

  async measure(): Promise<UpkeepFigures> {
    const files = this.begun.length === 0 ? 30 : 3
    const wanting = {partitions: 0, files: 0, sizeBytes: 0, outputs: 0}
    return {snapshot: '7', partitions: 3, files, sizeBytes: files * 10, rows: 900, deleteFiles: 0, wanting}
  }

  async run(statement: UpkeepStatement, _table: unknown, token: string): Promise<UpkeepRun> {
    const joined = this.tokens.get(token)
    if (joined !== undefined) return joined
    this.begun.push(statement)
    const ends = this.ends[statement]
    const end = ends.length > 1 ? ends.shift()! : ends[0]!
    const about = {executionId: token.slice(0, 8), scannedBytes: 100, wasStopped: false}
    const failed = {...about, state: 'failed', error: new SluiceError('QUERY_FAILED', 'no'), mayPass: true} as const
    const stopped = {...failed, mayPass: false, wasStopped: true}
    if (end === 'killed') {
      // it was stopped with the process that waited for it
      this.tokens.set(token, stopped)
      throw new Error('killed')
    }
    const known: Partial<Record<End, UpkeepRun>> = {
      failed: {...failed, mayPass: false},
      'passing failure': failed,
      stopped,
    }
    const run = known[end] ?? {...about, state: end as 'done' | 'more', error: null, mayPass: false}
    this.tokens.set(token, run)
    return run
  }

  async rewritesSince(): Promise<Rewrite[]> {
    return this.rewrites
  }
}

/** Stages as attempts of one operation do, over one journal. */
function attempts(upkeep: TableUpkeep) {
  const journal = new Map<string, unknown>()
  const notes: string[] = []
  const stage = () => {
    const steps = {
      noted: new Map(journal),
      note: async (step: string, value: unknown) => {
        journal.set(step, value)
        notes.push(`${step} ${(value as {state?: string}).state ?? ''}`.trim())
      },
    }
    const ports = {upkeep, report: () => undefined} as unknown as StageContext['ports']
    const {signal} = new AbortController()
    return icebergKind.stage(UNIT, {ports, operation: 'O', attempt: 1, signal, steps})
  }
  return {stage, notes}
}

describe('the upkeep of an Iceberg table', () => {
  it('asks for OPTIMIZE and VACUUM until neither asks for more, each noted before it is begun', async () => {
    const table = new ScriptedTable({optimize: ['more', 'more', 'done'], vacuum: ['more', 'done']})
    table.rewrites = [{snapshot: '8', rowsBefore: 900, rowsAfter: 900}]
    const {stage, notes} = attempts(table)
    const staged = await stage()
    expect(staged).toMatchObject({
      before: {files: 30},
      after: {files: 3, rows: 900},
      runs: {optimize: 3, vacuum: 2},
      scannedBytes: 500,
    })
    expect(table.begun).toEqual(['optimize', 'optimize', 'optimize', 'vacuum', 'vacuum'])
    expect(notes).toEqual([
      'before',
      ...['optimize 1 begun', 'optimize 1 more', 'optimize 2 begun', 'optimize 2 more'],
      ...['optimize 3 begun', 'optimize 3 done', 'rewrites'],
      ...['vacuum 1 begun', 'vacuum 1 more', 'vacuum 2 begun', 'vacuum 2 done'],
    ])
    const proof = await icebergKind.prove(UNIT, staged, {} as never, new AbortController().signal)
    expect(proof).toEqual({level: 'structure', text: '900 rows, counted before and after 1 rewrite'})
  })

  it('goes on where a killed process stopped, and begins nothing twice that has ended', async () => {
    const table = new ScriptedTable({optimize: ['more', 'killed', 'done'], vacuum: ['done']})
    const {stage} = attempts(table)
    await expect(stage()).rejects.toThrow('killed')
    expect(await stage()).toMatchObject({before: {files: 30}, runs: {optimize: 2, vacuum: 1}})
    // the second round was joined, found stopped, and begun again
    expect(table.begun).toEqual(['optimize', 'optimize', 'optimize', 'vacuum'])
    expect(await stage()).toMatchObject({runs: {optimize: 2, vacuum: 1}})
    expect(table.begun).toHaveLength(4)
  })

  it('joins a run that went on without the process that began it', async () => {
    const table = new ScriptedTable({optimize: ['killed'], vacuum: ['done']})
    const {stage} = attempts(table)
    await expect(stage()).rejects.toThrow('killed')
    const [token] = table.tokens.keys()
    const done = {state: 'done', error: null, mayPass: false, wasStopped: false} as const
    table.tokens.set(token!, {...done, executionId: 'x', scannedBytes: 7})
    expect(await stage()).toMatchObject({runs: {optimize: 1, vacuum: 1}, scannedBytes: 107})
    expect(table.begun).toEqual(['optimize', 'vacuum'])
  })

  it('begins once more what may pass, and gives up where it does not', async () => {
    const passing = new ScriptedTable({optimize: ['passing failure', 'done'], vacuum: ['done']})
    expect(await attempts(passing).stage()).toMatchObject({runs: {optimize: 1}})
    expect(passing.begun).toEqual(['optimize', 'optimize', 'vacuum'])
    const lasting = new ScriptedTable({optimize: ['passing failure'], vacuum: ['done']})
    await expectCode(attempts(lasting).stage(), 'QUERY_FAILED')
    expect(lasting.begun).toEqual(['optimize', 'optimize'])
  })

  it('does not repeat what somebody else stopped, but a later attempt begins it again', async () => {
    const table = new ScriptedTable({optimize: ['stopped', 'done'], vacuum: ['done']})
    const {stage} = attempts(table)
    await expectCode(stage(), 'QUERY_FAILED')
    expect(table.begun).toEqual(['optimize'])
    expect(await stage()).toMatchObject({runs: {optimize: 1}})
    expect(table.begun).toEqual(['optimize', 'optimize', 'vacuum'])
  })

  it('does not begin again a run that was joined and failed for good', async () => {
    const table = new ScriptedTable({optimize: ['killed', 'done'], vacuum: ['done']})
    const {stage} = attempts(table)
    await expect(stage()).rejects.toThrow('killed')
    const [token] = table.tokens.keys()
    table.tokens.set(token!, {...table.tokens.get(token!)!, wasStopped: false})
    await expectCode(stage(), 'QUERY_FAILED')
    expect(table.begun).toEqual(['optimize'])
  })

  it('does not repeat what cannot pass, but a later attempt begins it again', async () => {
    const table = new ScriptedTable({optimize: ['failed', 'done'], vacuum: ['done']})
    const {stage} = attempts(table)
    await expectCode(stage(), 'QUERY_FAILED')
    expect(table.begun).toEqual(['optimize'])
    expect(await stage()).toMatchObject({runs: {optimize: 1, vacuum: 1}})
  })

  it('expires nothing when a rewrite changed how many rows there are', async () => {
    const table = new ScriptedTable({optimize: ['done'], vacuum: ['done']})
    table.rewrites = [
      {snapshot: '9', rowsBefore: 900, rowsAfter: 900},
      {snapshot: '8', rowsBefore: 900, rowsAfter: 899},
    ]
    const error = await expectCode(attempts(table).stage(), 'PROOF_FAILED')
    expect(error.message).toContain('Snapshot 8 of claims_state')
    expect(table.begun).toEqual(['optimize'])
  })
})
