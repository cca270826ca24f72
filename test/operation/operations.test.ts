import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {item, rawLines, writeItems} from '../backfill/export-folder.js'
import {modelRow, rawItem} from '../backfill/current-model.js'
import {
  answerOf,
  filesBelow,
  makeLake,
  openLake,
  refusalOf,
  sluice,
  visibleFiles,
  type LakeFolder,
} from '../backfill/lake-folder.js'
import {current} from '../backfill/loads.js'

interface Loaded {
  readonly operation: string
  readonly sources: readonly {readonly run: string}[]
  readonly objects: number
  readonly quarantined: number
  readonly problems: readonly {readonly rows: number}[]
}

let lake: LakeFolder

beforeEach(async () => {
  lake = await makeLake()
})

afterEach(() => lake.remove())

async function loadItems(time: string, ...more: string[]): Promise<Loaded & {exit: number | null}> {
  const {uri} = await writeItems(lake, [[item('a'), item('b', {createdAt: '2025-05-05T05:05:05.000Z'})]], {time})
  const {exit, document} = await answerOf<Loaded>(lake, 'backfill', 'run', '--export', uri, ...more)
  return {...document, exit}
}

async function currentIds(): Promise<unknown[]> {
  const context = await openLake(lake)
  const rows = await current(context)
  await context.close()
  return rows.map(({id}) => id)
}

const TIME = '2026-01-14T10:18:50.622Z'

describe('operations', () => {
  it('are listed, shown, resumed, undone and cancelled by what they are', async () => {
    expect((await sluice(lake, 'ops', 'list')).stdout).toContain('No operation has been run on this lake.')
    const {operation} = await loadItems(TIME, '--reason', 'he said, "go"')
    const done = await filesBelow(lake.root)
    expect(await answerOf(lake, 'ops', 'resume', operation)).toMatchObject({
      exit: 0,
      document: {changed: false, state: 'done'},
    })
    expect(await refusalOf(lake, 'ops', 'cancel', operation, '--yes')).toMatchObject({
      code: 'OPERATION_NOT_RESUMABLE',
      exit: 2,
    })
    expect(await refusalOf(lake, 'ops', 'undo', operation)).toMatchObject({code: 'CONFIRMATION_REQUIRED', exit: 2})
    expect(await answerOf(lake, 'ops', 'show', operation)).toMatchObject({
      document: {units: [{state: 'published', proof: {level: 'content'}}], locks: []},
    })
    expect(await filesBelow(lake.root)).toEqual(done)
    expect(await answerOf(lake, 'ops', 'undo', operation, '--yes')).toMatchObject({
      exit: 0,
      document: {changed: true, state: 'undone'},
    })
    expect(await currentIds()).toEqual([])
    const undone = await filesBelow(lake.root)
    expect(await answerOf(lake, 'ops', 'undo', operation, '--yes')).toMatchObject({exit: 0, document: {changed: false}})
    expect(await refusalOf(lake, 'ops', 'resume', operation)).toMatchObject({code: 'OPERATION_NOT_RESUMABLE', exit: 2})
    expect(await filesBelow(lake.root)).toEqual(undone)
    const csv = await sluice(lake, 'ops', 'list', '--output', 'csv')
    const [header, ...lines] = csv.stdout.trimEnd().split(/\r?\n/)
    expect(header).toBe('operation,kind,state,tables,started,user,ended,host,version,command,reason,error')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(new RegExp(`^${operation},backfill.load,undone,items,`))
    expect(lines[0]).toContain('"he said, ""go"""')
  })

  it('are collected after the grace time, and only what nobody reads', async () => {
    const first = await loadItems(TIME)
    const second = await loadItems('2026-01-15T00:00:00.000Z')
    await answerOf(lake, 'ops', 'undo', second.operation, '--yes')
    const before = await filesBelow(lake.root)
    const gc = async (...more: string[]): Promise<object> =>
      (await answerOf(lake, 'ops', 'gc', ...more)).document as object
    const collected = {operation: second.operation, state: 'undone', skipped: null, objects: second.objects, kept: 0}
    expect(await gc('--yes')).toMatchObject({operations: [{skipped: 'in_grace'}, {skipped: 'in_grace', objects: 0}]})
    expect(await gc('--dry-run', '--grace-hours', '0')).toMatchObject({
      dryRun: true,
      operations: [{objects: 0}, collected],
    })
    expect(await refusalOf(lake, 'ops', 'gc', '--grace-hours', '0')).toMatchObject({code: 'CONFIRMATION_REQUIRED'})
    expect(await filesBelow(lake.root)).toEqual(before)
    expect(await gc('--yes', '--grace-hours', '0')).toMatchObject({
      operations: [{operation: first.operation, objects: 0}, collected],
    })
    const gone = Object.keys(before).filter((name) => name.includes(second.operation) && name.endsWith('.parquet'))
    expect(gone).toHaveLength(second.objects)
    const kept = Object.entries(await visibleFiles(lake.root))
    const expected = Object.entries(before).filter(
      ([name]) => !gone.includes(name) && !name.startsWith('_sluice/operations/'),
    )
    expect(kept).toEqual(expected)
    expect(await currentIds()).toEqual(['a', 'b'])
    expect(await gc('--yes', '--grace-hours', '0', second.operation)).toMatchObject({operations: [{objects: 0}]})
  })

  it('that are done are no garbage, superseded or not', async () => {
    const {operation, sources} = await loadItems(TIME)
    const {document} = await answerOf<{tables: readonly {readonly runs: readonly object[]; readonly floor: string}[]}>(
      lake,
      'backfill',
      'status',
    )
    expect(document.tables[0]).toMatchObject({
      floor: '2026-01-14T10:18:50.000Z',
      runs: [{run: sources[0]!.run, operation, state: 'admitted', rows: 2}],
    })
    const before = await filesBelow(lake.root)
    await answerOf(lake, 'ops', 'gc', '--yes', '--grace-hours', '0')
    expect(await filesBelow(lake.root)).toEqual(before)
  })
})

