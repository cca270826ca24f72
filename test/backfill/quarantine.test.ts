import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Context} from '../../src/lib/context.js'
import {item, writeItems} from './export-folder.js'
import {
  answerOf,
  columnsWith,
  define,
  definitionText,
  makeLake,
  openLake,
  refusalOf,
  visibleFiles,
  type LakeFolder,
} from './lake-folder.js'
import {current, load, select, undo, type LoadSettings, runOf} from './loads.js'

const GOOD = [item('good', {n: '1'}), item('kept', {amount: '2.50'})]
const INEXACT = item('inexact', {amount: '1.005'})
const WRONG = {id: {S: 'wrong'}, n: {S: 'twelve'}, createdAt: {S: '2026-01-02T03:04:05.678Z'}}
const BAD_TIME = item('time', {createdAt: '2026-13-45 secret'})

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

type Lines = Parameters<typeof writeItems>[1]

async function loadLines(files: Lines, time: string, settings?: LoadSettings) {
  return load(context, await writeItems(lake, files, {time}), settings)
}

const aside = () =>
  select(context, 'SELECT reason, column_name, value, key, line, raw FROM items__quarantine ORDER BY file, line')

async function redefine(column: string): Promise<void> {
  await define(lake, definitionText({columns: columnsWith('amount', column)}))
  await context.close()
  context = await openLake(lake)
}

describe('what a load sets aside', () => {
  it('is told with reason, column, shape of the value, key, line and the line itself', async () => {
    const result = await loadLines([[GOOD[0]!, INEXACT, WRONG], [BAD_TIME]], '2026-01-10T00:00:00.000Z')
    expect(result).toMatchObject({quarantined: 3, unreadable: 0, rows: 1})
    const rows = await aside()
    expect(rows.map(({reason, column_name: column, value, key, line}) => [reason, column, value, key, line])).toEqual(
      expect.arrayContaining([
        ['inexact', 'amount', 'N "9.999"', '["inexact"]', 2n],
        ['wrong_type', 'count', 'S "xxxxxx"', '["wrong"]', 3n],
        ['wrong_type', 'created_at', 'S "9999-99-99 xxxxxx"', '["time"]', 1n],
      ]),
    )
    expect(rows.map(({raw}) => raw)).toEqual(
      expect.arrayContaining([INEXACT, WRONG, BAD_TIME].map((Item) => JSON.stringify({Item}))),
    )
    expect(rows).toHaveLength(3)
  })

  it('never replaces a good older row, nor shows it', async () => {
    await loadLines([[GOOD[0]!, item('inexact', {amount: '1.00'})]], '2026-01-10T00:00:00.000Z')
    await loadLines([[GOOD[0]!, INEXACT]], '2026-01-11T00:00:00.000Z')
    expect((await current(context)).map(({id}) => id)).toEqual(['good'])
    expect(await aside()).toHaveLength(1)
  })

  it('is loaded by the same export once the definition takes it', async () => {
    const source = await writeItems(lake, [[...GOOD, INEXACT]], {time: '2026-01-10T00:00:00.000Z'})
    const first = await load(context, source)
    await redefine('{name: amount, type: "decimal(19,3)", from: amount}')
    const second = await load(context, source)
    expect(second).toMatchObject({quarantined: 0, supersedes: [runOf(first)], comparison: {added: 1, vanished: 0}})
    expect(await aside()).toEqual([])
    expect((await current(context)).find(({id}) => id === 'inexact')).toMatchObject({amount: '1.005'})
    await undo(context, second)
    expect(await aside()).toHaveLength(1)
  })

  it('is not loaded under a type that would change what stands', async () => {
    await loadLines([GOOD], '2026-01-09T00:00:00.000Z')
    const source = await writeItems(lake, [[item('kept', {amount: '3'})]], {time: '2026-01-10T00:00:00.000Z'})
    await redefine('{name: amount, type: "decimal(18,1)", from: amount}')
    const before = await visibleFiles(lake.root)
    const refusal = await refusalOf(lake, 'backfill', 'run', '--export', source.uri)
    expect(refusal).toMatchObject({code: 'COLUMN_NARROWED', exit: 2})
    expect(refusal.message).toContain('amount of items was decimal(18,2) and is decimal(18,1) now')
    expect(await visibleFiles(lake.root)).toEqual(before)
    await redefine('{name: amount, type: "decimal(19,3)", from: amount}')
    await load(context, source)
    expect(await current(context)).toMatchObject([{id: 'kept', amount: '3.000'}])
  })

  it('waits no longer once a newer full export stands, and again when that is taken back', async () => {
    const first = await loadLines([[GOOD[0]!, INEXACT]], '2026-01-10T00:00:00.000Z')
    const second = await loadLines([GOOD], '2026-01-11T00:00:00.000Z')
    expect(await aside()).toEqual([])
    await undo(context, second)
    expect(await aside()).toHaveLength(1)
    await undo(context, first)
    expect(await aside()).toEqual([])
  })

  it('hides the values of personal columns, also in a key', async () => {
    const columns = columnsWith('amount', '{name: amount, type: "decimal(18,2)", from: amount, class: personal}').map(
      (column) => (column.startsWith('{name: id,') ? column.replace('}', ', class: restricted}') : column),
    )
    await define(lake, definitionText({columns}))
    await context.close()
    context = await openLake(lake)
    await loadLines([[INEXACT]], '2026-01-10T00:00:00.000Z')
    expect(await aside()).toMatchObject([{value: 'N, 5 characters', key: null}])
  })
})

