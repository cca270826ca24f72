import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {DuckDbQueryEngine} from '../../src/lib/engines/duckdb/index.js'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import type {LakeDefinition, TableDefinition} from '../../src/lib/lake/index.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {answerQuery, planQuery, renderQueryPlan, resultOf, runQuery, warningLines} from '../../src/lib/query/index.js'
import type {PlanRequest, QueryPlan} from '../../src/lib/query/index.js'
import type {
  AnalysedScan,
  QueryAnalyser,
  QueryAnalysis,
  QueryEngine,
  QueryRequest,
} from '../../src/lib/ports/query-engine.js'
import {quoteText} from '../../src/lib/sql/index.js'
import {collect, expectCode} from '../contract/ports/expectations.js'

const DAYS = ['01', '02', '03', '04']
const column = (name: string, more: object = {}) => ({name, type: 'string', class: 'internal', ...more})
const table = (name: string, immutable: boolean): TableDefinition =>
  ({
    name,
    key: ['id'],
    columns: [column('id'), column('email', {class: 'restricted'})],
    partition: {by: [{name: 'month'}, {name: 'day'}], immutable, path: null, fallback: 'null'},
  }) as unknown as TableDefinition

let folder: string
let engine: DuckDbQueryEngine
let definition: LakeDefinition

