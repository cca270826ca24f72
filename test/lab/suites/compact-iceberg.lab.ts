import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import type {CompactPlanDocument, CompactResultDocument} from '../../../src/lib/compact/index.js'
import {answerOf, refusalOf, sluice} from '../../backfill/lake-folder.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {armQueryFault, disarmQueryFaults, wireOf} from '../checks/gateway-control.js'
import {hasTrino} from '../checks/lab-clients.js'
import {readTexts, selectTexts} from '../faults/athena-reader.js'
import {checksumsOf, LoopReader} from '../loop-reader.js'

const DEFINITION = `sluice: 1
lake: icpa
default: local
environments:
  local: {backend: local, root: ./lake}
tables:
  states:
    kind: events
    columns:
      - {name: id, type: string}
      - {name: n, type: bigint}
      - {name: day, type: string}
`
const DAYS = ['2026-01-01', '2026-01-02', '2026-01-03']
const INSERTS = 7

describe.runIf(hasTrino)('an Iceberg table on AWS', () => {
  let lake: AwsLake
  let watch: PolicyWatch

  beforeAll(async () => {
    lake = await makeAwsLake(DEFINITION, 'states')
    watch = await PolicyWatch.over(lake)
    await change(`CREATE TABLE states (id string, n bigint, day string) PARTITIONED BY (day)
      LOCATION 's3://${lake.tableBucket}/states' TBLPROPERTIES ('table_type'='ICEBERG')`)
    for (let n = 0; n < INSERTS; n += 1) {
      const rows = DAYS.map((day) => `('${day}-${n}', ${n}, '${day}')`)
      await change(`INSERT INTO states VALUES ${rows.join(', ')}`)
    }
    await change(`DELETE FROM states WHERE n = 3 AND day = '${DAYS[0]}'`)
  }, 300_000)

  afterEach(disarmQueryFaults)

  afterAll(() => lake.remove())

  async function change(sql: string): Promise<void> {
    const read = await readTexts(lake, sql)
    if ('reason' in read) throw new Error(`${sql}: ${read.reason}`)
  }

  const ofTable = ['--table', 'states', '--env', 'aws'] as const
  const planned = async (): Promise<CompactPlanDocument['tables'][number]> => {
    const {document} = await watch.answerOf<CompactPlanDocument>('compact', 'plan', ...ofTable)
    return document.tables[0]!
  }
  const statements = async (word: string): Promise<number> =>
    (await wireOf(lake.database)).filter(
      ({operation, parameters}) => operation === 'StartQueryExecution' && parameters?.includes(`"${word} states`),
    ).length

  it('is planned by what its newest snapshot lists, and refused where that cannot choose', async () => {
    const table = await planned()
    expect(table).toMatchObject({
      method: 'iceberg',
      obstacle: null,
      figures: {partitions: 3, merges: 3, sources: 3 * INSERTS, outputs: 3},
    })
    expect(Number(table.estimate.costUsdMicros)).toBeGreaterThan(0)
    const {stdout} = await sluice(lake, 'compact', 'plan', ...ofTable)
    expect(stdout).toContain('no undo')
    const {document} = await watch.answerOf<CompactPlanDocument>('compact', 'plan', ...ofTable, '--from', '2026-01-01')
    expect(document.tables[0]).toMatchObject({method: null, obstacle: {reason: 'open_table_format'}})
    const refused = await refusalOf(lake, 'compact', 'plan', ...ofTable, '--partition', 'nothing=1')
    expect(refused).toMatchObject({code: 'USAGE', exit: 2})
    // it cannot be taken back, so it is not begun unasked
    const unasked = await refusalOf(lake, 'compact', 'run', ...ofTable)
    expect(unasked).toMatchObject({code: 'CONFIRMATION_REQUIRED', exit: 2})
    expect(await statements('OPTIMIZE')).toBe(0)
  }, 300_000)

  it('is rewritten by its own engine, one partition by a condition', async () => {
    const before = await selectTexts(lake, 'SELECT * FROM states')
    const run = await watch.answerOf<CompactResultDocument>(
      'compact',
      'run',
      ...ofTable,
      '--partition',
      `day=${DAYS[2]}`,
      '--yes',
    )
    expect(run).toMatchObject({
      exit: 0,
      document: {tables: [{kind: 'compact.iceberg', merged: 1, files: {before: INSERTS, after: 1}, rows: INSERTS}]},
    })
    expect(await selectTexts(lake, 'SELECT * FROM states')).toEqual(before)
    expect((await planned()).figures).toMatchObject({merges: 2})
  }, 300_000)

  it('is asked again while it asks for more, and gone on with after a failure; readers see one state', async () => {
    const before = await selectTexts(lake, 'SELECT * FROM states')
    expect(before).toHaveLength(3 * INSERTS - 1)
    const reader = new LoopReader(lake, checksumsOf(['id', 'n', 'day'], 'states'))
    const fault = (match: string, reason: string, when: 'before' | 'after' = 'before') =>
      armQueryFault({match: `^${match} states`, state: 'FAILED', reason, when})
    await fault('OPTIMIZE', 'ICEBERG_OPTIMIZE_MORE_RUNS_NEEDED: more runs are needed', 'after')
    await fault('VACUUM', 'ICEBERG_VACUUM_MORE_RUNS_NEEDED: more runs are needed')
    await fault('VACUUM', 'PERMISSION_DENIED: not authorized to perform: s3:DeleteObject')
    const counted = {optimize: await statements('OPTIMIZE'), vacuum: await statements('VACUUM')}
    const refused = await reader.during('run', () => refusalOf(lake, 'compact', 'run', ...ofTable, '--yes'))
    expect(refused).toMatchObject({code: 'AWS_ACCESS_DENIED', exit: 1})
    const {document: list} = await answerOf<{operations: {operation: string; kind: string; state: string}[]}>(
      lake,
      'ops',
      'list',
      '--env',
      'aws',
    )
    const failed = list.operations.find(({state}) => state === 'failed')!
    expect(failed.kind).toBe('compact.iceberg')
    await reader.during('resume', () => answerOf(lake, 'ops', 'resume', failed.operation, '--env', 'aws', '--yes'))
    await reader.stop()
    expect(await statements('OPTIMIZE')).toBe(counted.optimize + 2)
    expect(await statements('VACUUM')).toBe(counted.vacuum + 3)
    expect([...reader.answers]).toHaveLength(1)
    expect(reader.failures).toEqual([])
    expect(await selectTexts(lake, 'SELECT * FROM states')).toEqual(before)
    expect(await selectTexts(lake, `SELECT count(*), sum(file_count) FROM "states$partitions"`)).toEqual(['["3","3"]'])
    expect(await planned()).toMatchObject({figures: {merges: 0}, skipped: [{reason: 'single_file'}]})
    const again = await watch.answerOf('compact', 'run', ...ofTable, '--yes')
    expect(again).toMatchObject({exit: 0, document: {changed: false}})
    const undo = await refusalOf(lake, 'compact', 'rollback', failed.operation, '--env', 'aws', '--yes')
    expect(undo).toMatchObject({code: 'OPERATION_NOT_UNDOABLE', exit: 2})
  }, 300_000)

  it('asked for nothing that the printed policies do not allow', async () => {
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(50)
  })
})
