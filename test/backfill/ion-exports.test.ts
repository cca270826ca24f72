import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {change, writeChanges} from './change-folder.js'
import {item, writeItems} from './export-folder.js'
import {answerOf, makeLake, openLake, refusalOf, visibleFiles, type LakeFolder} from './lake-folder.js'
import {current, load, select} from './loads.js'

const TIME = '2026-01-14T10:18:50.000Z'
const LATER = '2026-01-14T11:00:00.000Z'
const ION = {from: null, to: TIME, format: 'ION'} as const

let lake: LakeFolder
let other: LakeFolder
let context: Context

beforeEach(async () => {
  lake = await makeLake()
  other = await makeLake()
  context = await openLake(lake)
})

afterEach(async () => {
  await context.close()
  await Promise.all([lake.remove(), other.remove()])
})

describe('a full export in Ion', () => {
  it('gives the same rows as one in DynamoDB JSON', async () => {
    const json = [
      item('a', {n: '10', amount: '600', note: 'a "quoted" line\nand \\ more é 漢 😀'}),
      item('b', {n: '-1', amount: '1.5'}),
      item('c', {n: '9007199254740993', amount: '0.01', note: ''}),
    ]
    const lines = [
      String.raw` $ion_1_0 {Item:{id:"a",n:1d1,amount:6d2,note:"a \"quoted\" line\nand \\ more é 漢 😀",createdAt:"2026-01-02T03:04:05.678Z"}}`,
      `$ion_1_0 {Item:{id:b,n:-1.,amount:1.50,createdAt:"2026-01-02T03:04:05.678Z"}}`,
      `$ion_1_0 {'Item':{'id':"c",n:9007199254740993,amount:1d-2,note:"",createdAt:'''2026-01-02T03:04:05.678Z'''}}`,
    ]
    const source = await writeChanges(lake, [lines.slice(0, 2), [], lines.slice(2)], ION)
    expect(await load(context, source)).toMatchObject({items: 3, rows: 3, quarantined: 0})
    const counterpart = await openLake(other)
    await load(counterpart, await writeItems(other, [json], {time: TIME}))
    expect(await current(context)).toEqual(await current(counterpart))
    await counterpart.close()
    expect(await answerOf(lake, 'backfill', 'verify')).toMatchObject({exit: 0})
  })

  it('sets aside what the mapping cannot read, by its line', async () => {
    const lines = [
      `$ion_1_0 {Item:{id:"a",amount:1.005,createdAt:"2026-01-02T03:04:05.678Z"}}`,
      `$ion_1_0 {Item:{id:"b",n:"twelve",createdAt:"2026-01-02T03:04:05.678Z"}}`,
    ]
    await load(context, await writeChanges(lake, [lines], ION))
    const rows = await select(context, 'SELECT reason, key, line FROM items__quarantine ORDER BY line')
    expect(rows).toEqual([
      {reason: 'inexact', key: '["a"]', line: 1n},
      {reason: 'wrong_type', key: '["b"]', line: 2n},
    ])
  })

  it('is refused with a line that is no Ion, which can be set aside when asked for', async () => {
    const good = `$ion_1_0 {Item:{id:"a",createdAt:"2026-01-02T03:04:05.678Z"}}`
    const source = await writeChanges(lake, [[good, '$ion_1_0 {Item:{id:"b"', good.replace('"a"', '"c"')]], ION)
    const before = await visibleFiles(lake.root)
    const refusal = await refusalOf(lake, 'backfill', 'run', '--export', source.uri)
    expect(refusal).toMatchObject({code: 'EXPORT_LINE_INVALID', exit: 1})
    expect(refusal.message).toContain('line 2')
    expect(await visibleFiles(lake.root)).toEqual(before)
    expect(await load(context, source, {allowUnreadable: 1})).toMatchObject({rows: 2, unreadable: 1, floor: null})
    expect(await select(context, 'SELECT reason, line FROM items__quarantine')).toEqual([{reason: 'not_ion', line: 2n}])
  })
})

it('changes in Ion, as far as their form is known, count like those in DynamoDB JSON', async () => {
  await load(context, await writeItems(lake, [[item('a', {n: '1'}), item('b'), item('c')]], {time: TIME}))
  const created = `createdAt:"2026-01-02T03:04:05.678Z"`
  const lines = [
    `$ion_1_0 {Record:{Metadata:{WriteTimestampMicros:1768386096366933},Keys:{id:"a"},NewImage:{id:"a",n:2.,${created}}}}`,
    `$ion_1_0 {Metadata:{WriteTimestampMicros:{N:1768386096366934.}},Keys:{id:"b"},OldImage:{id:"b",${created}}}`,
  ]
  await load(context, await writeChanges(lake, [lines], {from: TIME, to: LATER, format: 'ION'}))
  expect((await current(context)).map(({id, count}) => [id, count])).toEqual([
    ['a', 2n],
    ['c', null],
  ])
})

it('a chain of both formats is refused', async () => {
  const full = await writeChanges(lake, [[]], ION)
  const changes = await writeChanges(lake, [[change(LATER, {id: {S: 'a'}}, item('a'))]], {from: TIME, to: LATER})
  const before = await visibleFiles(lake.root)
  const refusal = await refusalOf(lake, 'backfill', 'run', '--export', full.uri, '--export', changes.uri)
  expect(refusal).toMatchObject({code: 'EXPORT_CHAIN_MIXED', exit: 2})
  expect(await visibleFiles(lake.root)).toEqual(before)
})
