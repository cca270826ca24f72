import {mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Context} from '../../../src/lib/context.js'
import type {CompactPlanDocument, CompactResultDocument, CompactStatusDocument} from '../../../src/lib/compact/index.js'
import {ingestStream} from '../../../src/lib/ingest/index.js'
import {findTable} from '../../../src/lib/lake/index.js'
import type {GarbageDocument} from '../../../src/lib/operation/index.js'
import {item, writeItems} from '../../backfill/export-folder.js'
import {answerOf, openLake} from '../../backfill/lake-folder.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {streamEvent} from '../../ingest/stream-events.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {wireOf} from '../checks/gateway-control.js'
import {hasTrino, s3} from '../checks/lab-clients.js'
import {selectTexts} from '../faults/athena-reader.js'
import {listAll} from '../faults/fault-lake.js'
import {definitionOf} from '../faults/story.js'
import {checksumsOf, LoopReader} from '../loop-reader.js'

const DAYS = ['2026-01-30', '2026-01-31']
const LOADED = 40
const STREAM_FILES = 12
const LATE_FILES = 3
/** One is new, one changes, one is gone, in each file. */
const CURRENT_ROWS = LOADED
const OUTPUT = /\/compact-[0-9A-Z]{26}\./

const claim = (n: number, note: string) =>
  item(`claim-${n}`, {n: String(n), amount: `${n}.25`, note, createdAt: `${DAYS[n % 2]}T0${n % 10}:00:00.000Z`})

