import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {followObjects, generationsHolding, listGenerations} from '../../src/lib/generations/index.js'
import {readOperation, resumeOperation} from '../../src/lib/operation/index.js'
import {definitionHash} from '../../src/lib/lake/index.js'
import type {ExportFolder} from '../backfill/export-folder.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {answerOf, columnsWith, visibleFiles} from '../backfill/lake-folder.js'
import {APPLY, current, load, runOf, select, undo} from '../backfill/loads.js'
import {verify} from '../backfill/verified.js'
import {codeOfRefusal, Compactions, keysBelow, rowsOfFiles} from './compactions.js'
import {ItemStory} from './item-story.js'

const FIRST = [
  [1, 10],
  [2, 20],
  [3, 30],
  [4, 40],
] as const

let story: ItemStory
let compactions: Compactions
let exported: ExportFolder

beforeEach(async () => {
  story = await ItemStory.begin()
  exported = await story.write(FIRST)
})

afterEach(() => story.end())

/** A load and three batches of a stream: four files of each month. */
async function fill(): Promise<void> {
  await load(story.context, exported)
  story.tellFull(FIRST)
  await story.stream([
    [1, 11],
    [2, 21],
  ])
  await story.stream([
    [3, null],
    [5, 50],
    [4, 41],
  ])
  await story.stream([
    [6, 60],
    [1, 12],
  ])
  compactions = new Compactions(story.context)
}

async function numbers(): Promise<unknown[]> {
  return (await current(story.context)).map(({id, count}) => [id, count])
}

async function files(): Promise<string[]> {
  return (await keysBelow(story.context.ports.store, 'items/')).filter((key) => key.endsWith('.parquet'))
}

async function rawRows(keys?: readonly string[]): Promise<string[]> {
  return rowsOfFiles(story.context.ports.store, keys ?? (await files()))
}

/** Readers of every sort see what was written: current, a KPI, and a verification of the loads. */
async function expectTold(): Promise<void> {
  expect(await numbers()).toEqual(story.account)
  const counts = await select(story.context, 'SELECT COUNT(*) AS n FROM items_current')
  expect(counts).toEqual([{n: BigInt(story.account.length)}])
}

async function expectKpi(): Promise<void> {
  const {document} = await answerOf<{kpis: {current: unknown}[]}>(
    story.lake,
    ...['kpi', 'show', 'even', '--from', '2026-01-01', '--to', '2026-04-01'],
  )
  const even = story.account.filter(([, n]) => n % 2n === 0n).length
  expect(JSON.stringify(document)).toContain(`"numerator":"${even}"`)
  expect(JSON.stringify(document)).toContain(`"denominator":"${story.account.length}"`)
}

async function expectVerified(): Promise<void> {
  const {exit, document} = await verify(story.lake)
  const checks = [...document.runs.flatMap((run) => run.checks), ...document.checks]
  expect([exit, checks.filter(({state}) => state === 'fail')]).toEqual([0, []])
}

