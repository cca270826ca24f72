import {mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {CompactResultDocument} from '../../../src/lib/compact/index.js'
import type {LoadResultDocument} from '../../../src/lib/backfill/index.js'
import type {VerifyResult} from '../../../src/lib/backfill/verify-result.js'
import type {Context} from '../../../src/lib/context.js'
import {ingestStream} from '../../../src/lib/ingest/index.js'
import {findTable} from '../../../src/lib/lake/index.js'
import {item, writeItems} from '../../backfill/export-folder.js'
import {answerOf, openLake} from '../../backfill/lake-folder.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {streamEvent} from '../../ingest/stream-events.js'
import {makeAwsLake, uploadExport, type AwsLake} from '../aws-lake.js'
import {hasTrino, s3} from '../checks/lab-clients.js'
import {selectTexts} from '../faults/athena-reader.js'
import {listAll} from '../faults/fault-lake.js'
import {definitionOf} from '../faults/story.js'
import {checksumsOf, LoopReader} from '../loop-reader.js'

const LONG_MS = 300_000
const DAY = '2026-01-30'
const LOADED = 20
const STREAM_FILES = 8
const UNDONE = 5
/** By a full load of so few. */
const VANISHED = LOADED + STREAM_FILES - UNDONE
const OUTPUT = /\/compact-[0-9A-Z]{26}\./

const claim = (n: number, note: string) =>
  item(`claim-${n}`, {n: String(n), amount: `${n}.25`, note, createdAt: `${DAY}T0${n % 10}:00:00.000Z`})

describe.runIf(hasTrino)('a change log that Athena merges', () => {
  let lake: AwsLake
  let context: Context
  let watch: PolicyWatch

  beforeAll(async () => {
    lake = await makeAwsLake(definitionOf('claims'), 'claims')
    watch = await PolicyWatch.over(lake)
    // Athena writes times as INT96, the stream as local times.
    await load(
      'athena',
      Array.from({length: LOADED}, (_, n) => claim(n, 'loaded')),
      '2026-02-02T10:00:00.000Z',
    )
    context = await openLake(lake, 'aws')
    for (let file = 0; file < STREAM_FILES; file += 1) await append(file)
    const more = Array.from({length: UNDONE}, (_, n) => claim(n, 'undone'))
    const {operation} = await load('duckdb', more, '2026-02-03T10:00:00.000Z', '--allow-vanished', String(VANISHED))
    await answerOf(lake, 'ops', 'undo', operation, '--env', 'aws', '--yes')
  }, LONG_MS)

  afterAll(async () => {
    await context.close()
    await lake.remove()
  })

  async function load(
    engine: string,
    items: readonly ReturnType<typeof item>[],
    time: string,
    ...more: string[]
  ): Promise<{operation: string}> {
    const {uri} = await writeItems(lake, [items], {time, salt: time})
    const argv = ['--export', await uploadExport(lake, uri), '--env', 'aws', '--engine', engine]
    const {exit, document} = await answerOf<LoadResultDocument>(lake, 'backfill', 'run', ...argv, ...more, '--yes')
    expect(exit).toBe(0)
    return document as LoadResultDocument & {operation: string}
  }

  /** A small file of changes. */
  async function append(file: number): Promise<void> {
    const path = join(lake.folder, `streams/events-${file}.ndjson`)
    await mkdir(dirname(path), {recursive: true})
    const time = `2026-02-02T12:00:0${file}Z`
    const events = [
      streamEvent(time, String(100 + file * 2), {now: claim(100 + file, 'new')}),
      streamEvent(time, String(101 + file * 2), {now: claim(file, 'changed'), before: claim(file, 'loaded')}),
    ]
    await writeFile(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const {definition, ports, signal} = context
    const {rows} = await ingestStream(
      {table: findTable(definition, 'claims'), file: path, dryRun: false, signal},
      ports,
    )
    expect(rows).toBeGreaterThan(0)
  }

  const compact = async <Document>(...argv: string[]): Promise<Document> => {
    const {exit, document} = await watch.answerOf<Document>('compact', ...argv, '--env', 'aws')
    expect(exit).toBe(0)
    return document
  }
  const run = (): Promise<CompactResultDocument> => compact('run', '--engine', 'athena', '--yes')
  const filesOf = (): Promise<string[]> => listAll(s3, lake.tableBucket, 'claims/')
  const rows = (): Promise<string[]> => selectTexts(lake, 'SELECT * FROM claims_current')

  it(
    'shows readers one state through run, rollback, run and gc, without rows that nobody counts',
    async () => {
      const [before, filesBefore] = [await rows(), await filesOf()]
      expect(before).toHaveLength(LOADED + STREAM_FILES)
      const reader = new LoopReader(
        lake,
        checksumsOf(['id', 'count', 'amount', 'note', 'created_at'], 'claims_current'),
      )
      const first = await reader.during('run', run)
      expect(first.tables).toMatchObject([
        {kind: 'compact.beside', merged: 1, failed: [], files: {before: filesBefore.length}, athena: {merged: 1}},
      ])
      const {dropped, operation} = first.tables[0]!
      expect(Object.values(dropped)).toEqual([UNDONE])
      expect(first.tables[0]!.rows).toBe(LOADED + 2 * STREAM_FILES)
      expect(await rows()).toEqual(before)
      await reader.during('rollback', () => compact('rollback', operation, '--yes'))
      expect((await filesOf()).filter((key) => OUTPUT.test(key))).toEqual([])
      expect(await rows()).toEqual(before)
      await reader.during('run again', run)
      await reader.during('gc', () => compact('gc', '--grace-hours', '0', '--yes'))
      await reader.stop()
      expect((await filesOf()).every((key) => OUTPUT.test(key))).toBe(true)
      expect(await listAll(s3, lake.stateBucket, 'sluice/_sluice/staging/')).toEqual([])
      expect(await rows()).toEqual(before)
      expect([...reader.answers]).toHaveLength(1)
      expect(reader.failures.filter(({phase}) => !['rollback', 'gc'].includes(phase))).toEqual([])
      // Rows of a load by Athena cannot be told by its objects' names once these are merged, by whatever engine.
      const {document} = await answerOf<VerifyResult>(lake, 'backfill', 'verify', '--env', 'aws')
      const checks = document.runs.flatMap(({checks: all}) => all.map(({name, state}) => [name, state]))
      expect(checks).toEqual(
        expect.arrayContaining([
          ['objects', 'pass'],
          ['rows', 'unknown'],
        ]),
      )
      expect(checks.filter(([, state]) => state === 'fail')).toEqual([])
    },
    LONG_MS,
  )

  it('asked for nothing that the printed policies do not allow', async () => {
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(50)
  })
})
