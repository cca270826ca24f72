import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, it} from 'vitest'
import {answerOf, refusalOf, sluice, visibleFiles} from '../backfill/lake-folder.js'
import {current, load} from '../backfill/loads.js'
import {ItemStory} from '../compact/item-story.js'

interface Planned {
  readonly tables: readonly {
    readonly method: string
    readonly figures: {readonly merges: number; readonly sources: number}
  }[]
}
interface Compacted {
  readonly changed: boolean
  readonly tables: readonly {
    readonly operation: string
    readonly merged: number
    readonly failed: readonly {readonly code: string}[]
  }[]
}

const FIRST = [
  [1, 10],
  [2, 20],
  [3, 30],
  [4, 40],
] as const
const EAGER = ['--min-files', '2']

let story: ItemStory
let operation: string

beforeAll(async () => {
  story = await ItemStory.begin()
  await load(story.context, await story.write(FIRST))
  story.tellFull(FIRST)
  await story.stream([
    [1, 11],
    [2, 21],
  ])
})

afterAll(() => story.end())

const planFile = (): string => join(story.lake.folder, 'plan.ndjson')

async function expectTold(): Promise<void> {
  expect((await current(story.context)).map(({id, count}) => [id, count])).toEqual(story.account)
}

/** What a command was refused with; the lake is as it was. */
async function unchangedBy(...argv: string[]) {
  const before = await visibleFiles(story.lake.root)
  const refusal = await refusalOf(story.lake, ...argv)
  expect(await visibleFiles(story.lake.root)).toEqual(before)
  return {code: refusal.code, exit: refusal.exit}
}

// One story of one lake: each test finds what the one before it has left.

it('a plan says what is worth merging, and changes nothing', async () => {
  const before = await visibleFiles(story.lake.root)
  const {document, exit} = await answerOf<Planned>(story.lake, 'compact', 'plan', ...EAGER)
  expect([exit, document.tables]).toMatchObject([0, [{method: 'beside', figures: {merges: 2, sources: 4}}]])
  const dry = await answerOf<Planned>(story.lake, 'compact', 'run', '--dry-run', ...EAGER)
  expect([dry.exit, dry.document.tables]).toEqual([0, document.tables])
  expect(await visibleFiles(story.lake.root)).toEqual(before)
})

it.each([['plan'], ['run', '--dry-run']])('what "compact %s" tells to run is what it has planned', async (...words) => {
  const asked = [...EAGER, '--target-size', '1 MiB', '--partition', 'month=01']
  const {stdout} = await sluice(story.lake, 'compact', ...words, ...asked)
  expect(stdout).toContain(
    `sluice compact run --table items ${EAGER.join(' ')} --target-size '1 MiB' --partition month=01\n`,
  )
})

it('a plan that was written is what it tells to run', async () => {
  const {stdout} = await sluice(story.lake, 'compact', 'plan', '--table', 'items', '--out', planFile(), ...EAGER)
  expect(stdout).toContain(`sluice compact run --plan ${planFile()}\n`)
})

it.each([
  ['USAGE', ['compact', 'plan', '--partition', 'day=1']],
  ['TABLE_UNKNOWN', ['compact', 'plan', '--table', 'itens']],
  ['USAGE', ['compact', 'run', '--plan', 'plan.ndjson', '--min-files', '2', '--yes']],
  ['OPERATION_UNKNOWN', ['compact', 'rollback', '01KAP3Z8V5N6Q4S2T7W9X1Y0AB', '--yes']],
])('is refused with %s: %s', async (code, argv) => {
  expect(await unchangedBy(...argv)).toEqual({code, exit: 2})
})

it('a load is no compaction to roll back', async () => {
  const {document} = await answerOf<{operations: {operation: string}[]}>(story.lake, 'ops', 'list')
  const [loaded] = document.operations
  expect(await unchangedBy('compact', 'rollback', loaded!.operation, '--yes')).toEqual({code: 'USAGE', exit: 2})
})

it('a run of a plan file does exactly what the plan says', async () => {
  const argv = ['compact', 'plan', '--table', 'items', '--partition', 'month=01', '--out', planFile(), ...EAGER]
  expect((await answerOf<Planned>(story.lake, ...argv)).exit).toBe(0)
  const lines = (await readFile(planFile(), 'utf8')).trimEnd().split('\n')
  const [header, unit] = lines.map((line) => JSON.parse(line) as {operation: string; key: string})
  expect([lines.length, unit!.key]).toEqual([2, 'year=2026/month=01'])
  // What comes after the plan is left to the next one.
  await story.stream([[2, 22]])
  const {document, exit} = await answerOf<Compacted>(story.lake, 'compact', 'run', '--plan', planFile(), '--yes')
  expect([exit, document]).toMatchObject([
    0,
    {changed: true, tables: [{operation: header!.operation, merged: 1, failed: []}]},
  ])
  operation = header!.operation
  await expectTold()
})

