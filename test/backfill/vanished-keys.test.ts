import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {item, writeItems, type ExportFolder} from './export-folder.js'
import {answerOf, copyLake, makeLake, openLake, refusalOf, visibleFiles, type LakeFolder} from './lake-folder.js'
import {current} from './loads.js'

const COUNT = 40
const items = (first: number, count: number) => Array.from({length: count}, (_, n) => item(`id-${first + n}`, {n: '1'}))

let loaded: LakeFolder
let lake: LakeFolder
let few: ExportFolder
let half: ExportFolder

beforeAll(async () => {
  loaded = await makeLake()
  const whole = await writeItems(loaded, [items(0, COUNT)])
  // Of 40 keys 38 stand on, 2 are new: 5% vanish, which is allowed. In the other, half of them vanish.
  few = await writeItems(loaded, [items(2, COUNT)], {time: '2026-01-15T00:00:00.000Z', salt: 'few'})
  half = await writeItems(loaded, [items(0, COUNT / 2)], {time: '2026-01-16T00:00:00.000Z'})
  await answerOf(loaded, 'backfill', 'run', '--export', whole.uri)
})

beforeEach(async () => {
  lake = await copyLake(loaded)
  return () => lake.remove()
})

afterAll(() => loaded.remove())

interface Load {
  readonly changed: boolean
  readonly comparison: {readonly standing: number; readonly added: number; readonly vanished: number} | null
}

const run = (...more: string[]): string[] => ['backfill', 'run', '--export', half.uri, ...more]

async function currentKeys(): Promise<number> {
  const context = await openLake(lake)
  const rows = await current(context)
  await context.close()
  return rows.length
}

async function waiting(): Promise<string> {
  const {document} = await answerOf<{operations: {operation: string; state: string}[]}>(lake, 'ops', 'list')
  const found = document.operations.filter(({state}) => state === 'failed')
  expect(found).toHaveLength(1)
  return found[0]!.operation
}

describe('a load under which more keys would vanish than the table allows', () => {
  it('is refused with the counts, and readers see what they saw', async () => {
    const {code, exit, message} = await refusalOf(lake, ...run())
    expect({code, exit}).toEqual({code: 'VANISHED_TOO_MANY', exit: 2})
    expect(message).toContain('20 of 40 keys would vanish (50.0%; up to 5.0% is allowed)')
    expect(await currentKeys()).toBe(COUNT)
  })

  it('goes on from what was staged once as many are allowed, and no fewer', async () => {
    await refusalOf(lake, ...run())
    const operation = await waiting()
    expect(await refusalOf(lake, 'ops', 'resume', operation, '--allow-vanished', '19')).toMatchObject({
      code: 'VANISHED_TOO_MANY',
    })
    const staged = Object.keys(await visibleFiles(lake.root)).filter((name) => name.startsWith('items/'))
    const {exit, document} = await answerOf<{state: string}>(lake, 'ops', 'resume', operation, '--allow-vanished', '20')
    expect({exit, state: document.state}).toEqual({exit: 0, state: 'done'})
    expect(await currentKeys()).toBe(COUNT / 2)
    const after = Object.keys(await visibleFiles(lake.root)).filter((name) => name.startsWith('items/'))
    expect(after).toEqual(staged)
  })

  it('leaves nothing behind when it is cancelled and collected', async () => {
    const before = await visibleFiles(lake.root)
    await refusalOf(lake, ...run())
    const operation = await waiting()
    await answerOf(lake, 'ops', 'cancel', operation, '--yes')
    await answerOf(lake, 'ops', 'gc', operation, '--grace-hours', '0', '--yes')
    const after = await visibleFiles(lake.root)
    const objects = (files: Record<string, string>) => Object.keys(files).filter((name) => name.endsWith('.parquet'))
    expect(objects(after)).toEqual(objects(before))
    expect(await currentKeys()).toBe(COUNT)
  })

  it('is not one whose share is just allowed', async () => {
    const {exit, document} = await answerOf<Load>(lake, 'backfill', 'run', '--export', few.uri)
    expect(exit).toBe(0)
    expect(document.comparison).toMatchObject({standing: COUNT, added: 2, changed: 0, vanished: 2})
  })

  it('runs at once where the number was known before', async () => {
    const {exit, document} = await answerOf<Load>(lake, ...run('--allow-vanished', '20'))
    expect(exit).toBe(0)
    expect(document.comparison).toMatchObject({standing: COUNT, added: 0, changed: 0, vanished: COUNT / 2})
  })
})
