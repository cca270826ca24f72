import {mkdir, rename, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {planLoad} from '../../src/lib/backfill/index.js'
import type {Context} from '../../src/lib/context.js'
import {SluiceError} from '../../src/lib/errors.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import {change, writeChanges, type ChangeSettings} from './change-folder.js'
import {changeEntries, changeSummary, item, readEntries, writeItems, type ExportFolder} from './export-folder.js'
import {
  answerOf,
  definitionText,
  makeLake,
  openLake,
  refusalOf,
  sluice,
  visibleFiles,
  type LakeFolder,
} from './lake-folder.js'
import {current, load, select} from './loads.js'

const [T0, T1, T2, T3] = ['00:00', '00:15', '00:30', '00:45'].map((time) => `2026-01-10T${time}:00.000Z`) as [
  string,
  string,
  string,
  string,
]
const MOVED = '2027-07-07T00:00:00.000Z'

let lake: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake()
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await lake.remove()
})

const key = (id: string) => ({id: {S: id}})
const fullOf = (...ids: string[]) => writeItems(lake, [ids.map((id) => item(id, {n: '0'}))], {time: T0})
const changesOf = (lines: readonly string[], settings: Partial<ChangeSettings> = {}) =>
  writeChanges(lake, [lines, []], {from: T0, to: T1, ...settings})
const counts = async () => (await current(context)).map(({id, count}) => [id, count])
const named = (sources: readonly ExportFolder[]) => sources.flatMap(({uri}) => ['--export', uri])

describe('a chain', () => {
  it('is found under its prefix, put in order, and loaded as one operation', async () => {
    const first = [change('2026-01-10T00:05:00.000001Z', key('b'), item('b', {n: '1'}), item('b', {n: '0'}))]
    const second = [change('2026-01-10T00:20:00.000Z', key('a'), null, item('a', {n: '0'}))]
    await changesOf(second, {from: T1, to: T2})
    const full = await fullOf('a', 'b', 'c')
    await changesOf(first)
    // One that is not finished has no summary yet.
    await mkdir(join(dirname(full.uri), '01799999999999-aaaaaaaa'))
    const {document, exit} = await answerOf<{sources: {kind: string}[]}>(
      lake,
      ...['backfill', 'run', '--chain', dirname(full.uri)],
    )
    expect([exit, document]).toMatchObject([0, {changed: true, items: 5, rows: 4, deleted: 1, gaps: []}])
    expect(document.sources.map(({kind}) => kind)).toEqual(['full', 'incremental', 'incremental'])
    expect(await counts()).toEqual([
      ['b', 1n],
      ['c', 0n],
    ])
    expect((await answerOf(lake, 'backfill', 'run', '--chain', dirname(full.uri))).document).toMatchObject({
      changed: false,
    })
  })

  it('takes what is new of it when the rest is loaded', async () => {
    const sources = [await fullOf('a'), await changesOf([change('2026-01-10T00:05:00.000Z', key('b'), item('b'))])]
    await load(context, sources[0]!)
    const loaded = await load(context, sources)
    expect(loaded.sources.map(({kind}) => kind)).toEqual(['incremental'])
    expect((await counts()).map(([id]) => id)).toEqual(['a', 'b'])
  })

  it('is loaded over a gap when that is accepted, and the table is marked until the gap is closed', async () => {
    const sources = [await fullOf('a'), await changesOf([], {from: T1, to: T2})]
    const run = ['backfill', 'run', ...named(sources)]
    const before = await visibleFiles(lake.root)
    expect(await refusalOf(lake, ...run)).toMatchObject({code: 'EXPORT_CHAIN_GAP', exit: 2})
    expect(await refusalOf(lake, 'backfill', 'plan', ...named(sources))).toMatchObject({code: 'EXPORT_CHAIN_GAP'})
    expect(await visibleFiles(lake.root)).toEqual(before)
    const gap = {from: T0, to: T1}
    expect((await answerOf(lake, ...run, '--allow-gap')).document).toMatchObject({gaps: [gap]})
    const marked = async () => (await answerOf<{tables: unknown[]}>(lake, 'backfill', 'status')).document.tables
    expect(await marked()).toMatchObject([{gaps: [gap]}])
    // The standing gap is no news to the exports that follow.
    expect(await load(context, await changesOf([], {from: T2, to: T3}))).toMatchObject({changed: true})
    await load(context, await changesOf([change('2026-01-10T00:05:00.000Z', key('b'), item('b'))]))
    expect(await marked()).toMatchObject([{gaps: []}])
  })

  it('may overlap: every change counts once, by its own time', async () => {
    const line = change('2026-01-10T00:10:00.000Z', key('a'), item('a', {n: '1'}), item('a', {n: '0'}))
    const later = change('2026-01-10T00:20:00.000Z', key('a'), item('a', {n: '2'}), item('a', {n: '1'}))
    const sources = [
      await fullOf('a'),
      await changesOf([line]),
      await changesOf([later], {from: '2026-01-10T00:05:00.000Z', to: T2}),
    ]
    const plan = await answerOf(lake, 'backfill', 'plan', ...named(sources))
    expect(plan.document).toMatchObject({chain: {gaps: [], overlaps: [{from: '2026-01-10T00:05:00.000Z', to: T1}]}})
    await load(context, sources.toReversed())
    expect(await counts()).toEqual([['a', 2n]])
  })
})

