import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {planRequested, runLoad} from '../../src/lib/backfill/index.js'
import type {Context} from '../../src/lib/context.js'
import {change, writeChanges} from './change-folder.js'
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
import {APPLY, current, load, runOf, select, undo} from './loads.js'

const TIME = '2026-01-10T00:00:00.000Z'
const LATER = '2026-01-10T00:20:00.000Z'
const INEXACT = item('inexact', {amount: '1.005', n: '7'})
const UNPLACED = item('unplaced', {createdAt: '2026-13-45'})
const WIDER = '{name: amount, type: "decimal(19,3)", from: amount}'

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

async function redefine(columns = columnsWith('amount', WIDER)): Promise<void> {
  await define(lake, definitionText({columns}))
  await context.close()
  context = await openLake(lake)
}

const reload = (operation: string) =>
  answerOf<{operation: string}>(lake, 'backfill', 'run', '--from-quarantine', operation)
const reasons = () => select(context, 'SELECT reason, column_name FROM items__quarantine ORDER BY reason, column_name')
const quarantinedKeys = async () =>
  (await select(context, `SELECT DISTINCT id FROM items WHERE _op = 'quarantined' ORDER BY id`)).map(({id}) => id)

async function loadAside() {
  return load(context, await writeItems(lake, [[item('good'), INEXACT], [UNPLACED]], {time: TIME}))
}

describe('what a load set aside, read again under a corrected definition,', () => {
  it('counts at the time of the load, and no longer waits', async () => {
    const {operation} = await loadAside()
    expect(await quarantinedKeys()).toEqual(['inexact', 'unplaced'])
    await redefine()
    const {document, exit} = await reload(operation)
    expect(document).toMatchObject({changed: true, items: 2, rows: 1, quarantined: 1, floor: null})
    expect(exit).toBe(4)
    expect((await current(context)).map(({id, amount}) => [id, amount])).toEqual([
      ['good', null],
      ['inexact', '1.005'],
    ])
    expect(await reasons()).toMatchObject([{column_name: 'created_at'}])
  })

  it('stays behind what was loaded since', async () => {
    const {operation} = await loadAside()
    const newer = item('inexact', {amount: '9.00'})
    const lines = [change('2026-01-10T00:05:00.000Z', {id: {S: 'inexact'}}, newer, INEXACT)]
    await load(context, await writeChanges(lake, [lines], {from: TIME, to: LATER}))
    await redefine()
    await reload(operation)
    expect((await current(context)).find(({id}) => id === 'inexact')).toMatchObject({amount: '9.000'})
  })

  it('of changes counts as those changes', async () => {
    await load(context, await writeItems(lake, [[item('good'), item('inexact', {amount: '1.00'})]], {time: TIME}))
    const lines = [change('2026-01-10T00:05:00.000Z', {id: {S: 'inexact'}}, INEXACT, item('inexact', {amount: '1.00'}))]
    const {operation} = await load(context, await writeChanges(lake, [lines], {from: TIME, to: LATER}))
    expect((await current(context)).map(({id}) => id)).toEqual(['good'])
    await redefine()
    await reload(operation)
    expect((await current(context)).find(({id}) => id === 'inexact')).toMatchObject({amount: '1.005', count: 7n})
  })

  it('goes with the load when that is taken back', async () => {
    const loaded = await loadAside()
    await redefine()
    await reload(loaded.operation)
    await undo(context, loaded)
    expect(await current(context)).toEqual([])
    expect(await reasons()).toEqual([])
  })

  it('waits again when the reading is taken back', async () => {
    const {operation} = await loadAside()
    await redefine()
    const {document} = await reload(operation)
    await undo(context, document)
    expect((await current(context)).map(({id}) => id)).toEqual(['good'])
    expect(await reasons()).toHaveLength(2)
  })

  it('is read once: again there is nothing to do, and under one more definition it is replaced', async () => {
    const {operation} = await loadAside()
    await redefine()
    const first = await planRequested({fromQuarantine: operation, ...NOTHING, engine: 'auto'}, context)
    const read = await runLoad(first.plan, APPLY, context.ports)
    expect((await reload(operation)).document).toMatchObject({changed: false})
    await redefine([...columnsWith('amount', WIDER), '{name: extra, type: string, from: note}'])
    expect((await reload(operation)).document).toMatchObject({changed: true, supersedes: [runOf(read)]})
    expect(await current(context)).toHaveLength(2)
  })

  it('is nothing to do under the definition of the load', async () => {
    const {operation} = await loadAside()
    const before = await visibleFiles(lake.root)
    expect(await reload(operation)).toMatchObject({exit: 0, document: {changed: false}})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })
})

const NOTHING = {exports: [], chain: undefined, acceptEditedSummary: false, table: null}

describe('nothing is read again, and nothing changed, for', () => {
  it('a load that set nothing aside, or none at all', async () => {
    const {operation} = await load(context, await writeItems(lake, [[item('good')]], {time: TIME}))
    const before = await visibleFiles(lake.root)
    const run = (id: string) => refusalOf(lake, 'backfill', 'run', '--from-quarantine', id)
    expect(await run(operation)).toMatchObject({code: 'USAGE', exit: 2})
    expect(await run('01ARZ3NDEKTSV4RRFFQ69G5FAV')).toMatchObject({code: 'OPERATION_UNKNOWN', exit: 2})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })

  it('a load that was taken back', async () => {
    const loaded = await loadAside()
    await undo(context, loaded)
    const before = await visibleFiles(lake.root)
    const refusal = await refusalOf(lake, 'backfill', 'run', '--from-quarantine', loaded.operation)
    expect(refusal).toMatchObject({code: 'EXPORT_NOT_LOADED', exit: 2})
    expect(await visibleFiles(lake.root)).toEqual(before)
  })
})