describe('quarantined items', () => {
  it('are counted as an independent count does, and allowed up to a limit', async () => {
    const lines = Array.from({length: 200}, (_, index) => {
      if (index % 10 === 0)
        return `{"Item":{"id":{"S":"${index}"},"n":{"S":"x"},"createdAt":{"S":"2026-01-01T00:00:00.000Z"}}}`
      if (index % 15 === 1)
        return `{"Item":{"id":{"S":"${index}"},"amount":{"N":"0.001"},"createdAt":{"S":"2026-01-01T00:00:00.000Z"}}}`
      return JSON.stringify({Item: item(String(index), {n: String(index)})})
    })
    const source = await writeItems(lake, [lines])
    const good = (await rawLines(source)).filter((line) => modelRow(rawItem(line)) !== null)
    const {exit, document} = await answerOf<Loaded>(lake, 'backfill', 'run', '--export', source.uri)
    expect(exit).toBe(4)
    expect(document).toMatchObject({quarantined: 200 - good.length, rows: good.length})
    expect(document.problems.reduce((sum, {rows}) => sum + rows, 0)).toBe(document.quarantined)
    expect(new Set(await currentIds())).toEqual(new Set(good.map((line) => rawItem(line)['id']!.S)))
    await answerOf(lake, 'ops', 'undo', document.operation, '--yes')
    const allowed = ['backfill', 'run', '--export', source.uri, '--max-quarantine', String(document.quarantined)]
    expect((await answerOf(lake, ...allowed)).exit).toBe(0)
  })

  it('of a sample are its defects', async () => {
    const sample = await answerOf<{defects: number; folder?: string}>(
      lake,
      'lake',
      'sample',
      '--items',
      '2000',
      '--error-rate',
      '0.02',
      '--out',
      'sample',
    )
    expect(sample.document.defects).toBeGreaterThan(10)
  })
})