describe('changes with new images only', () => {
  const view = 'NEW_IMAGE'

  it('delete by the bare key what lies in any partition', async () => {
    await load(context, await fullOf('a', 'b'))
    const lines = [
      change('2026-01-10T00:05:00.000Z', key('a'), null),
      change('2026-01-10T00:05:00.000Z', key('x'), null),
    ]
    expect(await load(context, await changesOf(lines, {view}))).toMatchObject({deleted: 2, rows: 0})
    expect(await counts()).toEqual([['b', 0n]])
    expect(await select(context, 'SELECT id FROM items__deletes ORDER BY id')).toEqual([{id: 'a'}, {id: 'x'}])
  })

  it('take `null` for no image', async () => {
    await load(context, await fullOf('a'))
    const line = JSON.stringify({
      Metadata: {WriteTimestampMicros: {N: String(Date.parse(T0) * 1000 + 5)}},
      Keys: key('a'),
      NewImage: null,
    })
    await load(context, await changesOf([line], {view}))
    expect(await counts()).toEqual([])
  })

  it('are refused when a key would stand in two partitions, and move it where partitions may change', async () => {
    const moved = [change('2026-01-10T00:05:00.000Z', key('a'), item('a', {createdAt: MOVED}))]
    const source = await changesOf(moved, {view})
    await load(context, await fullOf('a'))
    const before = await current(context)
    expect(await refusalOf(lake, 'backfill', 'run', '--export', source.uri)).toMatchObject({code: 'KEY_MOVED', exit: 1})
    expect(await current(context)).toEqual(before)
    const free = await makeLake(
      definitionText({partition: '{by: [{name: year, derive: {format_date: [created_at, "%Y"]}}], immutable: false}'}),
    )
    const open = await openLake(free)
    await load(open, [await writeItems(free, [[item('a', {n: '0'})]], {time: T0}), source])
    expect((await current(open)).map(({id, year}) => [id, year])).toEqual([['a', '2027']])
    await open.close()
    await free.remove()
  })
})

it('changes with old images move a key to another partition', async () => {
  const moved = [change('2026-01-10T00:05:00.000Z', key('a'), item('a', {createdAt: MOVED}), item('a', {n: '0'}))]
  await load(context, [await fullOf('a', 'b'), await changesOf(moved)])
  expect((await current(context)).map(({id, year}) => [id, year])).toEqual([
    ['a', '2027'],
    ['b', '2026'],
  ])
})

