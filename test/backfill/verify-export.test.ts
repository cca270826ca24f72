import {readFile, rm, writeFile} from 'node:fs/promises'
import {basename} from 'node:path'
import {gzipSync} from 'node:zlib'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {
  changeEntries,
  changeSummary,
  dataFileOf,
  item,
  readEntries,
  replaceLines,
  writeItems,
  type ExportFolder,
} from './export-folder.js'
import {columnsWith, define, definitionText, makeLake, openLake, type LakeFolder} from './lake-folder.js'
import {load, type LoadSettings} from './loads.js'
import {ALL_PASS, verify} from './verified.js'

let lake: LakeFolder
let source: ExportFolder

beforeEach(async () => {
  lake = await makeLake()
  source = await writeItems(lake, [[item('a'), item('b')], [item('c'), item('d'), item('e')], [item('f')]])
})

afterEach(() => lake.remove())

async function loaded(settings: LoadSettings = {}): Promise<void> {
  const context = await openLake(lake)
  await load(context, source, settings)
  await context.close()
}

/** Names of the data files of the export, in the order that a load has them. */
async function names(): Promise<string[]> {
  const keys = (await readEntries(source)).filter(({itemCount}) => itemCount > 0)
  return keys.map(({dataFileS3Key}) => basename(dataFileS3Key)).sort()
}

describe('the files of an export', () => {
  beforeEach(() => loaded())

  it('are unpacked and counted once more', async () => {
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toEqual({exit: 0, states: ALL_PASS})
    const {counts, text} = check('export')
    expect(counts).toMatchObject({lines: 6, manifest: 6, differing: 0})
    expect(text).toMatch(/^6 lines in \d+ files counted anew/)
  })

  it('are named where their number of lines is another than the manifest states', async () => {
    await changeEntries(source, (entries) => {
      const [first, second] = entries.filter(({itemCount}) => itemCount > 1)
      first!.itemCount += 1
      second!.itemCount -= 1
      return entries
    })
    const {exit, check} = await verify(lake)
    expect(exit).toBe(3)
    expect(check('export')).toMatchObject({state: 'fail', counts: {differing: 2}})
    expect(check('export').details).toEqual([
      expect.stringMatching(/holds [23] lines, the manifest states \d$/),
      expect.stringMatching(/holds [23] lines, the manifest states \d$/),
    ])
  })

  it('are named where their MD5 is another than the manifest states', async () => {
    const name = basename(await dataFileOf(source))
    await changeEntries(source, (entries) =>
      entries.map((entry) => (entry.dataFileS3Key.endsWith(name) ? {...entry, md5Checksum: 'AAAA'} : entry)),
    )
    const {exit, check} = await verify(lake)
    expect(exit).toBe(3)
    expect(check('export').details).toEqual([
      expect.stringMatching(new RegExp(`${name} does not match the MD5 of the manifest$`)),
    ])
  })

  it('are named where they are gone', async () => {
    const file = await dataFileOf(source)
    await rm(file)
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toEqual({exit: 4, states: {...ALL_PASS, export: 'unknown', samples: 'unknown'}})
    expect(check('export').details).toEqual([expect.stringContaining(`${basename(file)} is gone`)])
  })

  it('are named where they have other bytes, whatever these hold', async () => {
    const file = await dataFileOf(source)
    await writeFile(file, gzipSync('{"Item":{}}\n'))
    const {exit, check} = await verify(lake)
    expect(exit).toBe(4)
    expect(check('export').details).toEqual([
      expect.stringContaining(`${basename(file)} was changed since it was loaded`),
    ])
  })

  it('are not known where the export was written anew', async () => {
    await replaceLines(source, [JSON.stringify({Item: item('x')}), JSON.stringify({Item: item('y')})])
    expect(await verify(lake)).toMatchObject({exit: 4, states: {export: 'unknown', samples: 'unknown'}})
  })

  it.each<[string, () => Promise<void>, RegExp]>([
    ['states other counts', () => recount(), /states 7 items, 6 when it was loaded/],
    ['lists other files', () => unlist(), /lists other files/],
    ['is of another export', () => rename(), /another export stands at/],
    ['is broken', () => writeFile(`${source.uri}/manifest-files.json`, 'x'), /does not match its MD5/],
    ['was edited', () => edit(), /is not as DynamoDB wrote it/],
  ])('are not known where the manifest %s', async (_, change, text) => {
    await change()
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toEqual({exit: 4, states: {...ALL_PASS, export: 'unknown', samples: 'unknown'}})
    expect(check('export').text).toMatch(text)
  })

  async function recount(): Promise<void> {
    await changeEntries(source, (entries) => entries.map((entry, n) => (n === 0 ? plusOne(entry) : entry)))
    await changeSummary(source, (summary) => ({...summary, itemCount: 7}))
  }

  const plusOne = <Entry extends {itemCount: number}>(entry: Entry): Entry => ({
    ...entry,
    itemCount: entry.itemCount + 1,
  })

  async function unlist(): Promise<void> {
    await changeEntries(source, (entries) => {
      const [first, ...rest] = entries.filter(({itemCount}) => itemCount > 0)
      return rest.map((entry, n) => (n === 0 ? {...entry, itemCount: entry.itemCount + first!.itemCount} : entry))
    })
  }

  const rename = (): Promise<void> =>
    changeSummary(source, (summary) => ({...summary, exportArn: `${String(summary['exportArn'])}0`}))

  async function edit(): Promise<void> {
    const file = `${source.uri}/manifest-summary.json`
    await writeFile(file, (await readFile(file, 'utf8')).replace('111122223333', '999999999999'))
  }
})