describe('a change log from its first compaction to gc', () => {
  it('shows every reader the same at every moment', async () => {
    await fill()
    const rows = await rawRows()
    const sources = await files()
    expect(sources).toHaveLength(8)
    const everybody = async (): Promise<void> => {
      await expectTold()
      await expectKpi()
      await expectVerified()
    }
    await everybody()

    const first = await compactions.runOne()
    expect(first).toMatchObject({merged: 2, failed: [], files: {before: 8, after: 2}, rows: rows.length, dropped: {}})
    await everybody()
    // Who reads the files themselves sees each row twice, until gc.
    expect(await rawRows()).toEqual([...rows, ...rows].sort())
    expect(await compactions.plan()).toEqual([])
    expect(await compactions.skipped()).toMatchObject({single_file: 2})

    expect(await compactions.rollback(first)).toBe(true)
    expect(await files()).toEqual(sources)
    await everybody()

    const second = await compactions.runOne()
    expect(await compactions.gc()).toMatchObject([{operation: first.operation}, {skipped: 'in_grace'}])
    expect(await rawRows()).toEqual([...rows, ...rows].sort())
    compactions.waitHours(1)
    const collected = await compactions.gc()
    expect(collected).toMatchObject([{objects: 0}, {operation: second.operation, objects: 8, kept: 0}])
    expect(await files()).toHaveLength(2)
    expect(await rawRows()).toEqual(rows)
    await everybody()

    const before = await visibleFiles(story.lake.root)
    expect(await codeOfRefusal(compactions.rollback(second))).toBe('OPERATION_NOT_UNDOABLE')
    expect(await visibleFiles(story.lake.root)).toEqual(before)
    expect(await compactions.plan()).toEqual([])
    expect(await compactions.gc()).toMatchObject([{objects: 0}, {objects: 0, kept: 0}])
    expect(await visibleFiles(story.lake.root)).toEqual(before)
  }, 120_000)

  it('is compacted again with what came since, and its loads stay verified', async () => {
    await fill()
    await compactions.runOne()
    compactions.waitHours(1)
    await compactions.gc()
    await story.stream([
      [1, 13],
      [2, 22],
    ])
    await story.stream([
      [7, 70],
      [8, 80],
    ])
    const rows = await rawRows()
    expect(await compactions.runOne()).toMatchObject({files: {before: 6, after: 2}, rows: rows.length})
    await expectTold()
    await expectVerified()
    compactions.waitHours(1)
    await compactions.gc()
    expect(await rawRows()).toEqual(rows)
    await expectTold()
    await expectVerified()
  }, 60_000)

  it('is compacted again before gc: outputs and newcomers, never what was merged already', async () => {
    await fill()
    const sources = await files()
    const first = await compactions.runOne()
    await story.stream([
      [1, 13],
      [2, 22],
    ])
    const [plan] = await compactions.plan()
    const planned = plan!.units.flatMap(({work}) => work.sources.map(({key}) => key))
    expect(planned.filter((key) => sources.includes(key))).toEqual([])
    const second = await compactions.runOne([plan!])
    await expectTold()
    // The first one's outputs hold rows of the second one's by now.
    const before = await visibleFiles(story.lake.root)
    expect(await codeOfRefusal(compactions.rollback(first))).toBe('OPERATION_NOT_UNDOABLE')
    expect(await visibleFiles(story.lake.root)).toEqual(before)
    await expectTold()

    expect(await compactions.rollback(second)).toBe(true)
    await expectTold()
    expect(await compactions.rollback(first)).toBe(true)
    await expectTold()
    const rows = await rawRows()
    const third = await compactions.runOne()
    expect(third.files).toEqual({before: 10, after: 2})
    compactions.waitHours(1)
    await compactions.gc()
    expect(await rawRows()).toEqual(rows)
    expect(await files()).toHaveLength(2)
    await expectTold()
  }, 60_000)

  it('two compactions that wait are collected in whatever order, and each row stands once in the end', async () => {
    await fill()
    const first = await compactions.runOne()
    await story.stream([
      [1, 13],
      [2, 22],
    ])
    const second = await compactions.runOne()
    const rows = new Set(await rawRows())
    compactions.waitHours(1)
    for (const operation of [second, first]) {
      const own = await compactions.gcOf(operation)
      expect(own).toMatchObject([{kept: 0}])
      await expectTold()
    }
    expect(await rawRows()).toEqual([...rows].sort())
    expect(await keysBelow(story.context.ports.store, '_sluice/generations/items/doubled/')).toEqual([])
  }, 60_000)
})

