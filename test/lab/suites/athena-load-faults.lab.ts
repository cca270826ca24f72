import {randomBytes} from 'node:crypto'
import {dirname} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {BatchGetQueryExecutionCommand, paginateListQueryExecutions} from '@aws-sdk/client-athena'
import {DeleteObjectCommand, PutObjectCommand} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {item, writeItems} from '../../backfill/export-folder.js'
import {answerOf, refusalOf, sluice} from '../../backfill/lake-folder.js'
import {resultOf, startSluice} from '../../cli/run-cli.js'
import {downloadTable} from '../athena-lake.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {armFault, armQueryFault, wireOf} from '../checks/gateway-control.js'
import {athena, hasTrino, s3} from '../checks/lab-clients.js'
import {selectTexts} from '../faults/athena-reader.js'
import {contentOf, namedObjects, objectsOf, type TableIn} from '../faults/changelog-content.js'
import {listAll} from '../faults/fault-lake.js'
import {definitionOf} from '../faults/story.js'
import {parquetOf} from '../parquet-of.js'

const LONG_MS = 300_000
const LOOK_EVERY_MS = 50
const DAYS = 130
/** The partitions of the second INSERT begin with the hundredth day. */
const LATE_DAY = dayOf(120)

function dayOf(n: number): string {
  return new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10)
}

/** Items of more days than one INSERT takes; some cannot be read exactly, some have no day. */
function claims(): ReturnType<typeof item>[] {
  return Array.from({length: 2 * DAYS}, (_, n) => {
    const created = {createdAt: `${dayOf(n % DAYS)}T0${n % 10}:00:00.000Z`}
    const claim = item(`claim-${n}`, {n: String(n), amount: n % 50 === 8 ? '1.234' : `${n}.25`, ...created})
    return n % 60 === 7 ? {...claim, createdAt: {S: 'never'}} : claim
  })
}