describe('samples', () => {
  it('are spread over files and lines, and are always the same', async () => {
    const lines = (file: string, count: number) => Array.from({length: count}, (_, n) => item(`${file}-${n}`))
    source = await writeItems(lake, [lines('a', 40), lines('b', 40), lines('c', 20)], {
      time: '2026-01-15T00:00:00.000Z',
    })
    await loaded()
    const {document, check} = await verify(lake, '--samples', '10')
    expect(check('samples').counts).toMatchObject({sampled: 10, compared: 10})
    const {sampled} = document.runs[0]!
    expect(sampled.map(({file}) => basename(file))).toEqual(await names())
    expect(sampled.flatMap((file) => file.lines.map((line) => line % 10))).toEqual(Array(10).fill(6))
    expect((await verify(lake, '--samples', '10')).document.runs[0]!.sampled).toEqual(sampled)
  })

  it('are all lines where more are asked for', async () => {
    await loaded()
    expect((await verify(lake, '--samples', '2000')).check('samples').counts).toMatchObject({sampled: 6, compared: 6})
  })

  it('take more than one statement where they are many', async () => {
    const lines = Array.from({length: 1203}, (_, n) => item(`id-${n}`, {note: `n${n}`}))
    source = await writeItems(lake, [lines], {time: '2026-01-15T00:00:00.000Z'})
    await loaded()
    expect((await verify(lake, '--samples', '1203')).check('samples').counts).toMatchObject({compared: 1203})
  })

  it('of a part of an export have their row or are filtered', async () => {
    source = await writeItems(lake, [[item('a', {n: '1'}), item('b', {n: '9'}), item('c', {n: '8'})]], {
      time: '2026-01-15T00:00:00.000Z',
    })
    await loaded({where: 'count > 5'})
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toEqual({exit: 0, states: ALL_PASS})
    expect(check('samples').counts).toMatchObject({sampled: 3, compared: 2, filtered: 1})
    expect(check('rows').text).toContain('3 lines of the manifest = 2 upserts + 1 left out')
    expect(check('chain').text).toContain('nothing is claimed')
  })

  it('compare what is quarantined too', async () => {
    source = await writeItems(lake, [[item('a', {n: '1'}), item('bad', {n: '0.5', amount: '2'})]], {
      time: '2026-01-15T00:00:00.000Z',
    })
    await loaded()
    const {exit, check} = await verify(lake)
    expect(exit).toBe(0)
    expect(check('samples').counts).toMatchObject({compared: 2, quarantined: 1})
  })

  it('equal their rows after a column has grown', async () => {
    const settled = {n: '7', amount: '1.5'}
    source = await writeItems(lake, [[item('a', settled)]], {time: '2026-01-15T00:00:00.000Z'})
    await loaded()
    await define(
      lake,
      definitionText({columns: columnsWith('amount', '{name: amount, type: "decimal(24,6)", from: amount}')}),
    )
    source = await writeItems(lake, [[item('a', settled)]], {time: '2026-01-16T00:00:00.000Z'})
    await loaded()
    const {exit, document} = await verify(lake)
    expect({exit, runs: document.runs.length}).toEqual({exit: 0, runs: 2})
  })

  it('of Ion are compared as those of JSON', async () => {
    source = await writeItems(
      lake,
      [
        [
          '$ion_1_0 {Item:{id:"a",n:7.,amount:1.5,createdAt:"2026-01-02T03:04:05.678Z"}}',
          '$ion_1_0 {Item:{id:"b",note:"it\'s",createdAt:"2026-01-02T03:04:05.678Z"}}',
        ],
      ],
      {time: '2026-01-15T00:00:00.000Z'},
    )
    await changeSummary(source, (summary) => ({...summary, outputFormat: 'ION'}))
    await loaded()
    const {exit, check} = await verify(lake)
    expect({exit, counts: check('samples').counts}).toMatchObject({exit: 0, counts: {compared: 2, unreadable: 0}})
  })
})