describe('rows that no reader counts', () => {
  it('of a load that was taken back are left out, and counted apart', async () => {
    const mistaken = await story.write([[9, 90], ...FIRST], {time: '2026-01-15T00:00:00.000Z'})
    await load(story.context, exported)
    const wrong = await load(story.context, mistaken)
    story.tellFull(FIRST)
    await undo(story.context, wrong)
    await story.stream([[1, 11]])
    compactions = new Compactions(story.context)
    const result = await compactions.runOne()
    expect(result.dropped).toEqual({[runOf(wrong)]: 5})
    await expectTold()
    await expectVerified()
    compactions.waitHours(1)
    await compactions.gc()
    const standing = await rawRows()
    expect(standing).toHaveLength(5)
    expect(standing.filter((row) => row.includes(runOf(wrong)))).toEqual([])
    await expectTold()
  }, 60_000)

  it('of a load that is taken back after it was compacted vanish, and the next compaction leaves them out', async () => {
    await load(story.context, exported)
    story.tellFull(FIRST)
    const late = await load(story.context, await story.write([[9, 90], ...FIRST], {time: '2026-01-15T00:00:00.000Z'}))
    compactions = new Compactions(story.context)
    await compactions.runOne()
    compactions.waitHours(1)
    await compactions.gc()
    expect(await undo(story.context, late)).toBe(true)
    await expectTold()
    const again = await compactions.runOne()
    expect(again.dropped).toEqual({[runOf(late)]: 5})
    await expectTold()
    compactions.waitHours(1)
    await compactions.gc()
    expect(await rawRows()).toHaveLength(4)
    await expectTold()
    expect(await compactions.plan()).toEqual([])
  }, 60_000)

  describe('because a load under another mapping replaced theirs', () => {
    let oldRun: string
    let replacing: Awaited<ReturnType<typeof load>>

    beforeEach(async () => {
      oldRun = runOf(await load(story.context, exported))
      await story.redefine(columnsWith('note', '{name: note, type: string, from: nothing}'))
      replacing = await load(story.context, exported)
      story.tellFull(FIRST)
      await story.stream([
        [1, 11],
        [2, 21],
      ])
      compactions = new Compactions(story.context)
    })

    it('stay while the replacing load may be taken back, and come back with it', async () => {
      const result = await compactions.runOne()
      expect(result).toMatchObject({dropped: {}, files: {before: 4}})
      compactions.waitHours(1)
      await compactions.gc()
      await expectTold()
      expect(await undo(story.context, replacing)).toBe(true)
      await expectTold()
      expect(await current(story.context)).toContainEqual(expect.objectContaining({id: 'k3', note: '3 is 30'}))
    }, 60_000)

    it('are left out later; until gc the replacing load may still be taken back', async () => {
      compactions.waitHours(73)
      const result = await compactions.runOne()
      expect(result.dropped).toEqual({[oldRun]: 4})
      await expectTold()
      expect(await undo(story.context, replacing)).toBe(true)
      expect(await current(story.context)).toContainEqual(expect.objectContaining({id: 'k3', note: '3 is 30'}))
      compactions.waitHours(1)
      // Their rows stand in the sources alone: those stay.
      expect(await compactions.gc()).toMatchObject([{objects: 0, kept: 2}])
      expect(await current(story.context)).toContainEqual(expect.objectContaining({id: 'k3', note: '3 is 30'}))
      await expectTold()
      expect(await compactions.rollback(result)).toBe(true)
      await expectTold()
    }, 60_000)

    it('are gone after gc: the replacing load is not taken back any more, and all stays as it was', async () => {
      compactions.waitHours(73)
      await compactions.runOne()
      compactions.waitHours(1)
      await compactions.gc()
      await expectTold()
      expect((await rawRows()).filter((row) => row.includes(oldRun))).toEqual([])
      const before = await visibleFiles(story.lake.root)
      expect(await codeOfRefusal(undo(story.context, replacing))).toBe('OPERATION_NOT_UNDOABLE')
      expect(await visibleFiles(story.lake.root)).toEqual(before)
      await expectTold()
    }, 60_000)
  })
})