/** Tables `fixed` and `moving`, each with four daily partitions of one row, and their current views. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-query-'))
  const options = {temporaryFolder: join(folder, 'spool'), memoryLimitBytes: 256 * 1024 ** 2, threads: 2}
  const store = new FolderObjectStore({root: join(folder, 'lake')})
  const catalog = new FileCatalog(store)
  const session = await DuckDbSession.open(options)
  const columns = ['id', 'email'].map((name) => ({name, type: 'string'}))
  const partitionColumns = ['month', 'day'].map((name) => ({name, type: 'string'}))
  const base = {pathTemplate: null, parameters: {}, viewSql: null} as const
  for (const name of ['fixed', 'moving', 'fixed__quarantine_rows', 'fixed__deletes', 'fixed__lines_r1']) {
    await catalog.putTable(
      {...base, name, kind: 'table', columns, partitionColumns, location: `${name}/`, format: 'parquet'},
      null,
    )
    for (const day of DAYS) {
      const location = `${name}/month=01/day=${day}/`
      const file = join(session.spoolFolder, 'row.parquet')
      await session.execute([
        `COPY (SELECT 'id-${day}' AS id, 'x@y.z' AS email) TO ${quoteText(file)} (FORMAT parquet)`,
      ])
      await store.write(`${location}a.parquet`, {file})
      await catalog.createPartitions(name, [{values: ['01', day], location, parameters: {}}])
    }
    const viewSql = `SELECT id, email, month, day FROM ${name}`
    const view = {columns, partitionColumns, location: null, format: null, viewSql}
    await catalog.putTable({...base, ...view, name: `${name}_current`, kind: 'view'}, null)
  }
  await session.close()
  engine = new DuckDbQueryEngine({...options, store, catalog})
  definition = {
    lake: 'icpa',
    environment: {name: 'local', backend: 'local', protect: false},
    tables: [table('fixed', true), table('moving', false)],
  } as unknown as LakeDefinition
})

afterAll(async () => {
  await engine.close()
  await rm(folder, {recursive: true, force: true})
})

const REQUEST: Omit<PlanRequest, 'sql'> = {
  parameters: [],
  requirePartition: false,
  allowFullScan: false,
  showRestricted: false,
  lint: true,
}

function ports(environment: object = {}) {
  return {
    definition: {...definition, environment: {...definition.environment, ...environment}} as LakeDefinition,
    query: engine,
    signal: new AbortController().signal,
    asOf: new Date('2026-01-31'),
  }
}

function plan(sql: string, more: Partial<PlanRequest> = {}, environment: object = {}): Promise<QueryPlan> {
  return planQuery({...REQUEST, ...more, sql}, ports(environment))
}

const readOf = ({scans}: QueryPlan) => scans.map(({partitions, whole}) => [partitions?.read, partitions?.total, whole])

describe('partitions of a plan', () => {
  it.each([
    ["SELECT * FROM fixed WHERE day = '02'", [[1, 4, null]]],
    ["SELECT * FROM fixed_current WHERE day >= '02' AND month = '01'", [[3, 4, null]]],
    ["SELECT * FROM fixed_current c WHERE c.month || '-' || c.day BETWEEN '01-03' AND '02-01'", [[2, 4, null]]],
    ["SELECT * FROM fixed WHERE day = '09'", [[0, 4, null]]],
    ['SELECT * FROM fixed', [[4, 4, 'unfiltered']]],
    ["SELECT * FROM fixed WHERE day = '02' OR id = 'x'", [[4, 4, 'unfiltered']]],
    ["SELECT * FROM moving_current WHERE day = '02'", [[4, 4, 'mutable']]],
    ["SELECT * FROM moving WHERE day = '02'", [[1, 4, null]]],
    [
      "SELECT * FROM fixed a JOIN fixed_current b ON a.id = b.id WHERE a.day = '02'",
      [
        [1, 4, null],
        [4, 4, 'unfiltered'],
      ],
    ],
  ])('%s', async (sql, expected) => {
    expect(readOf(await plan(sql))).toEqual(expected)
  })

  it('follow the parameters', async () => {
    const sql = 'SELECT * FROM fixed WHERE day IN ($a, $b)'
    expect(readOf(await plan(sql, {parameters: ['a=01', 'b=04']}))).toEqual([[2, 4, null]])
    await expectCode(plan(sql, {parameters: ['a=01']}), 'USAGE')
  })

  it('have the bytes of their files', async () => {
    const {estimate, scans} = await plan("SELECT * FROM fixed WHERE day = '02'")
    expect(scans[0]!.sizeBytes!.total).toBeGreaterThan(3 * estimate.sizeBytes!)
    expect(estimate.sizeBytes).toBe(scans[0]!.sizeBytes!.read)
    expect([scans[0]!.files, estimate.costUsdMicros]).toEqual([{read: 1, total: 4}, 0])
  })
})

describe('a table that Lake Formation governs', () => {
  it('is told to be read in part, perhaps', async () => {
    const whole = await plan("SELECT count(*) FROM fixed_current WHERE day = '02'")
    expect(warningLines(whole)).toEqual([])
    const cut = {...whole, scans: whole.scans.map((scan) => ({...scan, mayBeCut: true as const}))}
    expect(warningLines(cut)).toEqual(['Lake Formation may hide rows or columns of fixed: this may not be the whole.'])
  })
})

describe('a scan of unknown size', () => {
  const FILTERED = "SELECT count(*) FROM fixed_current WHERE day = '02'"
  /** The same engine, which tells a table of another database besides. */
  const besides = (more: Partial<AnalysedScan>, environment: object = {}) => {
    const scan = {table: 'other.events', view: null, isFiltered: false, partitions: null, newestPartition: null}
    const analyse = async (request: QueryRequest): Promise<QueryAnalysis> => {
      const analysis = await engine.analyse(request)
      return {...analysis, scans: [...analysis.scans, {...scan, files: null, sizeBytes: null, ...more}]}
    }
    const query: QueryEngine & QueryAnalyser = {
      name: engine.name,
      analyse,
      run: engine.run.bind(engine),
      close: engine.close.bind(engine),
    }
    return {...ports(environment), query}
  }

  it('is refused where filters are required, unless it is allowed', async () => {
    const request = {...REQUEST, sql: FILTERED}
    const {message, fix} = await expectCode(
      planQuery(request, besides({}, {backend: 'aws'})),
      'PARTITION_FILTER_MISSING',
    )
    expect(message).toContain('other.events')
    expect(fix).toBe('Pass --allow-full-scan to read it all the same.')
    const named = {newestPartition: [{name: 'day', type: 'string', value: null}]}
    const projected = await expectCode(planQuery(request, besides(named, {backend: 'aws'})), 'PARTITION_FILTER_MISSING')
    expect(projected.fix).toBe('Compare day with values in WHERE, or pass --allow-full-scan.')
    const filtered = await planQuery(request, besides({isFiltered: true}, {backend: 'aws'}))
    expect(filtered.scans.map(({whole}) => whole)).toEqual([null, null])
    const allowed = await planQuery({...request, allowFullScan: true}, besides({}, {backend: 'aws'}))
    expect(allowed.scans.map(({whole}) => whole)).toEqual([null, 'unknown'])
  })

  it('has no price, and no limit of it holds', async () => {
    const unsized = await planQuery({...REQUEST, sql: FILTERED}, besides({}))
    expect(unsized.estimate).toEqual({sizeBytes: null, costUsdMicros: null})
    expect(resultOf(unsized, null)).toMatchObject({maxBytesScanned: null, costUsd: null})
    expect(renderQueryPlan(unsized)).toContain('other.events: of unknown size')
    expect(renderQueryPlan(unsized)).toContain('none: the size of what is read is not known')
    expect(warningLines(unsized)).toEqual([
      'How much is read of other.events is not known beforehand, nor what it costs.',
    ])
    await expectCode(planQuery({...REQUEST, sql: FILTERED, maxCostUsd: '100'}, besides({})), 'COST_EXCEEDED')
  })
})

