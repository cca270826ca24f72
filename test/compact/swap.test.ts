import {afterAll, afterEach, beforeEach, describe, expect, it} from 'vitest'
import {compactRequest, planDocument} from '../../src/lib/compact/index.js'
import {hasCode} from '../../src/lib/errors.js'
import {listGenerations} from '../../src/lib/generations/index.js'
import {findTable} from '../../src/lib/lake/index.js'
import type {CompactWork} from '../../src/lib/compact/work.js'
import {CompactProcess, withEvents} from '../fault/compact-process.js'
import {eventsFile, makeStory, readersOf} from '../fault/compact-story.js'
import type {FaultLake} from '../fault/fault-lake.js'
import {chosenPoints, MEETS_ALL} from '../fault/fault-points.js'
import {rowsOfFiles} from './compactions.js'

const FIRST = 'events/day=2026-01-30/'
const SECOND = 'events/day=2026-01-31/'
const ALWAYS = 12

const story = await makeStory('swap')
const {bench} = story
let lake: FaultLake
/** Every row that was ever written, read from the files as they were written. */
let written: string[]
let files = 100

beforeEach(async () => {
  lake = await bench.lake(story.base)
  written = [...story.rows]
})

afterEach(() => lake.remove())
afterAll(() => bench.close())

/** Somebody's writer: one more file. */
async function add(location: string): Promise<string> {
  files += 1
  const key = `${location}${files}.parquet`
  await lake.store.write(key, await eventsFile(lake, `late ${files}`, files))
  written = [...written, ...(await rowsOfFiles(lake.store, [key]))].sort()
  return key
}

function processOf(
  onPoint?: (point: string) => Promise<void> | void,
  method: CompactWork['method'] = 'swap',
): CompactProcess {
  return CompactProcess.start(lake, method, undefined, onPoint === undefined ? {} : {onPoint})
}

/** Acts once, at the first point whose name fits. */
function once(name: RegExp, act: () => Promise<unknown>): (point: string) => Promise<void> {
  let isDone = false
  return async (point) => {
    if (isDone || !name.test(point)) return
    isDone = true
    await act()
  }
}

const readers = (): Promise<string[]> => readersOf(lake, 'swap')

async function locations(): Promise<Record<string, string>> {
  const found: [string, string][] = []
  for await (const {values, location} of lake.catalog.listPartitions('events')) found.push([values[0]!, location])
  return Object.fromEntries(found.sort())
}

async function codeOf(act: Promise<unknown>): Promise<string | null> {
  return act.then(
    () => null,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )
}

async function skipped(isInPlace = false): Promise<string[]> {
  const definition = withEvents(bench.definition)
  const policy = {minimumFiles: 2, minimumAgeMs: 0, isInPlace}
  const request = compactRequest({partition: [], from: null, to: null, policy}, new Date())
  const {tables} = await planDocument(request, [findTable(definition, 'events')], definition, processOf().ports)
  const {partitions, obstacle} = tables[0]!
  return obstacle === null ? partitions.map((one) => `${one.partition} ${one.skipped}`).sort() : [obstacle.reason]
}

describe('a swap', () => {
  it('points the catalog to the merged files, keeps what else it says, and drops what it counted', async () => {
    const [before] = await lake.catalog.getPartitions('events', [['2026-01-30']])
    await lake.catalog.updatePartition(
      'events',
      {...before!, parameters: {numRows: '9', totalSize: '1', owner: 'us'}},
      before!.version,
    )
    expect(await processOf().compact()).toEqual([])
    const [after] = await lake.catalog.getPartitions('events', [['2026-01-30']])
    expect(after!.parameters).toEqual({owner: 'us'})
    expect(after!.location).toMatch(/^events__compact\/[0-9a-f]{16}\/gen=/)
    expect(await readers()).toEqual(written)
    expect(await skipped()).toEqual(['day=2026-01-30 single_file', 'day=2026-01-31 single_file'])
  })

  it('leaves the sources where they are until gc, and rollback shows them again', async () => {
    await processOf().compact()
    const swapped = await locations()
    expect(await lake.keys('events/')).toHaveLength(6)
    await processOf().rollback()
    expect(await locations()).toEqual({'2026-01-30': FIRST, '2026-01-31': SECOND})
    expect(await readers()).toEqual(written)
    await processOf().compact()
    expect(await processOf().collect()).toBe(0)
    expect(await lake.keys('events/')).toEqual([])
    expect(Object.values(swapped)).not.toContain(Object.values(await locations())[0])
    expect(await readers()).toEqual(written)
    const keys = await lake.keys('')
    expect(await codeOf(processOf().rollback())).toBe('OPERATION_NOT_UNDOABLE')
    expect(await lake.keys('')).toEqual(keys)
    expect(await readers()).toEqual(written)
  })
})