it('a plan is run once', async () => {
  const before = await visibleFiles(story.lake.root)
  const {exit, stdout} = await sluice(story.lake, 'compact', 'run', '--plan', planFile(), '--yes', '--json')
  expect([exit === 0, stdout.includes('"error"')]).toEqual([false, true])
  expect(await visibleFiles(story.lake.root)).toEqual(before)
})

it('a plan of another lake, of another kind and of another definition is refused', async () => {
  const text = await readFile(planFile(), 'utf8')
  const changed = async (change: (text: string) => string) => {
    await writeFile(planFile(), change(text))
    return unchangedBy('compact', 'run', '--plan', planFile(), '--yes')
  }
  expect(await changed((one) => one.replace('"lake":"testlake"', '"lake":"other"'))).toEqual({
    code: 'PLAN_STALE',
    exit: 2,
  })
  expect(await changed((one) => one.replace(/"definitionHash":"[0-9a-f]+"/, '"definitionHash":"0"'))).toEqual({
    code: 'PLAN_STALE',
    exit: 2,
  })
  expect((await changed((one) => one.replace('"compact.beside"', '"backfill.load"'))).code).toBe('PLAN_INVALID')
  expect((await changed(() => 'nothing\n')).exit).toBe(2)
})

it('status tells what stands and when gc may come; gc says that it is too early', async () => {
  const {document} = await answerOf<{compactions: Record<string, unknown>[]}>(story.lake, 'compact', 'status')
  expect(document.compactions).toMatchObject([
    {table: 'items', operation, state: 'doubled', partitions: 1, files: {sources: 2, outputs: 1}},
  ])
  const gc = await answerOf<{operations: unknown[]}>(story.lake, 'compact', 'gc', '--yes')
  expect([gc.exit, gc.document.operations]).toMatchObject([0, [{operation, skipped: 'in_grace', objects: 0}]])
  await expectTold()
})

it('a protected environment asks for more than --yes', async () => {
  const refused = await sluice(story.lake, 'compact', 'gc', '--env', 'prod', '--yes', '--json')
  expect(refused.exit).toBe(2)
})

it('is taken back once', async () => {
  const first = await answerOf<{changed: boolean}>(story.lake, 'compact', 'rollback', operation, '--yes')
  expect([first.exit, first.document.changed]).toEqual([0, true])
  await expectTold()
  const second = await answerOf<{changed: boolean}>(story.lake, 'compact', 'rollback', operation, '--yes')
  expect([second.exit, second.document.changed]).toEqual([0, false])
})

it('runs, says so to people, and finds nothing the second time', async () => {
  const {exit, stdout} = await sluice(story.lake, 'compact', 'run', '--yes', ...EAGER)
  expect([exit, stdout]).toEqual([
    0,
    expect.stringMatching(/^compacted {2}items: 5 files, .* into 2 files, .* in 2 partitions; 7 rows proven/),
  ])
  const again = await answerOf<Compacted>(story.lake, 'compact', 'run', '--yes', ...EAGER)
  expect([again.exit, again.document]).toEqual([0, {changed: false, tables: []}])
  await expectTold()
})

it('exits with 4 when a partition had to be left', async () => {
  await story.stream([[2, 23]])
  const argv = ['compact', 'plan', '--table', 'items', '--out', planFile(), ...EAGER]
  await answerOf<Planned>(story.lake, ...argv)
  const text = await readFile(planFile(), 'utf8')
  const key = /"key":"(items\/[^"]*stream[^"]*)"/.exec(text)![1]!
  const file = join(story.lake.root, key)
  const bytes = await readFile(file)
  await writeFile(file, 'PAR1 and nothing else')
  const {exit, document} = await answerOf<Compacted>(story.lake, 'compact', 'run', '--plan', planFile(), '--yes')
  expect([exit, document]).toMatchObject([
    4,
    {changed: false, tables: [{merged: 0, failed: [{code: 'MERGE_SOURCE_CHANGED'}]}]},
  ])
  await writeFile(file, bytes)
  await expectTold()
})

it('gc deletes what was merged, after which nothing can be taken back', async () => {
  const {document} = await answerOf<{compactions: {operation: string; state: string}[]}>(
    story.lake,
    'compact',
    'status',
  )
  const doubled = document.compactions.find(({state}) => state === 'doubled')!
  const gc = await answerOf<{operations: Record<string, unknown>[]}>(
    story.lake,
    'compact',
    'gc',
    doubled.operation,
    '--grace-hours',
    '0',
    '--yes',
  )
  expect([gc.exit, gc.document.operations]).toMatchObject([0, [{operation: doubled.operation, objects: 5, kept: 0}]])
  expect(await unchangedBy('compact', 'rollback', doubled.operation, '--yes')).toMatchObject({
    code: 'OPERATION_NOT_UNDOABLE',
  })
  await expectTold()
})