describe('a load that has not ended', () => {
  it('is left out of a compaction, goes on after it, and is merged by the next one', async () => {
    await story.stream([
      [1, 11],
      [2, 21],
    ])
    await story.stream([
      [1, 12],
      [2, 22],
    ])
    const {store} = story.context.ports
    const stopped = new Error('stopped before it was admitted')
    const failing = {
      ...story.context,
      ports: {...story.context.ports, store: refusingWrites(store, /^items__runs\//, stopped)},
    }
    await expect(load(failing, exported)).rejects.toBe(stopped)
    compactions = new Compactions(story.context)
    const loaded = (await files()).filter((key) => !key.includes('/stream-'))
    expect(loaded).toHaveLength(2)
    const result = await compactions.runOne()
    expect(result.files).toEqual({before: 4, after: 2})
    await expectTold()
    compactions.waitHours(1)
    await compactions.gc()
    expect((await files()).filter((key) => loaded.includes(key))).toEqual(loaded)

    const [operation] = await operationsOf('backfill.load')
    const hash = definitionHash(story.context.definition, ['items'])
    await resumeOperation(operation!, hash, await story.context.kind('backfill.load'), APPLY, story.context.ports)
    for (const [id, n] of FIRST) if (!story.numbers.has(`k${id}`)) story.numbers.set(`k${id}`, BigInt(n))
    await expectTold()
    expect((await compactions.runOne()).files).toEqual({before: 4, after: 2})
    await expectTold()
    compactions.waitHours(1)
    await compactions.gc()
    await expectTold()
    await expectVerified()
  }, 60_000)
})

describe('somebody else', () => {
  it('changed a source after the plan: its partition stays as it was, the others are merged', async () => {
    await fill()
    const plans = await compactions.plan()
    const [january, february] = plans[0]!.units
    const {store} = story.context.ports
    const changed = january!.work.sources[0]!.key
    const bytes = await bytesOf(changed)
    await store.write(changed, Buffer.concat([bytes, Buffer.from('x')]))
    const result = await compactions.runOne(plans)
    expect(result).toMatchObject({merged: 1, failed: [{partition: january!.key, code: 'MERGE_SOURCE_CHANGED'}]})
    expect(result.files.before).toBe(february!.work.sources.length)
    await store.write(changed, bytes)
    await expectTold()
    expect(await keysBelow(store, '_sluice/staging/')).toEqual([])
  }, 60_000)

  it('deleted a source after the plan', async () => {
    await fill()
    const plans = await compactions.plan()
    const gone = plans[0]!.units[1]!.work.sources[0]!.key
    const bytes = await bytesOf(gone)
    await story.context.ports.store.delete(gone)
    const result = await compactions.runOne(plans)
    expect(result).toMatchObject({merged: 1, failed: [{code: 'MERGE_SOURCE_CHANGED'}]})
    await story.context.ports.store.write(gone, bytes)
    await expectTold()
    expect((await compactions.runOne()).failed).toEqual([])
    await expectTold()
  }, 60_000)

  it.each(['parquet.proveMerged', 'journal'])(
    'deleted a source after the merge, before it is published (%s)',
    async (when) => {
      await fill()
      const plans = await compactions.plan()
      const gone = plans[0]!.units[0]!.work.sources[0]!.key
      const {parquet, store} = story.context.ports
      let isGone = false
      const take = async (): Promise<void> => {
        if (!isGone) await store.delete(gone)
        isGone = true
      }
      const proveMerged: typeof parquet.proveMerged = async (request) => {
        if (when === 'parquet.proveMerged') await take()
        const scanned = await parquet.proveMerged(request)
        await take()
        return scanned
      }
      const engine = replaced(parquet, {proveMerged})
      const others = new Compactions(story.context, {parquet: engine})
      const result = await others.runOne(plans)
      expect(result).toMatchObject({merged: 1, failed: [{code: 'MERGE_SOURCE_CHANGED'}]})
      // What somebody deleted does not come back in an output.
      expect((await files()).filter((key) => key.includes('compact-'))).toHaveLength(1)
      expect(await keysBelow(store, '_sluice/generations/')).toHaveLength(1)
    },
    60_000,
  )

  it('ran an older plan of the same files: nothing is merged twice', async () => {
    await fill()
    const [older] = await compactions.plan()
    await compactions.runOne()
    const before = await files()
    const result = await compactions.runOne([older!])
    expect(result.failed.map(({code}) => code)).toEqual(['MERGE_SOURCE_CHANGED', 'MERGE_SOURCE_CHANGED'])
    expect(await files()).toEqual(before)
    expect(await keysBelow(story.context.ports.store, '_sluice/generations/')).toHaveLength(2)
    compactions.waitHours(1)
    await compactions.gc()
    expect(await files()).toHaveLength(2)
    expect(await keysBelow(story.context.ports.store, '_sluice/staging/')).toEqual([])
    await expectTold()
  }, 60_000)

  it('deleted an output before gc: the sources of its partition stay', async () => {
    await fill()
    const result = await compactions.runOne()
    const output = (await files()).find((key) => key.includes('compact-') && key.includes('month=01'))!
    await story.context.ports.store.delete(output)
    compactions.waitHours(1)
    expect(await compactions.gc()).toMatchObject([{operation: result.operation, objects: 4, kept: 1}])
    await expectTold()
    expect(await compactions.rollback(result).catch(() => 'refused')).toBe('refused')
    await expectTold()
  }, 60_000)

  it('deleted the note of what was merged: gc deletes neither outputs nor sources', async () => {
    await fill()
    await compactions.runOne()
    const {store} = story.context.ports
    for (const key of await keysBelow(store, '_sluice/generations/')) await store.delete(key)
    const before = await files()
    compactions.waitHours(1)
    await compactions.gc()
    expect(await files()).toEqual(before)
    await expectTold()
  }, 60_000)
})

describe('where rows are by now', () => {
  it('is told of any object, however often it was merged', async () => {
    await fill()
    const {store} = story.context.ports
    const [oldest, ...rest] = await headsOf((await files()).filter((key) => key.includes('month=01')))
    await compactions.runOne()
    const [middle] = await headsOf(
      (await files()).filter((key) => key.includes('compact-') && key.includes('month=01')),
    )
    await story.stream([
      [2, 22],
      [1, 13],
    ])
    const [newest] = await headsOf(
      (await files()).filter(
        (key) =>
          !key.includes('compact-') && ![oldest!, ...rest].some((one) => one.key === key) && key.includes('month=01'),
      ),
    )
    await compactions.runOne()
    const generations = await listGenerations(store, 'items')
    const holding = generationsHolding(oldest!, generations)
    expect(holding.map(({generation}) => generation.partition)).toEqual([
      ['2026', '01'],
      ['2026', '01'],
    ])
    expect(generationsHolding(newest!, generations)).toHaveLength(1)
    expect(generationsHolding({...oldest!, etag: 'another'}, generations)).toEqual([])
    const untouched = {key: 'items/year=2026/month=01/x.parquet', etag: 'e'}
    const followed = followObjects([oldest!, middle!, ...rest, newest!, untouched], generations)
    expect(followed.asTheyWere).toEqual([untouched])
    expect(followed.outputs).toHaveLength(1)
    expect(await rowsOfFiles(store, [followed.outputs[0]!.key])).toEqual(
      await rowsOfFiles(
        store,
        [oldest!, ...rest, newest!].map(({key}) => key),
      ),
    )
  }, 60_000)
})

async function headsOf(keys: readonly string[]) {
  return Promise.all(keys.map(async (key) => (await story.context.ports.store.head(key))!))
}

async function bytesOf(key: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of story.context.ports.store.read(key)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function operationsOf(kind: string): Promise<string[]> {
  const {store} = story.context.ports
  const ids = new Set((await keysBelow(store, '_sluice/operations/')).map((key) => key.split('/')[2]!))
  const found: string[] = []
  for (const id of ids) if ((await readOperation(store, id)).header.kind === kind) found.push(id)
  return found
}

/** The store of a process that cannot write some keys. */
function refusingWrites(store: ObjectStore, keys: RegExp, error: Error): ObjectStore {
  const write: ObjectStore['write'] = (key, body, options) =>
    keys.test(key) ? Promise.reject(error) : store.write(key, body, options)
  return replaced(store, {write})
}

/** An object whose methods are those of another, but for some. */
function replaced<Port extends object>(port: Port, own: Partial<Port>): Port {
  const get = (target: Port, name: string | symbol): unknown => {
    const value: unknown = name in own ? own[name as keyof Port] : target[name as keyof Port]
    return typeof value === 'function' ? (value.bind(target) as unknown) : value
  }
  return new Proxy(port, {get})
}