describe('a full scan', () => {
  const FULL = 'SELECT count(*) FROM fixed_current'

  it('is a warning here', async () => {
    expect(warningLines(await plan(FULL))[0]).toMatch(
      /^No condition says which partitions of fixed_current to read: all 4/,
    )
    expect(warningLines(await plan('SELECT count(*) FROM moving_current'))[0]).toMatch(/^Every query of moving_current/)
  })

  it('is refused on request and on AWS, unless it is allowed', async () => {
    await expectCode(plan(FULL, {requirePartition: true}), 'PARTITION_FILTER_MISSING')
    await expectCode(plan(FULL, {}, {backend: 'aws'}), 'PARTITION_FILTER_MISSING')
    const {fix} = await expectCode(plan(FULL, {requirePartition: true}), 'PARTITION_FILTER_MISSING')
    expect(fix).toBe("Add WHERE month = '01' AND day = '04', or pass --allow-full-scan.")
    expect(readOf(await plan(FULL, {allowFullScan: true}, {backend: 'aws'}))).toEqual([[4, 4, 'unfiltered']])
    expect(readOf(await plan(`${FULL} WHERE day = '01'`, {}, {backend: 'aws'}))).toEqual([[1, 4, null]])
  })
})

describe('a plan', () => {
  it('refuses what cannot run before anything runs', async () => {
    await expectCode(plan('SELECT nothing FROM fixed'), 'QUERY_INVALID')
    await expectCode(plan('SELECT id + day FROM fixed'), 'QUERY_INVALID')
  })

  it('tells a table that was never loaded from a wrong name', async () => {
    const later = {...definition, tables: [...definition.tables, table('later', true)]}
    const unloaded = (sql: string) => planQuery({...REQUEST, sql}, {...ports(), definition: later})
    for (const name of ['later', 'Later_current', 'later__runs']) {
      await expectCode(unloaded(`SELECT * FROM ${name}`), 'EXPORT_NOT_LOADED')
    }
    await expectCode(unloaded('SELECT * FROM latr'), 'QUERY_INVALID')
  })

  it('is shown', async () => {
    const text = renderQueryPlan(await plan("SELECT id::VARCHAR FROM fixed_current WHERE day = '01'"))
    expect(text).toContain('fixed through fixed_current: 1 of 4 partitions, 1 file, ')
    expect(text).toContain('Line 1, column 10: Athena has no :: cast. Portable: CAST(x AS type)')
    expect(text).toMatch(/Nothing has been run\.$/)
    const silent = await plan("SELECT id::VARCHAR FROM fixed WHERE day = '01'", {lint: false})
    expect(warningLines(silent)).toEqual([])
  })
})