describe('nothing is published of', () => {
  const refused = async (code: string, exit: number, ...sources: ExportFolder[]): Promise<void> => {
    const before = [await visibleFiles(lake.root), await current(context).catch(() => null)]
    expect(await refusalOf(lake, 'backfill', 'run', ...named(sources))).toMatchObject({code, exit})
    const after = [await visibleFiles(lake.root), await current(context).catch(() => null)]
    // A load that fails while it stages leaves its journal, which says why.
    expect(exit === 2 ? after : after[1]).toEqual(exit === 2 ? before : before[1])
  }
  const line = change('2026-01-10T00:05:00.000Z', key('a'), item('a'))

  it('two full exports', async () => {
    await refused('EXPORT_CHAIN_TWO_FULLS', 2, await fullOf('a'), await writeItems(lake, [[item('a')]], {time: T1}))
  })

  it('exports of two tables, or of two accounts', async () => {
    const full = await fullOf('a')
    await refused('EXPORT_CHAIN_MIXED', 2, full, await changesOf([line], {table: 'Others'}))
    await refused('EXPORT_CHAIN_MIXED', 2, full, await changesOf([line], {account: '999999999999'}))
  })

  it('exports of a table that was made anew between them', async () => {
    await refused('EXPORT_TABLE_RECREATED', 2, await fullOf('a'), await changesOf([line], {tableId: 'another'}))
  })

  it('a range that is inverted, empty or missing', async () => {
    await refused('EXPORT_RANGE_INVALID', 2, await changesOf([line], {from: T2, to: T1}))
    await refused('EXPORT_RANGE_INVALID', 2, await changesOf([line], {from: T1, to: T1}))
    await refused('EXPORT_RANGE_INVALID', 2, await changesOf([line], {summary: {exportFromTime: undefined}}))
  })

  it('a manifest, a format, a type or a view that is not known', async () => {
    for (const summary of [
      {version: '2030-01-01'},
      {outputFormat: 'CSV'},
      {exportType: 'PARTIAL_EXPORT'},
      {outputView: 'KEYS_ONLY'},
    ])
      await refused('EXPORT_KIND_UNSUPPORTED', 2, await changesOf([line], {summary}))
  })

  it('a manifest that lists a file twice', async () => {
    const source = await changesOf([line])
    await changeEntries(source, ([first]) => [first!, {...first!, itemCount: 0}])
    await refused('EXPORT_MANIFEST_INVALID', 2, source)
  })

  it('a file with more lines than stated, or with a key twice', async () => {
    await load(context, await fullOf('a'))
    const more = await changesOf([line, change('2026-01-10T00:05:00.000Z', key('b'), item('b'))])
    await changeEntries(more, (entries) =>
      entries.map((entry) => ({...entry, itemCount: Math.min(1, entry.itemCount)})),
    )
    await changeSummary(more, (summary) => ({...summary, itemCount: 1}))
    await refused('EXPORT_COUNT_MISMATCH', 1, more)
    const twice = [line, change('2026-01-10T00:06:00.000Z', key('a'), null, item('a'))]
    await refused('EXPORT_KEY_DUPLICATE', 1, await changesOf(twice))
    await refused(
      'EXPORT_KEY_DUPLICATE',
      1,
      await changesOf([line, change('2026-01-10T00:05:00.000Z', key('a'), item('a', {n: '5'}))]),
    )
  })

  it.each([
    ['no time', '{"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"}}}'],
    ['no keys', '{"Metadata":{"WriteTimestampMicros":{"N":"1768386096366933"}},"NewImage":{"id":{"S":"a"}}}'],
    ['an item of a full export', '{"Item":{"id":{"S":"a"}}}'],
    ['a time that is none', line.replace(/"N":"\d+"/, '"N":"yesterday"')],
    ['an image that is a list', line.replace(/"NewImage":\{.*\}\}/, '"NewImage":[]}')],
    ['half a line', line.slice(0, 60)],
  ])('a line of changes with %s', async (_, bad) => {
    await load(context, await fullOf('a'))
    await refused('EXPORT_LINE_INVALID', 1, await changesOf([line.replaceAll('"a"', '"z"'), bad]))
  })
})

it('files that cannot be read are named one by one', async () => {
  const source = await changesOf([change('2026-01-10T00:05:00.000Z', key('a'), item('a'))])
  const {definition, ports} = context
  const openSource = async (uri: string): Promise<ObjectStore> => withoutData(await ports.openSource(uri))
  const request = {exports: [source.uri], chain: undefined, acceptEditedSummary: false, table: null}
  const error = await planLoad(request, definition, {...ports, openSource}).catch((thrown: unknown) => thrown)
  const {code, details} = error as SluiceError
  expect(code).toBe('EXPORT_FILE_UNREADABLE')
  const files = (await readEntries(source)).map(({dataFileS3Key}) => dataFileS3Key.replace('AWSDynamoDB/', ''))
  expect((details as {files: string[]}).files.toSorted()).toEqual(files.toSorted())
})

/** A store whose data files may be listed and not read, as with a key for encryption that one may not use. */
function withoutData(store: ObjectStore): ObjectStore {
  const isData = (name: string): boolean => name.startsWith('data/')
  const refuse = (): never => {
    throw new SluiceError('STORE_UNAVAILABLE', 'Access denied.')
  }
  return {
    uri: store.uri,
    list: (prefix, options) => store.list(prefix, options),
    head: async (name) => {
      const head = await store.head(name)
      return head !== null && isData(name) ? {...head, etag: 'of-another-kind'} : head
    },
    read: (name, options) => (isData(name) ? refuse() : store.read(name, options)),
    write: (name, body, options) => store.write(name, body, options),
    copy: (from, to, options) => store.copy(from, to, options),
    delete: (name, options) => store.delete(name, options),
    deleteBatch: (objects) => store.deleteBatch(objects),
    versions: (prefix) => store.versions(prefix),
    deleteVersion: (name, id) => store.deleteVersion(name, id),
    localPath: (name) => store.localPath(name),
  }
}

it('an export copied to another prefix, with checksums under their other name, is loaded', async () => {
  const source = await changesOf([change('2026-01-10T00:05:00.000Z', key('a'), item('a'))], {prefix: 'daily/items'})
  const copied = join(lake.folder, 'elsewhere', 'deep', 'AWSDynamoDB')
  await mkdir(dirname(copied), {recursive: true})
  await rename(dirname(source.uri), copied)
  const uri = join(copied, source.exportId)
  for (const name of ['manifest-summary', 'manifest-files'])
    await rename(join(uri, `${name}.md5`), join(uri, `${name}.checksum`))
  await writeFile(join(uri, '_started'), '')
  expect((await sluice(lake, 'backfill', 'run', '--export', uri)).exit).toBe(0)
  expect(await counts()).toEqual([['a', null]])
})