describe('a file that comes late', () => {
  it('between plan and merge is merged with the others', async () => {
    const late = once(/^store\.write .*plan\.ndjson/, () => add(FIRST))
    expect(await processOf(late).compact()).toEqual([])
    expect(await readers()).toEqual(written)
  })

  it('between merge and swap leaves the partition as it was; run again, it is swapped', async () => {
    const late = once(/^parquet\.proveMerged/, () => add(FIRST))
    expect(await processOf(late).compact()).toEqual(['PARTITION_BUSY'])
    expect((await locations())['2026-01-30']).toBe(FIRST)
    expect(await readers()).toEqual(written)
    expect(await processOf().compact()).toEqual([])
    expect(await readers()).toEqual(written)
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
    expect(await lake.keys('events/')).toEqual([])
  })

  it('between the last look and the swap is brought in at once', async () => {
    const late = once(/^catalog\.updatePartition/, () => add(FIRST))
    expect(await processOf(late).compact()).toEqual([])
    expect(await readers()).toEqual(written)
  })

  it('after the swap is brought in by gc, before anything is deleted', async () => {
    await processOf().compact()
    await add(FIRST)
    await add(`${FIRST}deeper/`)
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
    expect(await lake.keys('events/')).toEqual([])
  })

  it('after the swap is seen by a rollback', async () => {
    await processOf().compact()
    await add(FIRST)
    await processOf().rollback()
    expect(await readers()).toEqual(written)
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
    expect(await lake.keys('events__compact/')).toEqual([])
  })

  it('keeps coming: the partition stays as it was', async () => {
    const late = async (point: string): Promise<void> => {
      if (point.startsWith('parquet.merge ')) await add(FIRST)
    }
    expect(await processOf(late).compact()).toContain('PARTITION_BUSY')
    expect((await locations())['2026-01-30']).toBe(FIRST)
    expect(await readers()).toEqual(written)
  })

  it('at any call of the run, is never lost and never twice', async () => {
    const whole = await bench.lake(story.base)
    const undisturbed = CompactProcess.start(whole, 'swap')
    await undisturbed.compact()
    await whole.remove()
    const points = MEETS_ALL ? undisturbed.points : chosenPoints(undisturbed.points, ALWAYS)
    for (const met of points) {
      await lake.remove()
      lake = await bench.lake(story.base)
      written = [...story.rows]
      const late = once(/./, () => add(FIRST))
      const failed = await processOf((point) => (point === met ? late(point) : undefined)).compact()
      for (const code of failed) expect([met, code]).toEqual([met, 'PARTITION_BUSY'])
      expect([met, await processOf().collect()]).toEqual([met, 0])
      expect([met, await readers()]).toEqual([met, written])
      expect([met, await processOf().compact()]).toEqual([met, []])
      expect([met, await readers()]).toEqual([met, written])
    }
  }, 120_000)
})

describe('files that others write into a generation', () => {
  it('are kept by a rollback, and so are those that come after it', async () => {
    await processOf().compact()
    const generation = (await locations())['2026-01-30']!
    await add(generation)
    await processOf().rollback()
    expect(await readers()).toEqual(written)
    // Asked the catalog before the rollback.
    await add(generation)
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
    expect(await lake.keys('events__compact/')).toEqual([])
    expect(await processOf().compact()).toEqual([])
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
  })

  it('are merged by the next compaction; both are taken back one by one', async () => {
    await processOf().compact()
    const first = await locations()
    await add(first['2026-01-30']!)
    const between = processOf()
    const [operation] = await between.compactions()
    expect(await between.compact()).toEqual([])
    expect(await readers()).toEqual(written)
    expect(await codeOf(processOf().rollbackOf(operation!))).toBe('PARTITION_MOVED')
    expect(await readers()).toEqual(written)
    await processOf().rollback()
    expect((await locations())['2026-01-30']).toEqual(first['2026-01-30'])
    await processOf().rollbackOf(operation!)
    expect(await locations()).toEqual({'2026-01-30': FIRST, '2026-01-31': SECOND})
    expect(await readers()).toEqual(written)
  })

  it('are merged by the next compaction; gc collects both, and brings in what came to the oldest place', async () => {
    await processOf().compact()
    await add((await locations())['2026-01-30']!)
    await processOf().compact()
    await add(FIRST)
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
    expect(await processOf().collect()).toBe(0)
    expect(await lake.keys('events/')).toEqual([])
    expect(await listGenerations(lake.store, 'events', ['swapped'])).toEqual([])
    const shown = Object.values(await locations())
    const outside = (await lake.keys('events__compact/')).filter((key) => !shown.some((place) => key.startsWith(place)))
    expect(outside).toEqual([])
    expect(await readers()).toEqual(written)
  })
})

