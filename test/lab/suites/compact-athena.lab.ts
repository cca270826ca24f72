import {setTimeout as wait} from 'node:timers/promises'
import {BatchGetQueryExecutionCommand, paginateListQueryExecutions} from '@aws-sdk/client-athena'
import {GetTablesCommand} from '@aws-sdk/client-glue'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import type {CompactPlanDocument, CompactResultDocument} from '../../../src/lib/compact/index.js'
import type {OperationList} from '../../../src/lib/operation/index.js'
import {answerOf, refusalOf} from '../../backfill/lake-folder.js'
import {resultOf, startSluice} from '../../cli/run-cli.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {armQueryFault, disarmQueryFaults} from '../checks/gateway-control.js'
import {athena, glue, hasTrino, s3} from '../checks/lab-clients.js'
import {selectTexts} from '../faults/athena-reader.js'
import {listAll} from '../faults/fault-lake.js'
import {checksumsOf, LoopReader} from '../loop-reader.js'
import {EVENT_TYPES, EventsTable, FILES, ROWS_PER_FILE} from '../events-table.js'

const LONG_MS = 300_000
const LOOK_EVERY_MS = 50
/** An INSERT waits this long, so that whoever looks for it meets it running: each look is a start of the command. */
const BEGUN_FOR_MS = 15_000
const COLUMNS = [...Object.keys(EVENT_TYPES), 'day']

const DEFINITION = `sluice: 1
lake: icpa
default: local
environments:
  local: {backend: local, root: ./lake}
tables:
  events:
    kind: events
    columns:
${Object.entries(EVENT_TYPES)
  .filter(([, type]) => !type.startsWith('struct'))
  .map(([name, type]) => `      - {name: ${name}, type: "${type}"}\n`)
  .join('')}    partition: {by: [{name: day}]}
`