describe('lines that give no row', () => {
  /** Keys are looked for in all partitions. */
  async function divideMutably(): Promise<void> {
    const partition = '{by: [{name: year, derive: {format_date: [created_at, "%Y"]}}], immutable: false}'
    await define(lake, definitionText({partition}))
    await context.close()
    context = await openLake(lake)
  }

  it('leave older rows beside the new ones, and no key twice, where partitions are immutable', async () => {
    await loadLines([[...GOOD, item('moved'), item('gone')]], '2026-01-10T00:00:00.000Z')
    const lines = [item('good', {n: '2'}), item('moved', {createdAt: 'unreadable'}), 'nojson']
    const second = await loadLines([lines], '2026-01-11T00:00:00.000Z', {allowUnreadable: 1})
    expect(second).toMatchObject({floor: null, unreadable: 1, quarantined: 1, comparison: {changed: 1, vanished: 1}})
    expect((await current(context)).map(({id, count}) => [id, count])).toEqual([
      ['gone', null],
      ['good', 2n],
      ['kept', null],
    ])
    await undo(context, second)
    expect((await current(context)).map(({id}) => id)).toEqual(['gone', 'good', 'kept', 'moved'])
  })

  it('are proven around: the others are sampled', async () => {
    const lines = ['nojson', '{"Item":{"id":{"S":"a"},"x":5}}', ...GOOD]
    await loadLines([lines], '2026-01-10T00:00:00.000Z', {allowUnreadable: 2})
    const {exit} = await answerOf(lake, 'backfill', 'verify', '--samples', '10')
    expect(exit).toBe(0)
  })

  it('may be half a surrogate pair, or megabytes long', async () => {
    const odd = [
      '{"Item":{"id":{"S":"x"},"note":{"S":"\\ud800"}}}',
      `{"Item":{"id":{"S":"y"},"note":{"S":"${'z'.repeat(9_000_000)}"}}}`,
    ]
    const result = await loadLines([[...odd, ...GOOD]], '2026-01-10T00:00:00.000Z', {allowUnreadable: 1})
    expect(result).toMatchObject({unreadable: 1, rows: 3})
    expect(await aside()).toMatchObject([{reason: 'not_json', line: 1n}])
  })

  const UNREADABLE = ['no JSON at all', '{"Item":{"n":{"N":"1"}}}', '{"Keys":{"id":{"S":"x"}}}']

  it('may be set aside; the load then sets no floor, and older keys stand on', async () => {
    await divideMutably()
    await loadLines([[GOOD[0]!, item('old')]], '2026-01-10T00:00:00.000Z')
    const result = await loadLines([[...GOOD, ...UNREADABLE]], '2026-01-11T00:00:00.000Z', {allowUnreadable: 3})
    expect(result).toMatchObject({unreadable: 3, quarantined: 0, rows: 2, floor: null, comparison: {vanished: 0}})
    expect((await current(context)).map(({id}) => id)).toEqual(['good', 'kept', 'old'])
    const rows = await aside()
    expect(rows.map(({reason, line, raw}) => [reason, line, raw])).toEqual([
      ['not_json', 3n, UNREADABLE[0]],
      ['no_key', 4n, UNREADABLE[1]],
      ['no_item', 5n, UNREADABLE[2]],
    ])
  })

  it('leave a later, whole load its floor', async () => {
    await loadLines([[item('old'), ...UNREADABLE]], '2026-01-10T00:00:00.000Z', {allowUnreadable: 3})
    const result = await loadLines([GOOD], '2026-01-11T00:00:00.000Z')
    expect(result.floor).toBe('2026-01-11T00:00:00.000Z')
    expect((await current(context)).map(({id}) => id)).toEqual(['good', 'kept'])
    expect(await aside()).toEqual([])
  })
})
