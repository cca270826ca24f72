import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {
  readOperation,
  undoOperation,
  type AnyOperationKind,
  type OperationPorts,
} from '../../src/lib/operation/index.js'
import {exitOfDiff, exitOfSync, renderDiff, renderSync} from '../../src/lib/partitions/index.js'
import {syncKind} from '../../src/lib/partitions/sync-kind.js'
import {HIVE_NULL_PARTITION} from '../../src/lib/ports/catalog.js'
import {makeLake, openLake, type LakeFolder} from '../backfill/lake-folder.js'
import {collect, expectCode} from '../contract/ports/expectations.js'
import {CALLER, diff, differences, eventsDefinition, fill, registered, sync} from './partition-lake.js'

let lake: LakeFolder
let context: Context

async function open(path = ''): Promise<void> {
  lake = await makeLake(eventsDefinition(path))
  context = await openLake(lake)
}

beforeEach(() => open())
afterEach(async () => {
  await context.close()
  await lake.remove()
})

async function reopen(path: string): Promise<void> {
  await context.close()
  await lake.remove()
  await open(path)
}

const undo = (operation: string) =>
  undoOperation(operation, syncKind as AnyOperationKind, {caller: CALLER, signal: context.signal}, context.ports)

describe('partitions sync', () => {
  it('creates the table from the definition, registers what lies there, and finds nothing to do again', async () => {
    await fill(context, 'day=01/city=Paris/a', 'day=01/city=Paris/b', 'day=02/city=New York/a')
    expect(await diff(context)).toMatchObject({isInCatalog: false, counts: {unregistered: 2}, files: 3, folders: 2})
    const done = await sync(context)
    expect(done).toMatchObject({isTableCreated: true, counts: {created: 2, failed: 0}, failures: []})
    expect(await registered(context)).toEqual({
      '01|Paris': 'logs/day=01/city=Paris/',
      '02|New York': 'logs/day=02/city=New York/',
    })
    expect(await diff(context)).toMatchObject({isInCatalog: true, inStep: 2, differences: []})
    expect(await sync(context)).toBeNull()
    const sql = 'SELECT day, city, count(*) FROM logs GROUP BY 1, 2 ORDER BY 1'
    expect(await collect((await context.query.run({sql})).rows)).toEqual([
      ['01', 'Paris', 2n],
      ['02', 'New York', 1n],
    ])
  })

  it('leaves partitions without objects, until it is told to take them out; undo brings all back', async () => {
    await fill(context, 'day=01/city=a/x')
    await sync(context)
    const {catalog} = context.ports
    const gone = {values: ['02', 'b'], location: 'logs/day=02/city=b/', parameters: {own: 'kept'}}
    await catalog.createPartitions('logs', [gone])
    expect(await sync(context)).toBeNull()
    expect(await differences(context)).toEqual(['empty logs/day=02/city=b/'])
    const done = await sync(context, {dropMissing: true})
    expect(done?.counts).toMatchObject({dropped: 1, created: 0, failed: 0})
    expect(Object.keys(await registered(context))).toEqual(['01|a'])
    await undo(done!.operation!)
    expect(await catalog.getPartitions('logs', [['02', 'b']])).toMatchObject([gone])
  })

  it('keeps a partition whose data came between plan and run', async () => {
    await fill(context, 'day=01/city=a/x')
    await sync(context)
    const {store} = context.ports
    await context.ports.catalog.createPartitions('logs', [
      {values: ['02', 'b'], location: 'logs/day=02/city=b/', parameters: {}},
    ])
    const late = {...context.ports, ids: {next: () => fillLate(context.ports.ids.next())}}
    const written: Promise<unknown>[] = []
    const fillLate = (id: string): string => {
      written.push(store.write('logs/day=02/city=b/late', Buffer.from('{}\n')))
      return id
    }
    const done = await sync(context, {dropMissing: true, ports: late})
    await Promise.all(written)
    expect(done?.counts).toMatchObject({dropped: 0, kept: 1})
    expect(Object.keys(await registered(context))).toEqual(['01|a', '02|b'])
  })

  it('is taken back whole: partitions, and the table that it made', async () => {
    await fill(context, 'day=01/city=a/x', 'day=02/city=b/x')
    const done = await sync(context)
    await undo(done!.operation!)
    expect(await context.ports.catalog.getTable('logs')).toBeNull()
    expect(await diff(context)).toMatchObject({files: 2, counts: {unregistered: 2}})
    expect((await readOperation(context.ports.store, done!.operation!)).state).toBe('undone')
  })

  it('is not taken back where somebody has pointed a partition elsewhere since', async () => {
    await fill(context, 'day=01/city=a/x')
    const done = await sync(context)
    const {catalog} = context.ports
    const [standing] = await catalog.getPartitions('logs', [['01', 'a']])
    await catalog.updatePartition('logs', {...standing!, location: 'logs__compact/x/gen=1/'}, standing!.version)
    await expectCode(undo(done!.operation!), 'OPERATION_CONFLICT')
    expect(await registered(context)).toEqual({'01|a': 'logs__compact/x/gen=1/'})
  })

  it('goes on where single partitions are refused, and says which and why', async () => {
    await fill(context, 'day=01/city=a/x', 'day=01/city=bad/x', 'day=02/city=c/x')
    const done = await sync(context, {ports: refusing(context.ports, 'bad')})
    expect(done?.counts).toMatchObject({created: 2, failed: 1})
    expect(done?.partitions[0]).toMatchObject({values: ['01', 'bad'], state: 'failed'})
    expect(done?.failures).toMatchObject([
      {code: 'PARTITIONS_FAILED', message: expect.stringContaining('01/bad: not today')},
    ])
    const result = {lake: 'testlake', environment: 'local', asOf: '', dryRun: false, changed: true, tables: [done!]}
    expect(exitOfSync(result)).toBe(4)
    expect(renderSync(result)).toContain('01/bad: not today')
    const again = await sync(context)
    expect(again?.counts).toMatchObject({created: 1, failed: 0})
    expect(Object.keys(await registered(context))).toEqual(['01|a', '01|bad', '02|c'])
  })
})