describe('an answer', () => {
  const SQL = "SELECT id, email, day AS id FROM fixed_current WHERE day = '01'"

  it('hides restricted columns unless they are asked for', async () => {
    const shown = async (more: Partial<PlanRequest>) => collect((await runQuery(await plan(SQL, more), ports())).rows)
    expect(await shown({})).toEqual([['id-01', '[restricted]', '01']])
    expect(await shown({showRestricted: true})).toEqual([['id-01', 'x@y.z', '01']])
    await expectCode(plan(SQL, {showRestricted: true}, {protect: true}), 'USAGE')
    await expect(plan(SQL, {showRestricted: true, reason: 'case 7'}, {protect: true})).resolves.toBeDefined()
  })

  it('hides a restricted key where deletes repeat it', async () => {
    const columns = [column('id', {class: 'restricted'}), column('email')]
    const keyed = {
      ...ports(),
      definition: {...definition, tables: [{...table('fixed', true), columns}]} as LakeDefinition,
    }
    const sql = "SELECT id, email FROM fixed__deletes WHERE day = '01'"
    const shown = async (more: Partial<PlanRequest>) =>
      collect((await runQuery(await planQuery({...REQUEST, ...more, sql}, keyed), keyed)).rows)
    expect(await shown({})).toEqual([['[restricted]', 'x@y.z']])
    expect(await shown({showRestricted: true})).toEqual([['id-01', 'x@y.z']])
  })

  it('is refused where a view tells rows apart by a key that is hidden', async () => {
    const columns = [column('id', {class: 'restricted'}), column('email')]
    const keyed = {
      ...ports(),
      definition: {...definition, tables: [{...table('fixed', true), columns}]} as LakeDefinition,
    }
    const count = (more: Partial<PlanRequest>, from: string) =>
      planQuery({...REQUEST, ...more, sql: `SELECT count(*) FROM ${from} WHERE day = '01'`}, keyed)
    const {message} = await expectCode(count({}, 'fixed_current'), 'QUERY_INVALID')
    expect(message).toBe('fixed_current may tell rows apart by id, which is restricted.')
    await expect(count({showRestricted: true}, 'fixed_current')).resolves.toBeDefined()
    await expect(count({}, 'fixed')).resolves.toBeDefined()
  })

  it('reads no table of a load or a merge that runs, whatever is shown', async () => {
    const sql = "SELECT * FROM fixed__lines_r1 WHERE day = '01'"
    for (const showRestricted of [false, true]) {
      const error = await expectCode(plan(sql, {showRestricted}), 'QUERY_INVALID')
      expect(error.message).toBe('fixed__lines_r1 only stands while a load or a merge of fixed works.')
    }
    await expectCode(plan("SELECT * FROM fixed__lines_r1_current WHERE day = '01'"), 'QUERY_INVALID')
  })

  it('has its rows as objects, a second column of a name with a number, and says when there are more', async () => {
    const clock = {monotonicMs: () => 0, now: () => new Date(), sleep: () => Promise.resolve()}
    const {answer} = await answerQuery(await plan(SQL), {...ports(), ports: {clock}}, 10)
    expect(answer).toMatchObject({
      rows: [{id: 'id-01', email: '[restricted]', id_2: '01'}],
      rowCount: 1,
      truncated: false,
    })
    const all = await plan('SELECT id FROM fixed ORDER BY 1')
    const {answer: first} = await answerQuery(all, {...ports(), ports: {clock}}, 3)
    expect(first).toMatchObject({rowCount: 3, truncated: true})
  })
})
