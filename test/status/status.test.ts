import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {cp, mkdir, readdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {DuckDBInstance} from '@duckdb/node-api'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {systemHost} from '../../src/lib/local/system.js'
import {DEFAULT_GRACE_HOURS} from '../../src/lib/operation/index.js'
import {exitOfStatus, lakeStatus, renderStatus, type StatusResult} from '../../src/lib/status/index.js'
import {item, writeItems} from '../backfill/export-folder.js'
import {answerOf, filesBelow, makeLake, openLake, sluice, type LakeFolder} from '../backfill/lake-folder.js'
import {manifestCommands} from '../contract/cli/manifest.js'

const GONE = '01KAP3Z8V5N6Q4S2T7W9X1Y0AB'
const EARLIER = '2026-01-14T10:18:50.622Z'
const LATER = '2026-01-15T00:00:00.000Z'

let lake: LakeFolder

beforeEach(async () => {
  lake = await makeLake()
})

afterEach(() => lake.remove())

interface Loaded {
  readonly sources: readonly {readonly run: string}[]
  readonly operation: string
  readonly run: string
  readonly objects: number
}

/** Loads items `a` and `b`, or others, in two partitions. */
async function load(time = EARLIER, ...more: ReturnType<typeof item>[]): Promise<Loaded> {
  const items = [item('a'), item('b', {createdAt: '2025-05-05T05:05:05.000Z'}), ...more]
  const {uri} = await writeItems(lake, [items], {time})
  return (await answerOf<Loaded>(lake, 'backfill', 'run', '--export', uri)).document
}

async function status(): Promise<StatusResult & {exit: number | null}> {
  const {exit, document} = await answerOf<StatusResult>(lake, 'status')
  return {...document, exit}
}

/** `level about: text` of every finding. */
function told({findings}: StatusResult): string[] {
  return findings.map(({level, about, text}) => `${level} ${about}: ${text}`)
}

async function objectsOf(table = 'items'): Promise<string[]> {
  const entries = await readdir(join(lake.root, table), {recursive: true})
  return entries.filter((name) => name.endsWith('.parquet')).map((name) => join(lake.root, table, name))
}

describe('status of a healthy lake', () => {
  it('that was never loaded says so, and writes nothing', async () => {
    const {exit, health, tables, operations, findings} = await status()
    expect([exit, health, findings]).toEqual([0, 'pass', []])
    expect(tables).toMatchObject([{table: 'items', isLoaded: false, rows: null, newest: null, health: 'pass'}])
    expect(operations).toEqual({count: 0, last: [], waiting: [], running: []})
    expect(await filesBelow(lake.root)).toEqual({})
    expect((await sluice(lake, 'status')).stdout).toMatch(/nothing loaded yet[\s\S]*not loaded[\s\S]*none yet/)
  })

  it('tells rows, newest, floor, objects and partitions', async () => {
    const {sources, operation} = await load()
    const {exit, tables, operations, findings} = await status()
    expect([exit, findings]).toEqual([0, []])
    expect(tables).toMatchObject([
      {
        rows: 2,
        newest: '2026-01-14T10:18:50.000Z',
        floor: '2026-01-14T10:18:50.000Z',
        quarantined: 0,
        runs: {admitted: 1, superseded: 0, staged: 0},
        objects: {seen: {objects: 2}, left: {objects: 0}, orphaned: {objects: 0}},
        partitions: {registered: 2, empty: 0, unregisteredObjects: 0},
      },
    ])
    expect(operations).toMatchObject({count: 1, last: [{operation, state: 'done'}], waiting: [], running: []})
    expect(sources[0]!.run).toContain(operation)
  })

  it('counts the rows of a newer export only, as readers see them', async () => {
    await load()
    await load(LATER, item('c'))
    const {exit, tables} = await status()
    expect(exit).toBe(0)
    expect(tables).toMatchObject([{rows: 3, newest: LATER, floor: LATER, runs: {admitted: 2}}])
  })

  it('counts and dates rows that a stream wrote', async () => {
    await load()
    const [first = ''] = await objectsOf()
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    const newer = `'stream' AS _source, 1768500000000000 AS _version, 's' AS id`
    const target = join(first, '..', 'stream-1.parquet')
    await connection.run(
      `COPY (SELECT * REPLACE (${newer}) FROM read_parquet('${first}', hive_partitioning = false) LIMIT 1) TO '${target}'`,
    )
    connection.closeSync()
    instance.closeSync()
    const {exit, tables, findings} = await status()
    expect([exit, findings]).toEqual([0, []])
    expect(tables).toMatchObject([{rows: 3, newest: '2026-01-15T18:00:00.000Z', objects: {seen: {objects: 3}}}])
  })
})

describe('status of tables that are no change logs', () => {
  it('tells rows and objects of those that stand, and calls the others not loaded', async () => {
    await load()
    const context = await openLake(lake)
    const [items] = context.definition.tables
    const tables = ['items__runs', 'daily'].map((name) => ({...items!, name, kind: 'events' as const}))
    const ports = {...context.ports, signal: context.signal, leftOvers: context.leftOvers}
    const result = await lakeStatus({...context.definition, tables}, context.asOf, ports)
    await context.close()
    expect([result.health, result.findings]).toEqual(['pass', []])
    expect(result.tables).toMatchObject([
      {table: 'items__runs', kind: 'events', isLoaded: true, rows: 1, objects: {seen: {objects: 1}}, partitions: null},
      {table: 'daily', isLoaded: false, rows: null, objects: null, health: 'pass'},
    ])
  })
})

describe('status of events', () => {
  const DAYS = {
    name: 'days',
    kind: 'table',
    columns: [{name: 'id', type: 'string'}],
    partitionColumns: [{name: 'day', type: 'string'}],
    location: 'days/',
    format: 'json',
    pathTemplate: '{day}/',
    viewSql: null,
    parameters: {},
  } as const

  async function daysStatus(): Promise<StatusResult> {
    const context = await openLake(lake)
    const [items] = context.definition.tables
    const tables = [{...items!, name: 'days', kind: 'events' as const}]
    const {ports, signal, leftOvers} = context
    for (const key of [
      'days/01/a',
      'days/02/a',
      'days/02/_hidden',
      'days__compact/x/gen=1/b',
      'days/03/a',
      'days/03/b',
    ])
      await ports.store.write(key, Buffer.from('{"id":"x"}\n'))
    await ports.catalog.putTable(DAYS, null)
    await ports.catalog.createPartitions('days', [
      {values: ['01'], location: 'days/01/', parameters: {}},
      {values: ['02'], location: 'days__compact/x/gen=1/', parameters: {}},
      {values: ['04'], location: 'days/04/', parameters: {}},
    ])
    const result = await lakeStatus({...context.definition, tables}, context.asOf, {...ports, signal, leftOvers})
    await context.close()
    return result
  }

  it('counts compacted partitions where they lie, what they replaced apart, and folders that no query finds', async () => {
    const result = await daysStatus()
    expect(result.tables).toMatchObject([
      {
        rows: 2,
        objects: {seen: {objects: 4}, superseded: {objects: 1}},
        partitions: {registered: 3, empty: 1, unregisteredObjects: 2},
      },
    ])
    expect(told(result)).toEqual([
      'warn table days: 2 objects lie in folders that are no registered partition: no query finds them',
    ])
    expect(renderStatus(result)).toContain('  sluice partitions sync --table days')
  })
})

describe('status of a lake where something waits', () => {
  it('shows quarantined items', async () => {
    await load(EARLIER, item('c', {amount: '0.001'}))
    const result = await status()
    expect(result).toMatchObject({exit: 3, health: 'warn', tables: [{health: 'warn', rows: 2, quarantined: 1}]})
    expect(told(result)).toEqual(['warn table items: 1 quarantined item waits; KPIs leave them out'])
    const {stdout, exit} = await sluice(lake, 'status')
    expect(exit).toBe(3)
    expect(stdout).toContain('  sluice query "SELECT * FROM items__quarantine LIMIT 20"')
  })

  it('shows an operation that was begun and left', async () => {
    const {operation} = await load()
    const folder = join(lake.root, '_sluice/operations', operation)
    await rm(join(folder, 'journal'), {recursive: true})
    const [record = ''] = await readdir(join(lake.root, 'items__runs'))
    await rm(join(lake.root, 'items__runs', record))
    const result = await status()
    expect(result).toMatchObject({
      exit: 3,
      operations: {waiting: [{operation, state: 'unfinished'}]},
      tables: [{isLoaded: false, runs: {staged: 1}, objects: {seen: {objects: 0}, staged: {objects: 2}}}],
    })
    expect(result.findings.at(-1)?.next?.command).toBe(`sluice ops resume ${operation}`)
  })

  it('shows what ended operations left, which waits once the grace time is over', async () => {
    await load()
    const {operation} = await load(LATER)
    await answerOf(lake, 'ops', 'undo', operation, '--yes')
    const early = await status()
    const text = 'table items: 2 objects of operations that ended; readers do not see them'
    expect([early.exit, told(early)]).toEqual([0, [`note ${text}`]])
    expect(early.tables).toMatchObject([{rows: 2, newest: '2026-01-14T10:18:50.000Z', objects: {left: {objects: 2}}}])
    const context = await openLake(lake)
    const clock = {...context.ports.clock, now: () => new Date(Date.now() + 80 * 3_600_000)}
    const ports = {...context.ports, clock, signal: context.signal, leftOvers: context.leftOvers}
    const late = await lakeStatus(context.definition, context.asOf, ports)
    await context.close()
    expect([exitOfStatus(late), told(late)]).toEqual([3, [`warn ${text}`]])
    expect(late.findings[0]?.next?.command).toBe('sluice ops gc --dry-run')
  })

  it('shows objects of no known operation, and those in folders that are no partition', async () => {
    await load()
    const [first = ''] = await objectsOf()
    await cp(first, join(first, '..', `backfill-x-${GONE}.1-00000.parquet`))
    await mkdir(join(lake.root, 'items/year=1999/month=01'), {recursive: true})
    await writeFile(join(lake.root, 'items/year=1999/month=01/stream.parquet'), 'x')
    const result = await status()
    expect(result.exit).toBe(3)
    expect(result.tables).toMatchObject([
      {rows: 2, objects: {orphaned: {objects: 1}}, partitions: {unregisteredObjects: 1}},
    ])
    expect(told(result)).toEqual([
      'warn table items: 1 object of operations that the lake does not know; readers do not see them',
      'warn table items: 1 object in folders that are no registered partition: no query finds them',
    ])
  })

  it('shows objects of a load that are gone or have another size, and counts the rows that are left', async () => {
    const {sources} = await load()
    const {run} = sources[0]!
    const [first = '', second = ''] = await objectsOf()
    await rm(first)
    const gone = await status()
    expect(gone).toMatchObject({exit: 3, tables: [{rows: 1, partitions: {empty: 1}}]})
    expect(told(gone)).toEqual([`warn table items: 1 object of run ${run} where 2 were proven`])
    await writeFile(first, 'x')
    await rm(second)
    await writeFile(second, 'x')
    expect(told(await status())[0]).toBe(
      `warn table items: the objects of run ${run} have not the size that was proven`,
    )
  })

  it('shows entries that the catalog lost', async () => {
    await load()
    await rm(join(lake.root, '_sluice/catalog/tables/items_current.json'))
    const result = await status()
    expect([result.exit, told(result)]).toEqual([
      3,
      ['warn table items: the catalog has no items_current: queries do not find it'],
    ])
    expect(result.tables).toMatchObject([{rows: 2}])
  })
})

describe('status of a lake that is partly broken', () => {
  it('tells which run record cannot be read, and not what nobody knows then', async () => {
    await load()
    await load(LATER)
    const [record = ''] = await readdir(join(lake.root, 'items__runs'))
    await writeFile(join(lake.root, 'items__runs', record), '{"format":1,')
    const result = await status()
    expect(result).toMatchObject({
      exit: 4,
      health: 'unknown',
      tables: [{health: 'unknown', isLoaded: true, rows: null, newest: null, objects: {left: {objects: 0}}}],
      operations: {count: 2},
    })
    expect(told(result)).toHaveLength(1)
    expect(told(result)[0]).toContain(`unknown table items: run record items__runs/${record} cannot be read: `)
  })

  it('tells which journal cannot be read, and shows the rest', async () => {
    const {operation} = await load()
    await load(LATER)
    const journal = join(lake.root, '_sluice/operations', operation, 'journal')
    const [segment = ''] = await readdir(journal)
    await writeFile(join(journal, segment), 'no journal\n')
    const result = await status()
    expect(result).toMatchObject({exit: 4, tables: [{rows: 2, health: 'pass'}], operations: {count: 2}})
    expect(result.operations.last).toHaveLength(1)
    expect(told(result)).toEqual([
      expect.stringContaining(`unknown operations: operation ${operation} cannot be read: `),
    ])
    expect(result.findings[0]?.next?.command).toBe('sluice explain PLAN_INVALID')
  })

  it('tells that the catalog cannot be read, and shows rows and operations', async () => {
    await load()
    await writeFile(join(lake.root, '_sluice/catalog/tables/items.json'), '{')
    const result = await status()
    expect(result).toMatchObject({exit: 4, tables: [{rows: 2, objects: {seen: {objects: 2}}}], operations: {count: 1}})
    expect(told(result).every((text) => text.startsWith('unknown table items: '))).toBe(true)
  })

  it('tells that a lock cannot be read', async () => {
    await load()
    await mkdir(join(lake.root, '_sluice/locks'), {recursive: true})
    await writeFile(join(lake.root, '_sluice/locks/table-items.json'), '{')
    expect(await status()).toMatchObject({exit: 4, findings: [{level: 'unknown', about: 'locks'}]})
  })
})

describe('status of a lake at work', () => {
  async function lockFor(operation: string, pid: number, host = systemHost().identity.host): Promise<void> {
    const holder = {...systemHost().identity, host, pid, startedAt: 'then'}
    const document = {format: 1, operation, kind: 'backfill.load', holder, since: EARLIER, renewal: 3}
    await mkdir(join(lake.root, '_sluice/locks'), {recursive: true})
    await writeFile(join(lake.root, '_sluice/locks/table-items.json'), JSON.stringify(document))
  }

  it('shows who works on what, and calls nothing unfinished that runs', async () => {
    const {operation} = await load()
    await rm(join(lake.root, '_sluice/operations', operation, 'journal'), {recursive: true})
    await lockFor(operation, 1, 'another-host')
    const result = await status()
    expect(result).toMatchObject({
      exit: 0,
      operations: {waiting: [], running: [{lock: 'table:items', operation, fate: 'unknown'}]},
    })
    expect((await sluice(lake, 'status')).stdout).toContain('on another-host')
  })

  it('calls the lock of a dead process harmless', async () => {
    const {operation} = await load()
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    await lockFor(operation, child.pid!)
    const result = await status()
    expect([result.exit, result.operations.running, result.findings.map(({level}) => level)]).toEqual([0, [], ['note']])
  })

  it('shows what killed loads left in the spool', async () => {
    await load()
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    const spool = join(lake.root, `.sluice-store/spool/duckdb-${child.pid}-1`)
    await mkdir(spool, {recursive: true})
    await writeFile(join(spool, 'part'), Buffer.alloc(2048))
    const result = await status()
    expect(result.exit).toBe(0)
    expect(told(result)).toEqual(['note spool: 1 spool folder of a killed process, 2 KiB; the next load removes it'])
  })
})

it('fits a terminal', async () => {
  await load(EARLIER, item('c', {amount: '0.001'}))
  const context = await openLake(lake)
  const ports = {...context.ports, signal: context.signal, leftOvers: context.leftOvers}
  const result = await lakeStatus(context.definition, new Date(LATER), ports)
  await context.close()
  const text = renderStatus({...result, root: '/lake'}).replaceAll(/01[0-9A-Z]{24}/g, GONE)
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(text.replace(/[\d.]+ KiB/, '9 KiB').replace(/done, .*/, 'done')).toMatchInlineSnapshot(`
    "testlake   1 thing waits for you                                       env local
    /lake

    table   kind        rows   newest             size   files   state
    items   changelog      2   13 hours ago   9 KiB       2   warn, 1 quarantined

      loads         items: 1 run admitted, 0 staged
                    floor 2026-01-14 10:18:50Z (13 hours ago)
      operations    1 so far; nothing to resume
                    01KAP3Z8V5N6Q4S2T7W9X1Y0AB backfill.load done

    warn     table items: 1 quarantined item waits; KPIs leave them out.
      sluice query "SELECT * FROM items__quarantine LIMIT 20"    see them"
  `)
})

it('waits as long as gc does', () => {
  const gc = manifestCommands().find(({id}) => id === 'ops:gc')
  expect(gc?.flags['grace-hours']?.summary).toContain(`default: ${DEFAULT_GRACE_HOURS},`)
})