describe.runIf(hasTrino)('a load by Athena', () => {
  const lakes: AwsLake[] = []
  let source: AwsLake
  let uri: string
  let undisturbed: Awaited<ReturnType<typeof contentOf>>
  let visible: readonly string[]

  async function newLake(): Promise<TableIn> {
    const table = `claims_${randomBytes(4).toString('hex')}`
    const lake = await makeAwsLake(definitionOf(table), table)
    lakes.push(lake)
    return {lake, table}
  }

  const flags = (exported = uri): string[] => ['--export', exported, '--env', 'aws', '--max-quarantine', '99', '--yes']
  const load = (exported?: string): string[] => ['backfill', 'run', ...flags(exported), '--engine', 'athena']

  beforeAll(async () => {
    source = await makeAwsLake(definitionOf('claims'), 'claims')
    lakes.push(source)
    const all = claims()
    const exported = await writeItems(source, [all.slice(0, DAYS), all.slice(DAYS)], {table: 'Items'})
    uri = await uploadExport(source, exported.uri)
    const {lake, table} = await newLake()
    await answerOf(lake, 'backfill', 'run', ...flags(), '--engine', 'duckdb')
    undisturbed = await contentOf({lake, table})
    visible = await rowsOf({lake, table})
    expect(undisturbed.rows['_rows']).toBe(String(2 * DAYS))
  }, LONG_MS)

  afterAll(async () => {
    for (const lake of lakes) await lake.remove()
  })

  async function expectUndisturbed(on: TableIn): Promise<void> {
    expect(await contentOf(on)).toEqual(undisturbed)
    expect(await rowsOf(on)).toEqual(visible)
    expect(await objectsOf(on)).toEqual(await namedObjects(on))
  }

  it('whose start of an INSERT is not answered is one execution', {timeout: LONG_MS}, async () => {
    const on = await newLake()
    const match = {service: 'athena', operation: 'StartQueryExecution', body: `INSERT INTO .{1,2}${on.table}\\b`}
    await armFault({match: {...match, times: 1}, fault: 'dropAfter'})
    expect(await answerOf(on.lake, ...load())).toMatchObject({exit: 0, document: {changed: true}})
    expect(await startsOf(on)).toBe(3)
    expect(await insertsOf(on)).toHaveLength(2)
    await expectUndisturbed(on)
  })

  it('whose INSERT fails when it has written is cleaned and begun again', {timeout: LONG_MS}, async () => {
    const on = await newLake()
    await armQueryFault({match: `INSERT INTO "${on.table}"`, state: 'FAILED', when: 'after'})
    expect(await answerOf(on.lake, ...load())).toMatchObject({exit: 0, document: {changed: true}})
    expect((await insertsOf(on)).map(({state}) => state).sort()).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED'])
    await expectUndisturbed(on)
  })

  it('that is given up by Athena leaves nothing, and goes on', {timeout: LONG_MS}, async () => {
    const on = await newLake()
    const fault = {state: 'FAILED', when: 'after', reason: 'GENERIC_INTERNAL_ERROR: lost a worker', times: 2} as const
    await armQueryFault({match: `INSERT INTO "${on.table}".*'${LATE_DAY}'`, ...fault})
    expect(await refusalOf(on.lake, ...load())).toMatchObject({code: 'QUERY_FAILED', exit: 1})
    const standing = await objectsOf(on)
    expect(await answerOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes').catch(String)).toContain('QUERY_FAILED')
    expect((await objectsOf(on)).filter((key) => key.includes('day='))).toEqual(
      standing.filter((key) => key.includes('day=')),
    )
    expect((await answerOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes')).exit).toBe(0)
    // The first INSERT was not run again.
    expect(await insertsOf(on)).toHaveLength(1 + 3)
    expect(await lateInsertsOf(on)).toHaveLength(3)
    await expectUndisturbed(on)
  })

  it(
    'whose INSERT somebody stops leaves nothing of it, and goes on when it is told to',
    {timeout: LONG_MS},
    async () => {
      const on = await newLake()
      const fault = {state: 'CANCELLED', when: 'after', reason: 'Query cancelled by user'} as const
      await armQueryFault({match: `INSERT INTO "${on.table}".*'${LATE_DAY}'`, ...fault})
      const refusal = await refusalOf(on.lake, ...load())
      expect(refusal).toMatchObject({code: 'QUERY_FAILED', exit: 1})
      expect(refusal.message).toContain('was stopped')
      expect((await lateInsertsOf(on)).map(({state}) => state)).toEqual(['CANCELLED'])
      expect((await objectsOf(on)).filter((key) => key.includes(`day=${LATE_DAY}`))).toEqual([])
      expect((await answerOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes')).exit).toBe(0)
      expect(await lateInsertsOf(on)).toHaveLength(2)
      await expectUndisturbed(on)
    },
  )

  it('that gets SIGINT stops its INSERT, and begins it again when it goes on', {timeout: LONG_MS}, async () => {
    const on = await newLake()
    expect(await killed(on, 'SIGINT')).toMatchObject({exit: 130})
    expect((await answerOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes')).exit).toBe(0)
    expect((await lateInsertsOf(on)).map(({state}) => state).sort()).toEqual(['CANCELLED', 'SUCCEEDED'])
    await expectUndisturbed(on)
  })

  /** A load that ends while its second INSERT runs, which ends after it. */
  async function killed(on: TableIn, signal: 'SIGKILL' | 'SIGINT' = 'SIGKILL') {
    const match = `INSERT INTO "${on.table}".*'${LATE_DAY}'`
    await armQueryFault({match, state: 'DELAY', when: 'before', delayMs: 2000})
    const child = startSluice([...load(), '--json'], {cwd: on.lake.folder})
    const ended = resultOf(child)
    while ((await lateInsertsOf(on)).length === 0) await wait(LOOK_EVERY_MS)
    child.kill(signal)
    return ended
  }

  it('that is killed between INSERTs goes on with the second', {timeout: LONG_MS}, async () => {
    const on = await newLake()
    await killed(on)
    expect((await answerOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes')).exit).toBe(0)
    expect(await insertsOf(on)).toHaveLength(2)
    expect(await startsOf(on)).toBe(3)
    await expectUndisturbed(on)
    expect(await answerOf(on.lake, 'backfill', 'verify', '--env', 'aws')).toMatchObject({exit: 0})
  })

  it('that is killed and given up leaves nothing after gc', {timeout: LONG_MS}, async () => {
    const on = await newLake()
    await killed(on)
    await giveUp(on)
    // The INSERT that nobody waits for comes to its end all the same.
    while ((await lateInsertsOf(on)).some(({state}) => state === 'QUEUED' || state === 'RUNNING'))
      await wait(LOOK_EVERY_MS)
    expect((await objectsOf(on)).some((key) => key.includes(`day=${LATE_DAY}`))).toBe(true)
    const gc = await sluice(on.lake, 'ops', 'gc', '--grace-hours', '0', '--env', 'aws', '--yes')
    expect(gc).toMatchObject({exit: 0})
    expect(await objectsOf(on)).toEqual([])
    expect(await answerOf(on.lake, ...load())).toMatchObject({exit: 0, document: {changed: true}})
    await expectUndisturbed(on)
  })

  it('of a part, with rows of no known day, is that of DuckDB', {timeout: LONG_MS}, async () => {
    const contents = []
    for (const engine of ['duckdb', 'athena']) {
      const on = await newLake()
      const run = ['backfill', 'run', ...flags(), '--where', `"count" < 200`, '--engine', engine]
      expect(await answerOf(on.lake, ...run)).toMatchObject({exit: 0, document: {changed: true, floor: null}})
      contents.push(await contentOf(on))
    }
    expect(contents[0]!.deletes['_rows']).not.toBe('0')
    expect(contents[1]).toEqual(contents[0])
  })

  it('of lines that hold no item sets them aside as DuckDB does, or is refused', {timeout: LONG_MS}, async () => {
    const lines = ['{"Item":{"id":{"S":"good"}}}', '{"Item":{"id":', '{"Other":{}}', '{"Item":{"n":{"N":"1"}}}']
    const exported = await writeItems(source, [lines, claims().slice(0, 9)], {table: 'Items', salt: 'unreadable'})
    const at = await uploadExport(source, exported.uri)
    const contents = []
    for (const engine of ['duckdb', 'athena']) {
      const on = await newLake()
      const run = ['backfill', 'run', ...flags(at), '--engine', engine]
      expect(await refusalOf(on.lake, ...run)).toMatchObject({code: 'EXPORT_LINE_INVALID', exit: 1})
      expect(await objectsOf(on)).toEqual([])
      await giveUp(on)
      expect(await answerOf(on.lake, ...run, '--allow-unreadable', '3')).toMatchObject({document: {unreadable: 3}})
      contents.push(await contentOf(on))
    }
    expect(contents[1]).toEqual(contents[0])
  })

  it('of a key that stands twice is refused with nothing left', {timeout: LONG_MS}, async () => {
    const twice = [item('one'), item('two'), item('one', {n: '2', createdAt: '2026-02-02T00:00:00.000Z'})]
    const exported = await writeItems(source, [twice], {table: 'Items', salt: 'twice'})
    const on = await newLake()
    const at = await uploadExport(source, exported.uri)
    const refusal = await refusalOf(on.lake, ...load(at))
    expect(refusal).toMatchObject({code: 'EXPORT_KEY_DUPLICATE', exit: 1})
    expect(refusal.message).toContain('as one')
    expect(await objectsOf(on)).toEqual([])
    expect(await rowsOf(on)).toEqual([])
  })

  it('whose rows somebody has put beside others deletes none of them', {timeout: LONG_MS}, async () => {
    const exported = await writeItems(
      source,
      [['one', 'two'].map((id) => item(id, {createdAt: '2026-02-02T00:00:00.000Z'}))],
      {
        table: 'Items',
        salt: 'beside',
      },
    )
    const on = await newLake()
    const at = await uploadExport(source, exported.uri)
    // The load stops when its INSERT has ended, before it looks at what stands.
    const fault = {state: 'FAILED', when: 'before', reason: 'GENERIC_INTERNAL_ERROR: lost a worker'} as const
    await armQueryFault({match: `_path FROM "${on.table}" WHERE`, ...fault})
    expect(await refusalOf(on.lake, ...load(at))).toMatchObject({code: 'QUERY_FAILED', exit: 1})
    const key = await rewriteBesideOthers(on)
    const before = await objectsOf(on)
    expect(before).toContain(key)

    expect(await refusalOf(on.lake, 'ops', 'resume', '--env', 'aws', '--yes')).toEqual({
      code: 'PROOF_FAILED',
      exit: 1,
      message: expect.stringContaining(`${key} holds rows of `) as string,
    })
    expect(await objectsOf(on)).toEqual(expect.arrayContaining(before))
    await giveUp(on)
    const collect = ['ops', 'gc', '--grace-hours', '0', '--env', 'aws', '--yes']
    expect(await refusalOf(on.lake, ...collect)).toEqual({
      code: 'PROOF_FAILED',
      exit: 1,
      message: expect.stringMatching(`${key} holds rows of .* beside 2 others`) as string,
    })
    expect(await objectsOf(on)).toEqual(expect.arrayContaining(before))
    // Those of the stream, which readers see; the load's are admitted by nobody.
    expect((await rowsOf(on)).map((row) => (JSON.parse(row) as string[])[0])).toEqual(['one', 'two'])
  })
})

/** As a job would that makes one file of a folder: rows of a stream stand beside those of the load. Its key. */
async function rewriteBesideOthers({lake, table}: TableIn): Promise<string> {
  const [own, ...more] = await listAll(s3, lake.tableBucket, `${table}/`)
  expect(more).toEqual([])
  const {rows} = await downloadTable(lake, table)
  const from = `read_parquet('${rows[0]}', hive_partitioning = false)`
  const Body = await parquetOf(`SELECT * FROM ${from} UNION ALL SELECT * REPLACE ('stream' AS _source) FROM ${from}`)
  const key = `${dirname(own!)}/part-00000-of-somebody.parquet`
  await s3.send(new PutObjectCommand({Bucket: lake.tableBucket, Key: key, Body}))
  await s3.send(new DeleteObjectCommand({Bucket: lake.tableBucket, Key: own}))
  return key
}

/** Cancels the one operation of a lake. */
async function giveUp({lake}: TableIn): Promise<void> {
  const {document} = await answerOf<{operations: {operation: string}[]}>(lake, 'ops', 'list', '--env', 'aws')
  expect(document.operations).toHaveLength(1)
  await answerOf(lake, 'ops', 'cancel', document.operations[0]!.operation, '--env', 'aws', '--yes')
}

interface Execution {
  readonly sql: string
  readonly state: string
}

/** Every execution of an INSERT into a table that Athena knows, whoever started it how often. */
async function insertsOf({table}: TableIn): Promise<Execution[]> {
  const found: Execution[] = []
  for await (const {QueryExecutionIds = []} of paginateListQueryExecutions({client: athena}, {WorkGroup: 'primary'})) {
    const {QueryExecutions = []} = await athena.send(new BatchGetQueryExecutionCommand({QueryExecutionIds}))
    for (const {Query: sql = '', Status: status} of QueryExecutions)
      if (sql.startsWith(`INSERT INTO "${table}" `)) found.push({sql, state: status?.State ?? ''})
  }
  return found
}

/** Of the second INSERT of a load. */
async function lateInsertsOf(on: TableIn): Promise<Execution[]> {
  return (await insertsOf(on)).filter(({sql}) => sql.includes(`'${LATE_DAY}'`))
}

/** Requests that start an INSERT, each attempt of the SDK too. */
async function startsOf({table}: TableIn): Promise<number> {
  const entries = await wireOf(`INSERT INTO \\"${table}\\"`)
  return entries.filter(({operation}) => operation === 'StartQueryExecution').length
}

function rowsOf({lake, table}: TableIn): Promise<string[]> {
  return selectTexts(lake, `SELECT * FROM ${table}_current`)
}