describe('a partition that somebody', () => {
  const moments = [/^parquet\.proveMerged/, /^catalog\.updatePartition/]

  it.each(moments)('dropped before the swap stays dropped (%s)', async (moment) => {
    const drop = once(moment, () => lake.catalog.deletePartitions('events', [['2026-01-30']]))
    expect(await processOf(drop).compact()).toEqual(['PARTITION_MOVED'])
    expect(Object.keys(await locations())).toEqual(['2026-01-31'])
    await expectNoTrace()
  })

  it.each(moments)('re-pointed before the swap stays there (%s)', async (moment) => {
    const point = once(moment, async () => {
      const [standing] = await lake.catalog.getPartitions('events', [['2026-01-30']])
      await lake.catalog.updatePartition('events', {...standing!, location: 'elsewhere/'}, standing!.version)
    })
    expect(await processOf(point).compact()).toEqual(['PARTITION_MOVED'])
    expect((await locations())['2026-01-30']).toBe('elsewhere/')
    await expectNoTrace()
  })

  /** The sources stand, nothing says that they were merged, gc removes the outputs, and the rest can be taken back. */
  async function expectNoTrace(): Promise<void> {
    expect(await lake.keys(FIRST)).toHaveLength(3)
    expect(await listGenerations(lake.store, 'events')).toHaveLength(1)
    await processOf().rollback()
    expect((await locations())['2026-01-31']).toBe(SECOND)
    expect(await processOf().collect()).toBe(0)
    expect(await lake.keys('events__compact/')).toEqual([])
    expect(await lake.keys('events/')).toHaveLength(6)
  }

  it('re-pointed after the swap refuses a rollback, before it has changed anything', async () => {
    await processOf().compact()
    const [standing] = await lake.catalog.getPartitions('events', [['2026-01-30']])
    await lake.catalog.updatePartition('events', {...standing!, location: 'elsewhere/'}, standing!.version)
    const before = [await locations(), await lake.keys('')]
    expect(await codeOf(processOf().rollback())).toBe('PARTITION_MOVED')
    expect([await locations(), await lake.keys('')]).toEqual(before)
  })

  it('re-pointed after the swap is not touched by rollback or gc', async () => {
    await processOf().compact()
    const [standing] = await lake.catalog.getPartitions('events', [['2026-01-30']])
    await lake.catalog.updatePartition('events', {...standing!, location: 'elsewhere/'}, standing!.version)
    const keys = await lake.keys('')
    expect(await processOf().collect()).toBe(1)
    expect((await lake.keys('')).filter((key) => key.startsWith(FIRST))).toHaveLength(3)
    expect(keys.filter((key) => key.startsWith('events__compact/'))).toEqual(await lake.keys('events__compact/'))
    expect(await codeOf(processOf().rollback())).not.toBeNull()
    expect((await locations())['2026-01-30']).toBe('elsewhere/')
  })
})

