import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {SluiceError} from '../../src/lib/errors.js'
import {ingestStream} from '../../src/lib/ingest/index.js'
import {findTable} from '../../src/lib/lake/index.js'
import type {ReportEvent} from '../../src/lib/ports/report.js'
import {claimEvents} from '../../src/lib/sample/claim-events.js'
import {fillChangelog, planFill, renderFill, type FillRequest, type FillResult} from '../../src/lib/sample/index.js'
import {resultSchemas} from '../../src/lib/sample/result-schemas.js'
import {InstantText} from '../../src/lib/sample/text-forms.js'
import {makeLake, openLake, refusalOf, visibleFiles, answerOf, type LakeFolder} from '../backfill/lake-folder.js'
import {select} from '../backfill/loads.js'

const CLAIMS = `sluice: 1
lake: testlake
blueprint: claims
default: local
environments:
  local: {backend: local, root: ./lake}
  prod: {backend: local, root: ./prod, protect: true}
`
const REQUEST: FillRequest = {items: 600, days: 3, smallFiles: 12, exportTime: new Date('2026-02-01T00:00:00.000Z')}

let lake: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake(CLAIMS)
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

interface Changes extends Partial<FillRequest> {
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
  readonly onReport?: (event: ReportEvent) => void
}

function fill({dryRun = false, signal = new AbortController().signal, onReport = () => {}, ...changes}: Changes = {}) {
  const table = findTable(context.definition, 'claims')
  const plan = planFill({...REQUEST, ...changes})
  return fillChangelog(plan, {table, dryRun, signal}, {...context.ports, report: onReport})
}

async function claimFiles(): Promise<string[]> {
  return Object.keys(await visibleFiles(lake.root)).filter((name) => /^claims\/.*\.parquet$/.test(name))
}

const count = async (from: string) => (await select(context, `SELECT count(*) AS n FROM ${from}`))[0]!['n']

describe('a change log that a sample fills', () => {
  it('has one file for every part of a day, with the events of the claims that are made in it', async () => {
    const result = await fill()
    expect(resultSchemas['lake:sample'].parse(result)).toEqual(result)
    expect(result).toMatchObject({changed: true, items: 600, filesPerDay: 4, batches: 12, files: 12})
    expect([result.modified, result.removed]).toEqual([10, 1])
    expect(result.events).toBe(611)
    const files = await claimFiles()
    const days = new Set(files.map((name) => name.slice(0, name.lastIndexOf('/'))))
    const perDay = [...days].map((day) => files.filter((name) => name.startsWith(`${day}/`)).length)
    expect(perDay).toEqual([4, 4, 4])
    expect(files.every((name) => /\/stream-[0-9a-f]{26}-00000\.parquet$/.test(name))).toBe(true)
    expect(await count('claims')).toBe(611n)
    expect(await count('claims_current')).toBe(599n)
    const misplaced = "claims WHERE _op = 'upsert' AND strftime(created_at, '%d') <> day"
    expect(await count(misplaced)).toBe(0n)
    expect(await count('(SELECT claim_id FROM claims GROUP BY 1 HAVING count(DISTINCT day) > 1)')).toBe(0n)
  })

  it('is left as it is by the same request', async () => {
    await fill()
    const before = await visibleFiles(lake.root)
    expect(await fill()).toMatchObject({changed: false, batches: 12, files: 0, sizeBytes: 0})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })

  it('gets other claims by another seed, other days or another time, and none of them in two partitions', async () => {
    await fill()
    const other = {items: 60, smallFiles: 2}
    const more = [
      await fill({...other, seed: 2}),
      await fill({...other, days: 2}),
      await fill({...other, exportTime: new Date('2026-02-02T00:00:00.000Z')}),
    ]
    const standing = 599 + more.reduce((sum, {items, removed}) => sum + items - removed, 0)
    expect(await count('claims_current')).toBe(BigInt(standing))
    expect(await count('(SELECT DISTINCT claim_id FROM claims)')).toBe(780n)
  })

  it('counts its events once when they come again in files of another size', async () => {
    await fill()
    expect(await fill({smallFiles: 3})).toMatchObject({changed: true, files: 3})
    expect(await count('claims_current')).toBe(599n)
  })

  it('is finished by the same request after it was stopped, to the same files', async () => {
    const stop = new AbortController()
    const onReport = (event: ReportEvent): void => {
      if (event.kind === 'progress' && event.done === 4) stop.abort(new SluiceError('INTERRUPTED', 'Stopped.'))
    }
    await expect(fill({signal: stop.signal, onReport})).rejects.toMatchObject({code: 'INTERRUPTED'})
    const some = (await claimFiles()).length
    expect(some).toBeGreaterThanOrEqual(4)
    expect(some).toBeLessThan(12)
    expect(await fill()).toMatchObject({changed: true, files: 12 - some})
    const finished = await claimFiles()
    expect(finished).toHaveLength(12)
    await fill()
    expect(await claimFiles()).toEqual(finished)
    expect(await count('claims_current')).toBe(599n)
  })

  it('is what ingest stream makes of the same events', async () => {
    await fill()
    const before = await visibleFiles(lake.root)
    const plan = planFill(REQUEST)
    const instants = new InstantText()
    const events = plan.files[5]!.flatMap((index) => claimEvents(index, plan.settings, instants))
    const sequence = ({dynamodb}: (typeof events)[number]): string => dynamodb.SequenceNumber
    events.sort((left, right) => (sequence(left) < sequence(right) ? -1 : 1))
    const file = join(lake.folder, 'events.ndjson')
    await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const table = findTable(context.definition, 'claims')
    const {signal} = new AbortController()
    const result = await ingestStream({table, file, dryRun: false, signal}, context.ports)
    expect(result).toMatchObject({changed: false, events: events.length, quarantined: 0})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })

  it('stays as it is in a dry run, which says what would be written', async () => {
    const before = await visibleFiles(lake.root)
    const planned = await fill({dryRun: true})
    expect(resultSchemas['lake:sample'].parse(planned)).toEqual(planned)
    expect(await visibleFiles(lake.root)).toEqual(before)
    const written = await fill()
    expect(planned).toMatchObject({changed: false, dryRun: true, files: written.files, events: written.events})
    expect(Math.abs(planned.sizeBytes / written.sizeBytes - 1)).toBeLessThan(0.15)
  })
})