/** The same ports with a catalog that refuses partitions with this value. */
function refusing(ports: OperationPorts, value: string): OperationPorts {
  const {catalog} = ports
  const create: typeof catalog.createPartitions = async (table, partitions) => {
    const others = partitions.filter(({values}) => !values.includes(value))
    const outcomes = await catalog.createPartitions(table, others)
    return partitions.map(({values}) =>
      values.includes(value)
        ? {values, state: 'failed' as const, reason: 'not today'}
        : outcomes[others.findIndex((one) => one.values === values)]!,
    )
  }
  const changed = new Proxy(catalog, {
    get: (target, name) =>
      name === 'createPartitions' ? create : (Reflect.get(target, name) as () => unknown).bind(target),
  })
  return {...ports, catalog: changed}
}

describe('values in paths', () => {
  const HOSTILE = [
    'a/b',
    'x=y',
    'ü 日本',
    '100%',
    '..',
    "it's",
    'a:b',
    'tab\there',
    HIVE_NULL_PARTITION,
    '"; DROP TABLE logs; --',
  ]

  it.each(['', '{day}/{city}/', 'd-{day}/{city}/'])('of the form "%s" come back as they were written', async (path) => {
    await reopen(path)
    const {partitionPath} = await import('../../src/lib/mapping/index.js')
    const form = {by: [{name: 'day'}, {name: 'city'}], path: path === '' ? null : path}
    await fill(context, ...HOSTILE.map((value) => `${partitionPath(form, ['01', value])}a`))
    await sync(context)
    expect(Object.keys(await registered(context)).sort()).toEqual(HOSTILE.map((value) => `01|${value}`).sort())
    expect(await diff(context)).toMatchObject({differences: [], inStep: HOSTILE.length, moved: 0})
  })

  it('in two encodings are one partition: one folder is registered, the other named', async () => {
    await fill(
      context,
      'day=01/city=New York/a',
      'day=01/city=New%20York/b',
      'day=02/city=/a',
      `day=02/city=${HIVE_NULL_PARTITION}/b`,
    )
    await sync(context)
    expect(await registered(context)).toEqual({
      '01|New York': 'logs/day=01/city=New York/',
      [`02|${HIVE_NULL_PARTITION}`]: `logs/day=02/city=${HIVE_NULL_PARTITION}/`,
    })
    expect(await differences(context)).toEqual(['twin logs/day=01/city=New%20York/', 'twin logs/day=02/city=/'])
  })
})

