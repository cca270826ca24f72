import {appendFile, copyFile, readFile, rename, rm, writeFile} from 'node:fs/promises'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {verifyTable} from '../../src/lib/backfill/index.js'
import {dataFileOf, item, writeItems, type ExportFolder} from './export-folder.js'
import {filesBelow, makeLake, openLake, refusalOf, sluice, type LakeFolder} from './lake-folder.js'
import {load} from './loads.js'
import {ALL_PASS, fileOf, rewriteParquet, verify} from './verified.js'

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

const PARQUET = /^items\/.+\.parquet$/
const PARQUET_2025 = /^items\/year=2025\/.+\.parquet$/
const RECORD = /^items__runs\/.+\.json$/

describe('backfill verify', () => {
  it('passes a load as it was left, and changes nothing', async () => {
    const before = await filesBelow(lake.root)
    expect(await verify(lake)).toMatchObject({exit: 0, states: ALL_PASS})
    expect((await sluice(lake, 'backfill', 'verify', '--table', 'items', '--samples', '1')).exit).toBe(0)
    expect(await filesBelow(lake.root)).toEqual(before)
  })

  it('finds an object that is gone', async () => {
    await rm(await fileOf(lake, PARQUET))
    expect(await verify(lake)).toMatchObject({exit: 3, states: {objects: 'fail', rows: 'fail'}})
  })

  it('finds one flipped byte in an object', async () => {
    const file = await fileOf(lake, PARQUET)
    const bytes = await readFile(file)
    bytes[Math.floor(bytes.length / 3)]! ^= 1
    await writeFile(file, bytes)
    expect(await verify(lake)).toMatchObject({exit: 3, states: {objects: 'fail'}})
  })

  it('finds an object that was written anew with another value, and says which column', async () => {
    await rewriteParquet(await fileOf(lake, PARQUET_2025), "SELECT * REPLACE ('other' AS note) FROM t")
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toMatchObject({exit: 3, states: {objects: 'fail', rows: 'fail', samples: 'fail'}})
    expect(check('samples').details).toEqual([expect.stringMatching(/data\/.+, line \d: column note differs$/)])
    expect(JSON.stringify(check('samples'))).not.toContain('other')
  })

  it('finds rows that readers see and no load wrote', async () => {
    const object = await fileOf(lake, PARQUET_2025)
    await copyFile(object, object.replace('.parquet', '-copy.parquet'))
    const {exit, states, check} = await verify(lake)
    expect({exit, states}).toMatchObject({exit: 3, states: {objects: 'pass', rows: 'fail', samples: 'fail'}})
    expect(check('rows').text).toBe('readers see 4 of 3')
  })

  it('finds a key that stands in two partitions', async () => {
    const [object, other] = [await fileOf(lake, PARQUET_2025), await fileOf(lake, /^items\/year=2026\/.+\.parquet$/)]
    await copyFile(object, other.replace('.parquet', '-copy.parquet'))
    const {exit, check} = await verify(lake)
    expect(exit).toBe(3)
    expect(check('keys')).toMatchObject({state: 'fail', counts: {keys: 2, doubled: 1}})
  })

  it('finds a partition that readers do not see', async () => {
    const context = await openLake(lake)
    await context.ports.catalog.deletePartitions('items', [['2025', '01']])
    await context.close()
    expect(await verify(lake)).toMatchObject({exit: 3, states: {objects: 'pass', rows: 'fail'}})
  })

  it('finds a run that no journal knows', async () => {
    const file = await fileOf(lake, RECORD)
    const record = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, `${JSON.stringify({...record, run: 'another'})}\n`)
    expect(await verify(lake)).toMatchObject({exit: 3, states: {record: 'fail'}})
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
    const file = await fileOf(lake, RECORD)
    const record = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, `${JSON.stringify({...record, [name]: value})}\n`)
    const context = await openLake(lake)
    const {state, runs} = await verifyTable(
      {table: 'items', samples: 1, asOf: new Date(0), version: '0'},
      context.definition,
      {operation: context.ports, query: context.query, signal: context.signal},
    )
    await context.close()
    expect(state).toBe('fail')
    expect(runs[0]!.checks.find(({name: check}) => check === 'record')).toMatchObject({state: 'fail'})
  })

  it('ends with 3 for an edited run record', async () => {
    const file = await fileOf(lake, RECORD)
    const record = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, `${JSON.stringify({...record, floor: 0})}\n`)
    expect(await verify(lake)).toMatchObject({exit: 3, states: {record: 'fail', objects: 'pass'}})
  })

  it('says when the export is gone, in part or as a whole', async () => {
    const data = await dataFileOf(source)
    await rename(data, `${data}.away`)
    expect(await verify(lake)).toMatchObject({
      exit: 4,
      states: {record: 'pass', rows: 'pass', export: 'unknown', samples: 'unknown'},
    })
    await rm(source.uri, {recursive: true})
    expect(await verify(lake)).toMatchObject({exit: 4, states: {export: 'unknown', samples: 'unknown'}})
  })

  it('says when the export has changed', async () => {
    await appendFile(await dataFileOf(source), 'more')
    expect(await verify(lake)).toMatchObject({exit: 4, states: {export: 'unknown', samples: 'unknown'}})
  })

  it('has nothing to prove where nothing is loaded', async () => {
    await rm(await fileOf(lake, RECORD))
    expect(await refusalOf(lake, 'backfill', 'verify')).toMatchObject({code: 'EXPORT_NOT_LOADED', exit: 2})
    expect(await refusalOf(lake, 'backfill', 'verify', '--table', 'other')).toMatchObject({
      code: 'TABLE_UNKNOWN',
      exit: 2,
    })
  })
})