describe.runIf(hasTrino)('a change log on AWS that is compacted', () => {
  let lake: AwsLake
  let context: Context
  let watch: PolicyWatch

  beforeAll(async () => {
    lake = await makeAwsLake(definitionOf('claims'), 'claims')
    watch = await PolicyWatch.over(lake)
    const items = Array.from({length: LOADED}, (_, n) => claim(n, 'loaded'))
    const {uri} = await writeItems(lake, [items.slice(0, 20), items.slice(20)], {time: '2026-02-02T10:00:00.000Z'})
    const source = await uploadExport(lake, uri)
    await answerOf(lake, 'backfill', 'run', '--export', source, '--env', 'aws', '--yes')
    context = await openLake(lake, 'aws')
    for (let file = 0; file < STREAM_FILES; file += 1) await append(`events-${file}`, changesOf(file))
  }, 300_000)

  afterAll(async () => {
    await context.close()
    await lake.remove()
  })

  /** Appends events as a stream's function does: a small file in each partition. */
  async function append(name: string, events: readonly unknown[]): Promise<void> {
    const file = `streams/${name}.ndjson`
    await mkdir(dirname(join(lake.folder, file)), {recursive: true})
    await writeFile(join(lake.folder, file), events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const {definition, ports, signal} = context
    const table = findTable(definition, 'claims')
    const {rows, deleted} = await ingestStream({table, file, dryRun: false, signal}, ports)
    expect(rows + deleted).toBeGreaterThan(0)
  }

  /** In both partitions: a new claim, a changed one, and one that is gone. */
  function changesOf(file: number): unknown[] {
    const time = `2026-02-02T12:00:${String(file).padStart(2, '0')}Z`
    const sequence = (event: number): string => String(1000 + file * 10 + event)
    return [
      streamEvent(time, sequence(1), {now: claim(100 + file, 'new')}),
      streamEvent(time, sequence(2), {now: claim(file, 'changed'), before: claim(file, 'loaded')}),
      streamEvent(time, sequence(3), {now: claim(file + 1, 'changed'), before: claim(file + 1, 'loaded')}),
      streamEvent(time, sequence(4), {before: claim(LOADED - 1 - file, 'loaded')}),
    ]
  }

  /** Late events, which newer ones have overtaken: they add files, and nothing that `current` shows. */
  async function appendLate(): Promise<void> {
    for (let file = 0; file < LATE_FILES; file += 1) {
      const events = [0, 1].map((n) =>
        streamEvent('2026-02-02T11:00:00Z', String(500 + file * 2 + n), {now: claim(n, `late ${file}`)}),
      )
      await append(`late-${file}`, events)
    }
  }

  const compact = async <Document>(...argv: string[]): Promise<Document> => {
    const {exit, document} = await watch.answerOf<Document>('compact', ...argv, '--env', 'aws')
    expect(exit).toBe(0)
    return document
  }
  const filesOf = async (): Promise<string[]> => listAll(s3, lake.tableBucket, 'claims/')
  const rows = (): Promise<string[]> => selectTexts(lake, 'SELECT * FROM claims_current')

  it('shows readers one state through run, rollback, run and gc, while a writer goes on', async () => {
    const [before, filesBefore] = [await rows(), await filesOf()]
    expect(before).toHaveLength(CURRENT_ROWS)
    expect(filesBefore.length).toBeGreaterThanOrEqual(2 * STREAM_FILES)
    const reader = new LoopReader(lake, checksumsOf(['id', 'count', 'amount', 'note', 'created_at'], 'claims_current'))
    await reader.during('before', async () => undefined)

    const [run] = await reader.during('run', () =>
      Promise.all([compact<CompactResultDocument>('run', '--yes'), appendLate()]),
    )
    expect(run).toMatchObject({changed: true, tables: [{kind: 'compact.beside', merged: 2, failed: [], dropped: {}}]})
    const {operation, files} = run.tables[0]!
    expect(files).toMatchObject({after: 2})
    expect(files.before).toBeGreaterThanOrEqual(filesBefore.length)
    const beside = await filesOf()
    expect(beside.filter((key) => OUTPUT.test(key))).toHaveLength(2)
    expect(beside).toEqual(expect.arrayContaining(filesBefore))
    expect(await rows()).toEqual(before)

    await reader.during('rollback', () => compact('rollback', operation, '--yes'))
    expect(await filesOf()).toEqual(beside.filter((key) => !OUTPUT.test(key)))
    expect(await rows()).toEqual(before)

    const again = await reader.during('run again', () => compact<CompactResultDocument>('run', '--yes'))
    expect(again.tables[0]).toMatchObject({merged: 2, failed: [], files: {before: beside.length - 2, after: 2}})
    const waiting = await compact<CompactPlanDocument>('plan')
    expect(waiting.tables[0]).toMatchObject({figures: {merges: 0}, skipped: [{reason: 'single_file', partitions: 2}]})

    const {operations} = await reader.during('gc', () => compact<GarbageDocument>('gc', '--grace-hours', '0', '--yes'))
    const sources = {operation: again.tables[0]!.operation, objects: beside.length - 2, kept: 0}
    expect(operations).toEqual(expect.arrayContaining([expect.objectContaining(sources)]))
    const settled = await filesOf()
    expect(settled.map((key) => OUTPUT.test(key))).toEqual([true, true])
    expect(await rows()).toEqual(before)
    await reader.stop()

    expect([...reader.answers]).toHaveLength(1)
    // What is deleted at once may be missed by a statement that has begun: an error, never another answer.
    const elsewhere = reader.failures.filter(({phase}) => !['rollback', 'gc'].includes(phase))
    expect(elsewhere).toEqual([])
    const status = await compact<CompactStatusDocument>('status')
    expect(status.compactions).toMatchObject([{state: 'settled', partitions: 2, collectableAt: null}])
    console.log(`compact: ${reader.reads} reads, ${reader.failures.length} of them met a deleted file`)
  }, 300_000)

  it('copied what was staged across buckets by conditional copies, and merges again what came since', async () => {
    const copies = (await wireOf(`${lake.tableBucket}/claims/`)).filter(({operation}) => operation === 'CopyObject')
    expect(copies).toHaveLength(4)
    for (const {conditions} of copies)
      expect(conditions).toMatchObject({'if-none-match': '*', 'x-amz-copy-source-if-match': expect.any(String)})
    const staged = await listAll(s3, lake.stateBucket, 'sluice/_sluice/staging/')
    expect(staged).toEqual([])
    const before = await rows()
    for (let file = 0; file < 5; file += 1) {
      const now = claim(2, `later ${file}`)
      await append(`later-${file}`, [streamEvent('2026-02-02T11:30:00Z', String(700 + file), {now})])
    }
    const run = await compact<CompactResultDocument>('run', '--yes')
    expect(run.tables[0]).toMatchObject({merged: 1, failed: [], files: {before: 6, after: 1}})
    await compact('gc', '--grace-hours', '0', '--yes')
    expect(await filesOf()).toHaveLength(2)
    expect(await rows()).toEqual(before)
  }, 300_000)

  it('asked for nothing that the printed policies do not allow', async () => {
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(100)
  })
})
