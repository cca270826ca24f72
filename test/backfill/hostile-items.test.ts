import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {changeSummary, item, writeItems, writeTo} from './export-folder.js'
import {answerOf, makeLake, openLake, refusalOf, visibleFiles, type LakeFolder} from './lake-folder.js'
import {current, load, select} from './loads.js'
import {inspectExport} from '../../src/lib/backfill/index.js'
import {openSource} from '../../src/lib/context.js'

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

/** A value nested in lists and maps, as deep as DynamoDB allows. */
function nested(depth: number): object {
  return depth === 0 ? {S: 'deep'} : depth % 2 === 0 ? {L: [nested(depth - 1)]} : {M: {level: nested(depth - 1)}}
}

describe('items at the limits of DynamoDB', () => {
  it('are loaded: 400 KB, 32 levels, U+0000, U+2028, every kind of name', async () => {
    const long = 'x'.repeat(400 * 1024)
    const odd = 'a\u0000b\u2028c\u2029d\r\ne\u007f'
    const lines = [
      item('long', {note: long}),
      {...item('deep', {note: 'n'}), payload: nested(32)},
      item('odd', {note: odd}),
      {
        ...item('names', {note: 'n'}),
        '': {S: 'empty'},
        'a.b "c"': {S: '1'},
        $x: {S: '2'},
        Item: {S: '3'},
        NOTE: {S: '4'},
      },
      item('\u0000\u2028key', {note: 'n'}),
    ].map((Item) => JSON.stringify({Item}))
    expect(await load(context, await writeItems(lake, [lines]))).toMatchObject({rows: 5, quarantined: 0})
    const rows = new Map((await current(context)).map(({id, note}) => [id, note]))
    expect(rows.get('long')).toBe(long)
    expect(rows.get('odd')).toBe(odd)
    expect([...rows.keys()].sort()).toEqual(['\u0000\u2028key', 'deep', 'long', 'names', 'odd'])
  })

  it('are proven by sampled items, whatever line breaks their texts hold', async () => {
    const lines = Array.from({length: 20}, (_, n) => item(`id-${n}`, {note: `one\u2028two\r\n${n}`}))
    await load(context, await writeItems(lake, [lines]))
    const {exit, document} = await answerOf<{state: string}>(lake, 'backfill', 'verify', '--samples', '20')
    expect({exit, state: document.state}).toEqual({exit: 0, state: 'pass'})
  })

  it('are quarantined where a number is beyond its column, with their lines', async () => {
    const numbers = ['1E20', '99999999999999999.00', '0.001', '1E-130', '9'.repeat(38), '-1E125']
    const lines = numbers.map((amount, n) => item(`id-${n}`, {amount}))
    const result = await load(context, await writeItems(lake, [lines]))
    expect(result).toMatchObject({quarantined: numbers.length, problems: [{reason: 'inexact', column: 'amount'}]})
    const aside = await select(context, 'SELECT line, raw FROM items__quarantine ORDER BY line')
    expect(aside.map(({line}) => Number(line))).toEqual(numbers.map((_, n) => n + 1))
  })
})

describe('an export that does not belong', () => {
  it('is refused when its table was deleted and created again', async () => {
    await load(context, await writeItems(lake, [[item('a')]]))
    const other = await writeItems(lake, [[item('a')]], {time: '2026-01-20T00:00:00.000Z'})
    await changeSummary(other, (summary) => ({...summary, tableId: '00000000-0000-4000-8000-000000000000'}))
    const before = await visibleFiles(lake.root)
    const refusal = await refusalOf(lake, 'backfill', 'run', '--export', other.uri)
    expect(refusal).toMatchObject({code: 'EXPORT_TABLE_RECREATED', exit: 2})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })

  it('is loaded without the files that its manifest does not list', async () => {
    const source = await writeItems(lake, [[item('a')]])
    await writeTo(source, 'data/stranger.json.gz', 'not listed, not read')
    const inspected = await inspectExport({uri: source.uri, acceptEditedSummary: false}, new Date(0), {openSource})
    expect(inspected.files.map(({key}) => key).join()).not.toContain('stranger')
    expect(await load(context, source)).toMatchObject({rows: 1})
  })
})
