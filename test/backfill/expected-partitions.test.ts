import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {expectedKinds, expectedPartitions} from '../../src/lib/backfill/expected-partitions.js'
import {planLoad} from '../../src/lib/backfill/index.js'
import type {Context} from '../../src/lib/context.js'
import {change, writeChanges} from './change-folder.js'
import type {ExportFolder} from './export-folder.js'
import {makeLake, openLake, type LakeFolder} from './lake-folder.js'

const CHANGES = 3000
const WINDOW = {from: '2026-01-14T10:00:00.000Z', to: '2026-01-14T10:20:00.000Z', view: 'NEW_AND_OLD_IMAGES'} as const
const AT = '2026-01-14T10:12:30.000Z'

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

async function partitionsOf(...exports: readonly ExportFolder[]): Promise<number> {
  const asked = {chain: undefined, acceptEditedSummary: false, table: null, allowGap: true}
  const {plan} = await planLoad({...asked, exports: exports.map(({uri}) => uri)}, context.definition, context.ports)
  return expectedPartitions(plan.units[0]!.work, context.ports)
}

const keyOf = (n: number) => ({id: {S: `id-${n}`}})
const image = (n: number, month = n % 12) => ({
  ...keyOf(n),
  n: {N: String(n)},
  createdAt: {S: `2025-${String(month + 1).padStart(2, '0')}-05T00:00:00.000Z`},
})
const numbers = Array.from({length: CHANGES}, (_, n) => n)

describe('the partitions of an export', () => {
  it('are told by a sample', () => {
    expect(expectedKinds([])).toBe(0)
    expect(expectedKinds([500, 500])).toBe(2)
    // 2,000 draws of 1,000 kinds, evenly
    const times = Array.from({length: 1000}, () => 0)
    for (let n = 0; n < 2000; n += 1) times[(n * 7919 + ((n * n) % 1009)) % 1000]! += 1
    const met = times.filter((count) => count > 0)
    expect(met.length).toBeLessThan(1000)
    expect(expectedKinds(met)).toBeGreaterThan(met.length)
  })

  it.each([
    {what: 'new images', lines: numbers.map((n) => change(AT, keyOf(n), image(n)))},
    {what: 'old images of deleted items', lines: numbers.map((n) => change(AT, keyOf(n), null, image(n)))},
    {
      what: 'both images of moved items',
      lines: numbers.map((n) => change(AT, keyOf(n), image(n, n % 6), image(n, (n % 6) + 6))),
    },
  ])('are those of the $what of changes', async ({lines}) => {
    expect(await partitionsOf(await writeChanges(lake, [lines], WINDOW))).toBe(12)
  })

  it('are one place for deletes that hold in every partition', async () => {
    const lines = numbers.map((n) => change(AT, keyOf(n), null))
    expect(await partitionsOf(await writeChanges(lake, [lines], {...WINDOW, view: 'NEW_IMAGE'}))).toBe(1)
  })

  it('are those of every export of a chain, however long it is', async () => {
    const exports: ExportFolder[] = []
    for (const month of numbers.slice(0, 12)) {
      const lines = numbers.slice(0, 200).map((n) => change(AT, keyOf(n), image(n, month)))
      const [from, to] = [`2026-01-14T${10 + month}:00:00.000Z`, `2026-01-14T${11 + month}:00:00.000Z`]
      exports.push(await writeChanges(lake, [lines], {...WINDOW, from, to}))
    }
    expect(await partitionsOf(...exports)).toBe(12)
  })

  it('are those of Ion too', async () => {
    const lines = numbers.map(
      (n) =>
        `$ion_1_0 {Item:{id:"id-${n}",createdAt:"2025-${String((n % 12) + 1).padStart(2, '0')}-05T00:00:00.000Z"}}`,
    )
    const source = await writeChanges(lake, [lines], {from: null, to: WINDOW.to, format: 'ION'})
    expect(await partitionsOf(source)).toBe(12)
  })

  it('are as many as its lines where none can be read', async () => {
    const lines = numbers.map(() => 'no change')
    expect(await partitionsOf(await writeChanges(lake, [lines], WINDOW))).toBe(CHANGES)
  })
})