describe('partitions diff', () => {
  it('names what fits nowhere, what lies too deep, and what differs in case only', async () => {
    await fill(
      context,
      'top.json',
      'day=01/a',
      'Day=01/city=a/x',
      'day=01/city=a/x',
      'day=01/city=a/hour=3/x',
      'day=01/city=A/x',
      '_temporary/day=9/city=x/y',
      'day=01/city=a/_SUCCESS',
      'day=01/city=a/dir_$folder$',
    )
    await sync(context)
    expect(await differences(context)).toEqual([
      'misfit logs/',
      'misfit logs/Day=01/city=a/',
      'misfit logs/day=01/',
      'twin logs/day=01/city=a/',
      'nested logs/day=01/city=a/hour=3/',
    ])
    const found = await diff(context)
    expect(found).toMatchObject({registered: 2, inStep: 2, files: 6})
    const document = {lake: 'testlake', environment: 'local', asOf: '', tables: [found]}
    expect(exitOfDiff(document)).toBe(3)
    expect(renderDiff(document)).toContain('1 folder lies inside of a partition')
  })

  it('takes a compacted partition for what it is, and a partition that points wrong for a mismatch', async () => {
    await fill(context, 'day=01/city=a/old', 'day=02/city=b/x', 'day=03/city=c/x')
    await sync(context)
    const {catalog, store} = context.ports
    await store.write('logs__compact/d/gen=1/new', Buffer.from('{}\n'))
    await store.write('elsewhere/b/x', Buffer.from('{}\n'))
    for (const [values, location] of [
      [['01', 'a'], 'logs__compact/d/gen=1/'],
      [['02', 'b'], 'elsewhere/b/'],
      [['03', 'c'], 'logs/nowhere/'],
    ] as const) {
      const [standing] = await catalog.getPartitions('logs', [values])
      await catalog.updatePartition('logs', {...standing!, location}, standing!.version)
    }
    expect(await differences(context)).toEqual(['mismatch logs/day=02/city=b/', 'mismatch logs/day=03/city=c/'])
    expect(await diff(context)).toMatchObject({inStep: 2, compacted: 1, moved: 1, counts: {unregistered: 0}})
    expect(await sync(context)).toBeNull()
  })

  it('says what lies outside of the lake, and what shares a place', async () => {
    await fill(context, 'day=01/city=a/x')
    await sync(context)
    await context.ports.catalog.createPartitions('logs', [
      {values: ['02', 'b'], location: 's3://elsewhere/b/', parameters: {}},
      {values: ['03', 'c'], location: 'logs/day=01/city=a/', parameters: {}},
    ])
    expect(await differences(context)).toEqual(['shared logs/day=01/city=a/', 'outside s3://elsewhere/b/'])
    const found = await diff(context)
    expect(exitOfDiff({tables: [found]})).toBe(4)
  })

  it('of a table that nobody has written to finds nothing; sync makes its entry, once', async () => {
    expect(await differences(context)).toEqual([])
    expect(await sync(context)).toMatchObject({isTableCreated: true, counts: {created: 0}})
    expect(await sync(context)).toBeNull()
  })
})

describe('a table with partition projection', () => {
  it('has nothing registered; folders that no reader computes are named, with why', async () => {
    await reopen('{day}/{city}/')
    await fill(context, '05/paris/a', '5/paris/a', '40/paris/a', '06/rome/a')
    const {definedEntry} = await import('../../src/lib/partitions/table-entry.js')
    const parameters = {
      'projection.enabled': 'true',
      'projection.day.type': 'integer',
      'projection.day.range': '1,31',
      'projection.day.digits': '2',
      'projection.city.type': 'enum',
      'projection.city.values': 'paris,london',
      'storage.location.template': 's3://bucket/logs/${day}/${city}/',
    }
    const [table] = context.definition.tables
    await context.ports.catalog.putTable({...definedEntry(table!), parameters}, null)
    const found = await diff(context)
    expect(found.isProjected).toBe(true)
    expect(found.inStep).toBe(1)
    expect(found.differences.map(({kind, folder, text}) => [kind, folder, text])).toEqual([
      ['unseen', 'logs/06/rome/', 'city rome is none of projection.city.values'],
      ['unseen', 'logs/40/paris/', 'day 40 is outside of projection.day.range 1,31'],
      ['unseen', 'logs/5/paris/', 'day 5 is looked for as 05 (projection.day.digits)'],
    ])
    expect(await sync(context)).toBeNull()
    expect(await registered(context)).toEqual({})
  })
})

it('a table of 100,000 partitions is compared and listed', async () => {
  await sync(context)
  const {catalog} = context.ports
  const days = Array.from({length: 100_000}, (_, index) => String(index).padStart(6, '0'))
  await catalog.createPartitions(
    'logs',
    days.map((day) => ({values: [day, 'a'], location: `logs/day=${day}/city=a/`, parameters: {}})),
  )
  await fill(context, 'day=000007/city=a/x', 'day=x/city=a/x')
  const found = await diff(context)
  expect(found).toMatchObject({registered: 100_000, inStep: 1, counts: {empty: 99_999, unregistered: 1}})
  expect(found.differences).toHaveLength(1000)
  expect(found.notListed).toBe(99_000)
})