describe('a fill is refused, and nothing is written,', () => {
  it('for a table that is fed by another one', async () => {
    const items = await makeLake()
    const before = await visibleFiles(items.root)
    const refusal = await refusalOf(items, 'lake', 'sample', '--small-files', '4', '--items', '10', '--days', '2')
    expect(refusal).toMatchObject({code: 'STREAM_EVENT_INVALID', exit: 2})
    expect(await visibleFiles(items.root)).toEqual(before)
    await items.remove()
  })

  it.each([
    ['USAGE', []],
    ['CONFIRMATION_REQUIRED', ['--reason', 'trial', '--yes']],
  ])('in a protected environment: %s', async (code, flags) => {
    const argv = ['--small-files', '4', '--items', '10', '--env', 'prod', ...flags]
    expect(await refusalOf(lake, 'lake', 'sample', ...argv)).toMatchObject({code, exit: 2})
    expect(await visibleFiles(join(lake.folder, 'prod'))).toEqual({})
  })

  it.each([
    [['--small-files', '4', '--out', 'x']],
    [['--small-files', '4', '--files', '2']],
    [['--small-files', '4', '--error-rate', '0.1']],
    [['--table', 'claims']],
  ])('with flags that do not go together: %j', async (flags) => {
    expect(await refusalOf(lake, 'lake', 'sample', ...flags)).toMatchObject({code: 'USAGE', exit: 2})
  })

  it('where a file would hold too many claims', () => {
    expect(() => planFill({...REQUEST, items: 60_000, days: 1, smallFiles: 1})).toThrow(
      expect.objectContaining({code: 'USAGE'}),
    )
  })
})

it('the command fills the lake, and names what looks at it next', async () => {
  const argv = ['--small-files', '4', '--items', '40', '--days', '2', '--now', '2026-02-01']
  const {exit, document} = await answerOf<FillResult>(lake, 'lake', 'sample', ...argv)
  expect([exit, document]).toMatchObject([0, {changed: true, files: 4, next: 'sluice compact plan --table claims'}])
  expect(await claimFiles()).toHaveLength(4)
})

const RESULT: FillResult = {
  changed: true,
  dryRun: false,
  table: 'claims',
  items: 100_000,
  days: 90,
  filesPerDay: 32,
  seed: 1,
  events: 102_572,
  modified: 2_029,
  removed: 543,
  batches: 2_880,
  files: 2_800,
  sizeBytes: 39_000_000,
  durationMs: null,
  next: 'sluice compact plan --table claims',
}

describe('the answer of a fill reads well', () => {
  it('when some of it stood already', () => {
    expect(renderFill(RESULT)).toMatchInlineSnapshot(`
      "Filled table claims with 100,000 claims in small files.

        files       2,800 files, 37.2 MiB, on 90 days; 80 others stood already
        events      102,572: an INSERT a claim, 2,029 MODIFY, 543 REMOVE
        seed        1: the same request on the same day makes the same events

      Readers see them now. What is worth merging:
        sluice compact plan --table claims"
    `)
  })

  it('when all of it stood', () => {
    expect(renderFill({...RESULT, changed: false, files: 0})).toMatchInlineSnapshot(
      `"All 2,880 files of this sample stand in table claims already: nothing to do."`,
    )
  })

  it('in a dry run', () => {
    const planned = {...RESULT, changed: false, dryRun: true, files: 2_880, durationMs: 60_000}
    expect(renderFill(planned)).toMatchInlineSnapshot(`
      "A sample of 100,000 claims in small files, for table claims.

        files       2,880 files, about 37.2 MiB, on 90 days
        events      102,572: an INSERT a claim, 2,029 MODIFY, 543 REMOVE
        seed        1: the same request on the same day makes the same events
        estimate    about 60 s

      Nothing has been changed. Repeat the command without --dry-run."
    `)
  })
})
