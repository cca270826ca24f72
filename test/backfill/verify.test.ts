import {appendFile, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {verifyTable} from '../../src/lib/backfill/index.js'
import {dataFileOf, item, writeItems, type ExportFolder} from './export-folder.js'
import {answerOf, filesBelow, makeLake, openLake, refusalOf, sluice, type LakeFolder} from './lake-folder.js'
import {load} from './loads.js'

interface Verified {
  readonly state: string
  readonly runs: readonly {readonly checks: readonly {readonly name: string; readonly state: string}[]}[]
}

let lake: LakeFolder
let source: ExportFolder

beforeEach(async () => {
  lake = await makeLake()
  source = await writeItems(lake, [
    [item('a', {n: '1', amount: '1.5'}), item('b', {createdAt: '2025-01-01T00:00:00.000Z'})],
    [item('bad', {n: '0.5'})],
  ])
  const context = await openLake(lake)
  await load(context, source)
  await context.close()
})

afterEach(() => lake.remove())

async function verify(): Promise<{exit: number | null; states: Record<string, string>}> {
  const {exit, document} = await answerOf<Verified>(lake, 'backfill', 'verify')
  return {exit, states: Object.fromEntries(document.runs[0]!.checks.map(({name, state}) => [name, state]))}
}

async function fileOf(pattern: RegExp): Promise<string> {
  return join(
    lake.root,
    Object.keys(await filesBelow(lake.root)).find((name) => pattern.test(name))!,
  )
}

const PARQUET = /^items\/.+\.parquet$/
const RECORD = /^items__runs\/.+\.json$/

describe('backfill verify', () => {
  it('passes a load as it was left, and changes nothing', async () => {
    const before = await filesBelow(lake.root)
    expect(await verify()).toEqual({exit: 0, states: {record: 'pass', objects: 'pass', rows: 'pass', samples: 'pass'}})
    expect((await sluice(lake, 'backfill', 'verify', '--table', 'items', '--samples', '1')).exit).toBe(0)
    expect(await filesBelow(lake.root)).toEqual(before)
  })

  it('finds an object that is gone', async () => {
    await rm(await fileOf(PARQUET))
    expect(await verify()).toMatchObject({exit: 3, states: {objects: 'fail', rows: 'fail'}})
  })

  it('finds one flipped byte in an object', async () => {
    const file = await fileOf(PARQUET)
    const bytes = await readFile(file)
    bytes[Math.floor(bytes.length / 3)]! ^= 1
    await writeFile(file, bytes)
    expect(await verify()).toMatchObject({exit: 3, states: {objects: 'fail'}})
  })

  it.each([
    ['rows', 2],
    ['quarantined', 0],
    ['floor', 0],
    ['floor', null],
    ['supersedes', ['x']],
    ['load', 'another'],
    ['mapping', 'another'],
    ['exportTime', '2030-01-01T00:00:00.000Z'],
    ['objectsSha256', 'another'],
  ])('finds a run record whose %s was edited to %j', async (name, value) => {
    const file = await fileOf(RECORD)
    const record = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, `${JSON.stringify({...record, [name]: value})}\n`)
    const context = await openLake(lake)
    const {state, runs} = await verifyTable(
      {table: 'items', samples: 1, asOf: new Date(0)},
      {operation: context.ports, query: context.query, signal: context.signal},
    )
    await context.close()
    expect(state).toBe('fail')
    expect(runs[0]!.checks.find(({name: check}) => check === 'record')).toMatchObject({state: 'fail'})
  })

  it('ends with 3 for an edited run record', async () => {
    const file = await fileOf(RECORD)
    const record = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, `${JSON.stringify({...record, floor: 0})}\n`)
    expect(await verify()).toMatchObject({exit: 3, states: {record: 'fail', objects: 'pass'}})
  })

  it('says when the export is gone, in part or as a whole', async () => {
    const data = await dataFileOf(source)
    await rename(data, `${data}.away`)
    expect(await verify()).toMatchObject({exit: 4, states: {record: 'pass', rows: 'pass', samples: 'unknown'}})
    await rm(source.uri, {recursive: true})
    expect(await verify()).toMatchObject({exit: 4, states: {samples: 'unknown'}})
  })

  it('says when the export has changed', async () => {
    await appendFile(await dataFileOf(source), 'more')
    expect(await verify()).toMatchObject({exit: 4, states: {samples: 'unknown'}})
  })

  it('has nothing to prove where nothing is loaded', async () => {
    await rm(await fileOf(RECORD))
    expect(await refusalOf(lake, 'backfill', 'verify')).toMatchObject({code: 'EXPORT_NOT_LOADED', exit: 2})
    expect(await refusalOf(lake, 'backfill', 'verify', '--table', 'other')).toMatchObject({
      code: 'TABLE_UNKNOWN',
      exit: 2,
    })
  })
})