describe('what is not swapped', () => {
  it('partitions that share a place, or lie in one another', async () => {
    await lake.catalog.createPartitions('events', [
      {values: ['twin'], location: FIRST, parameters: {}},
      {values: ['inner'], location: `${SECOND}inner/`, parameters: {}},
    ])
    await add(`${SECOND}inner/`)
    const found = await skipped()
    expect(found.filter((one) => one.endsWith(' shared_location'))).toEqual(found)
  })

  it('a partition with a folder inside, wherever it stands in the listing', async () => {
    await add(`${FIRST}0/`)
    await add(`${SECOND}z/`)
    expect(await skipped()).toEqual(['day=2026-01-30 nested_folders', 'day=2026-01-31 nested_folders'])
  })

  it('what no reader sees, in folders as by name: it is no reason to leave a partition, and stays where it is', async () => {
    const hidden = [`${FIRST}_temporary/0/part.parquet`, `${FIRST}.part.crc`, `${FIRST}_SUCCESS`]
    for (const key of hidden) await lake.store.write(key, Buffer.from('not for readers'))
    expect(await skipped()).toEqual(['day=2026-01-30 null', 'day=2026-01-31 null'])
    expect(await processOf().compact()).toEqual([])
    expect(await processOf().collect()).toBe(0)
    expect(await readers()).toEqual(written)
    expect(await lake.keys('events/')).toEqual(hidden.toSorted())
  })

  it('files that another table reads too', async () => {
    const {version: _, ...events} = (await lake.catalog.getTable('events'))!
    await lake.catalog.putTable({...events, name: 'alias', partitionColumns: [], location: FIRST}, null)
    expect(await skipped()).toEqual(['day=2026-01-30 shared_location', 'day=2026-01-31 null'])
  })

  it('a partition with a file of zero bytes', async () => {
    await lake.store.write(`${FIRST}empty.parquet`, Buffer.alloc(0))
    expect(await skipped()).toEqual(['day=2026-01-30 empty_file', 'day=2026-01-31 null'])
  })

  it('a table whose partitions are computed, unless in place', async () => {
    const {version, ...events} = (await lake.catalog.getTable('events'))!
    await lake.catalog.putTable({...events, parameters: {'projection.enabled': 'TRUE'}}, version)
    expect(await skipped()).toEqual(['projection'])
    expect(await skipped(true)).toEqual(['day=2026-01-30 null', 'day=2026-01-31 null'])
  })
})

describe('in place', () => {
  it('says for how long rows stood twice, deletes the sources, and is never taken back', async () => {
    const process = processOf(undefined, 'in-place')
    const notes: string[] = []
    Object.assign(process.ports, {report: (event: {text?: string}) => notes.push(event.text ?? '')})
    expect(await process.compact()).toEqual([])
    expect(notes.filter((text) => /rows stood twice for \d+ ms/.test(text))).toHaveLength(2)
    expect(await lake.keys('events/')).toHaveLength(2)
    expect(await readers()).toEqual(written)
    expect(await codeOf(processOf(undefined, 'in-place').rollback())).toBe('OPERATION_NOT_UNDOABLE')
    expect(await readers()).toEqual(written)
  })

  it('a run that was killed while it deleted sources is not cancelled, and loses nothing by gc', async () => {
    const point = 'store.deleteBatch of 3'
    const killed = CompactProcess.start(lake, 'in-place', {kind: 'kill-after', point})
    await killed.endOf(async () => void (await killed.compact()))
    expect(killed.hasFired).toBe(true)
    const [operation] = await processOf().compactions()
    const process = processOf(undefined, 'in-place')
    const error: unknown = await process.cancelCompaction(operation!).catch((thrown: unknown) => thrown)
    expect(hasCode(error, 'OPERATION_NOT_UNDOABLE')).toBe(true)
    await processOf(undefined, 'in-place').collect()
    expect(await readers()).toEqual(expect.arrayContaining(written))
    await processOf(undefined, 'in-place').goOn()
    expect(await readers()).toEqual(written)
  })

  it('a run that was killed before it deleted anything is cancelled, and leaves nothing', async () => {
    const whole = CompactProcess.start(await bench.lake(story.base), 'in-place')
    await whole.compact()
    const copy = whole.points.find((name) => name.startsWith('store.copy '))!
    const first = CompactProcess.start(lake, 'in-place', {kind: 'kill-after', point: copy})
    await first.endOf(async () => void (await first.compact()))
    const [operation] = await processOf().compactions()
    await processOf(undefined, 'in-place').cancelCompaction(operation!)
    expect(await readers()).toEqual(written)
    expect(await processOf(undefined, 'in-place').collect()).toBe(0)
    expect(await lake.keys('events/')).toHaveLength(6)
    expect(await lake.keys('_sluice/staging/')).toEqual([])
    expect(await lake.keys('_sluice/generations/')).toEqual([])
  })

  it('a file that comes at any moment stays', async () => {
    for (const moment of [/plan\.ndjson/, /^parquet\.merge /, /^store\.copy /, /^store\.deleteBatch/]) {
      await lake.remove()
      lake = await bench.lake(story.base)
      written = [...story.rows]
      expect(
        await processOf(
          once(moment, () => add(FIRST)),
          'in-place',
        ).compact(),
      ).toEqual([])
      expect(await readers()).toEqual(written)
    }
  })
})