describe.runIf(hasTrino)('partitions that Athena merges', () => {
  let lake: AwsLake
  let watch: PolicyWatch
  let table: EventsTable

  beforeAll(async () => {
    lake = await makeAwsLake(DEFINITION, 'events')
    watch = await PolicyWatch.over(lake)
    table = await EventsTable.made(lake)
  }, LONG_MS)

  afterEach(disarmQueryFaults)

  afterAll(() => lake.remove())

  const keysOf = (prefix: string): Promise<string[]> => listAll(s3, lake.tableBucket, prefix)
  const stagedKeys = (): Promise<string[]> => listAll(s3, lake.stateBucket, 'sluice/_sluice/staging/')
  const rowsOf = (day: string): Promise<string[]> => selectTexts(lake, `SELECT * FROM events WHERE day = '${day}'`)
  const argvOf = (day: string): string[] => [
    '--table',
    'events',
    '--partition',
    `day=${day}`,
    '--min-age',
    '0s',
    '--env',
    'aws',
  ]
  const compact = async <Document>(...argv: string[]): Promise<Document> => {
    const {exit, document} = await watch.answerOf<Document>('compact', ...argv)
    expect(exit).toBe(0)
    return document
  }
  const runDay = (day: string): Promise<CompactResultDocument> =>
    compact('run', ...argvOf(day), '--engine', 'athena', '--yes')
  const collect = () => compact('gc', '--grace-hours', '0', '--yes', '--env', 'aws')

  /** Tables that merges make for as long as they last. */
  async function workTables(): Promise<string[]> {
    const {TableList = []} = await glue.send(new GetTablesCommand({DatabaseName: lake.database}))
    return TableList.map(({Name = ''}) => Name).filter((name) => name.includes('__merge_'))
  }

  /** Executions of INSERTs of merges of this lake's operations, by their state. */
  async function insertsOf(operation: string): Promise<string[]> {
    const states: string[] = []
    for await (const {QueryExecutionIds} of paginateListQueryExecutions({client: athena}, {WorkGroup: 'primary'})) {
      const {QueryExecutions = []} = await athena.send(new BatchGetQueryExecutionCommand({QueryExecutionIds}))
      for (const {Query: sql = '', Status: status} of QueryExecutions)
        if (sql.startsWith(`INSERT INTO "events__merge_${operation.toLowerCase()}`)) states.push(status?.State ?? '')
    }
    return states
  }

  it(
    'are chosen by their size, with the reason and the price',
    async () => {
      const day = '2026-01-01'
      await table.newDay(day)
      const small = await compact<CompactPlanDocument>('plan', ...argvOf(day))
      expect(small.tables[0]).toMatchObject({
        engines: [{engine: 'duckdb', partitions: 1, reason: 'within the 20 GiB of --max-partition-size'}],
        figures: {merges: 1, athenaMerges: 0, scannedBytes: 0, scanUsdMicros: 0},
      })
      const large = await compact<CompactPlanDocument>('plan', ...argvOf(day), '--max-partition-size', '1KiB')
      const [planned] = large.tables
      expect(planned).toMatchObject({
        partitions: [{engine: 'athena', engineReason: expect.stringMatching(/^over the /)}],
        figures: {merges: 1, athenaMerges: 1},
      })
      expect(planned!.figures.scannedBytes).toBe(3 * planned!.figures.sourceBytes)
      expect(Number(planned!.estimate.costUsdMicros)).toBeGreaterThan(Number(small.tables[0]!.estimate.costUsdMicros))
      const kept = await compact<CompactPlanDocument>(
        'plan',
        ...argvOf(day),
        ...['--max-partition-size', '1KiB', '--engine', 'duckdb'],
      )
      expect(kept.tables[0]).toMatchObject({figures: {merges: 0}, skipped: [{reason: 'too_large'}]})
      const local = await refusalOf(lake, 'compact', 'plan', '--engine', 'athena', '--env', 'local')
      expect(local).toMatchObject({code: 'NOT_IN_LOCAL'})
    },
    LONG_MS,
  )

  it(
    'show readers one state through run, rollback, run and gc',
    async () => {
      const day = '2026-01-02'
      const files = await table.newDay(day)
      const before = await rowsOf(day)
      expect(before).toHaveLength(FILES * ROWS_PER_FILE)
      const reader = new LoopReader(lake, checksumsOf(COLUMNS, `events WHERE day = '${day}'`))
      const run = await reader.during('run', () => runDay(day))
      expect(run.tables).toMatchObject([
        {kind: 'compact.swap', merged: 1, failed: [], files: {before: FILES}, rows: FILES * ROWS_PER_FILE},
      ])
      expect(run.tables[0]!.files.after).toBeLessThan(FILES)
      expect(run.tables[0]!.athena).toMatchObject({merged: 1})
      expect(run.tables[0]!.athena!.scannedBytes).toBeGreaterThan(0)
      const {operation} = run.tables[0]!
      expect(await table.locationOf(day)).toContain(`gen=${operation}`)
      expect(await workTables()).toEqual([])
      await reader.during('rollback', () => compact('rollback', operation, '--yes', '--env', 'aws'))
      expect(await table.locationOf(day)).toBe(table.uriOf(`events/day=${day}`))
      await reader.during('run again', () => runDay(day))
      await reader.during('gc', () => collect())
      await reader.stop()
      expect(files).toHaveLength(FILES)
      expect(await keysOf(`events/day=${day}/`)).toEqual([])
      expect(await stagedKeys()).toEqual([])
      expect(await rowsOf(day)).toEqual(before)
      expect([...reader.answers]).toHaveLength(1)
      expect(reader.failures.filter(({phase}) => phase !== 'gc')).toEqual([])
      const again = await compact<CompactPlanDocument>('plan', ...argvOf(day), '--engine', 'athena')
      expect(again.tables[0]).toMatchObject({figures: {merges: 0}})
    },
    LONG_MS,
  )

  it(
    'are left where times are finer than Athena reads them',
    async () => {
      const day = '2026-01-03'
      await table.newDay(day)
      await table.putFile(day, 3, `to_microseconds(${FILES} + i)`)
      const [files, before] = [await keysOf('events'), await rowsOf(day)]
      const {exit, document} = await answerOf<CompactResultDocument>(
        lake,
        'compact',
        'run',
        ...argvOf(day),
        ...['--engine', 'athena', '--yes'],
      )
      expect(exit).toBe(4)
      expect(document.tables[0]).toMatchObject({merged: 0, failed: [{code: 'MERGE_LOSSY'}]})
      expect(document.tables[0]!.failed[0]!.message).toContain('"at"')
      expect(await keysOf('events')).toEqual(files)
      expect(await rowsOf(day)).toEqual(before)
    },
    LONG_MS,
  )

  it(
    'are left where a source was changed since the plan',
    async () => {
      const day = '2026-01-04'
      await table.newDay(day)
      await compact('plan', ...argvOf(day), '--engine', 'athena', '--out', 'changed.ndjson')
      await table.putFile(day, 5, `to_milliseconds(7)`)
      const before = await rowsOf(day)
      const {exit, document} = await answerOf<CompactResultDocument>(
        lake,
        ...['compact', 'run', '--plan', 'changed.ndjson', '--env', 'aws', '--yes'],
      )
      expect(exit).toBe(4)
      expect(document.tables[0]).toMatchObject({merged: 0, failed: [{code: 'MERGE_SOURCE_CHANGED'}]})
      expect(await table.locationOf(day)).toBe(table.uriOf(`events/day=${day}`))
      expect(await rowsOf(day)).toEqual(before)
    },
    LONG_MS,
  )

  it(
    'are cleaned and written again where an INSERT fails after it has written',
    async () => {
      const day = '2026-01-05'
      await table.newDay(day)
      const before = await rowsOf(day)
      await armQueryFault({match: 'INSERT INTO "events__merge_', state: 'FAILED', when: 'after'})
      const {tables} = await runDay(day)
      expect((await insertsOf(tables[0]!.operation)).sort()).toEqual(['FAILED', 'SUCCEEDED'])
      expect(await rowsOf(day)).toEqual(before)
    },
    LONG_MS,
  )

  /** A run whose INSERT has begun, with how it ends. */
  async function begunRun(day: string): Promise<readonly [string, ReturnType<typeof resultOf>, () => void]> {
    const match = 'INSERT INTO "events__merge_'
    await armQueryFault({match, state: 'DELAY', when: 'before', delayMs: BEGUN_FOR_MS})
    const argv = ['compact', 'run', ...argvOf(day), '--engine', 'athena', '--yes', '--json']
    const child = startSluice(argv, {cwd: lake.folder})
    const ended = resultOf(child)
    let operation: string | undefined
    while (operation === undefined || (await insertsOf(operation)).length === 0) {
      await wait(LOOK_EVERY_MS)
      const {document} = await answerOf<OperationList>(lake, 'ops', 'list', '--env', 'aws')
      operation = document.operations.find(({state}) => state === 'unfinished')?.operation
    }
    return [operation, ended, () => child.kill('SIGKILL')]
  }

  /** A run that dies while its INSERT runs, which ends after it. */
  async function killedRun(day: string): Promise<string> {
    const [operation, ended, kill] = await begunRun(day)
    kill()
    await ended
    return operation
  }

  it(
    'are left where a source is changed while it is read',
    async () => {
      const day = '2026-01-08'
      await table.newDay(day)
      const [operation, ended] = await begunRun(day)
      await table.putFile(day, 5, `to_milliseconds(7)`)
      const before = await rowsOf(day)
      const {exit, stdout} = await ended
      expect(exit).toBe(4)
      expect(stdout).toContain('MERGE_SOURCE_CHANGED')
      expect(await insertsOf(operation)).toEqual(['SUCCEEDED'])
      expect(await table.locationOf(day)).toBe(table.uriOf(`events/day=${day}`))
      expect(await rowsOf(day)).toEqual(before)
      await collect()
      expect((await stagedKeys()).filter((key) => key.includes(operation))).toEqual([])
    },
    LONG_MS,
  )

  it(
    'go on with the INSERT that a killed run has begun',
    async () => {
      const day = '2026-01-06'
      await table.newDay(day)
      const before = await rowsOf(day)
      const operation = await killedRun(day)
      expect(await table.locationOf(day)).toBe(table.uriOf(`events/day=${day}`))
      expect((await answerOf(lake, 'ops', 'resume', operation, '--env', 'aws', '--yes')).exit).toBe(0)
      expect(await insertsOf(operation)).toEqual(['SUCCEEDED'])
      expect(await table.locationOf(day)).toContain(`gen=${operation}`)
      expect(await rowsOf(day)).toEqual(before)
      expect(await workTables()).toEqual([])
    },
    LONG_MS,
  )

  it(
    'leave nothing of a killed run that is given up',
    async () => {
      const day = '2026-01-07'
      const files = await table.newDay(day)
      const before = await rowsOf(day)
      const operation = await killedRun(day)
      await answerOf(lake, 'ops', 'cancel', operation, '--env', 'aws', '--yes')
      while ((await insertsOf(operation)).some((state) => state === 'QUEUED' || state === 'RUNNING'))
        await wait(LOOK_EVERY_MS)
      expect((await stagedKeys()).some((key) => key.includes(operation))).toBe(true)
      await collect()
      expect((await stagedKeys()).filter((key) => key.includes(operation))).toEqual([])
      expect(await keysOf(`events/day=${day}/`)).toEqual(files)
      expect(await rowsOf(day)).toEqual(before)
      // Its tables go with the next merge of the table.
      expect(await workTables()).not.toEqual([])
      await runDay(day)
      expect(await workTables()).toEqual([])
      expect(await rowsOf(day)).toEqual(before)
    },
    LONG_MS,
  )

  it('asked for nothing that the printed policies do not allow', async () => {
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(100)
  })
})
