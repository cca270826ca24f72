import {afterEach, beforeEach, expect, it} from 'vitest'
import type {CompactPolicy} from '../../src/lib/compact/policy.js'
import {load} from '../backfill/loads.js'
import {Compactions, EAGER} from './compactions.js'
import {ItemStory} from './item-story.js'

const ITEM = [1, 10] as const
/** Each file of a row is over half as large: the outputs hold two or three rows, and are hardly larger. */
const SMALL: Partial<CompactPolicy> = {...EAGER, targetBytes: 4096}

let story: ItemStory
let compactions: Compactions

beforeEach(async () => {
  story = await ItemStory.begin()
  await load(story.context, await story.write([ITEM]))
  for (let change = 11; change < 19; change += 1) await story.stream([[ITEM[0], change]])
  compactions = new Compactions(story.context)
})

afterEach(() => story.end())

it('outputs that packed better than their sources are not merged again and again', async () => {
  const [plan] = await compactions.plan(SMALL)
  expect(plan!.units[0]!.work.outputs).toBeGreaterThan(2)
  await compactions.runOne([plan!])
  compactions.waitHours(2)
  await compactions.gc()
  expect(await compactions.plan(SMALL)).toEqual([])
  expect(await compactions.skipped(SMALL)).toEqual({compacted: 1})
})

it('outputs are merged again to a larger target, and with what came since', async () => {
  await compactions.runOne(await compactions.plan(SMALL))
  compactions.waitHours(2)
  await compactions.gc()
  const [larger] = await compactions.plan({...SMALL, targetBytes: 65_536})
  expect(larger!.units[0]!.work.outputs).toBe(1)
  await story.stream([[ITEM[0], 30]])
  expect(await compactions.plan(SMALL)).toHaveLength(1)
})
