import {readFileSync} from 'node:fs'
import {afterAll, describe, expect, it} from 'vitest'
import {chosenPoints, meetFault, pointsText, tellRuns} from './fault-cases.js'
import {FaultBench} from './fault-lake.js'

// Each point of an undisturbed backfill, in order. After a change of what a load does: npx vitest run test/fault -u
const POINTS = new URL('backfill-points.txt', import.meta.url)
const text = readFileSync(POINTS, 'utf8')
const chosen = chosenPoints(text)

const bench = await FaultBench.make()
const undisturbed = await bench.lake()
const process = undisturbed.start()
await process.load()
const rows = await undisturbed.current()
afterAll(() => bench.close())

it('an undisturbed backfill makes exactly the points of the list', async () => {
  expect(rows).toHaveLength(bench.items)
  await expect(pointsText(process)).toMatchFileSnapshot(POINTS.pathname)
  tellRuns('a backfill (kills)', process.points.length, chosen.length, chosen.length * 2)
})

it('and so does another one', async () => {
  const lake = await bench.lake()
  const again = lake.start()
  await again.load()
  expect(again.points).toEqual(process.points)
  expect(await lake.current()).toEqual(rows)
})

describe('a backfill that is killed', () => {
  for (const kind of ['kill-before', 'kill-after'] as const) {
    for (const point of chosen) {
      it(`${kind} ${point}`, async () => {
        const lake = await bench.lake()
        await meetFault(lake, {kind, point}, rows)
        await lake.remove()
      })
    }
  }
})
