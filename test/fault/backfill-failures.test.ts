import {readFileSync} from 'node:fs'
import {afterAll, describe, it} from 'vitest'
import {chosenPoints, meetFault, tellRuns} from './fault-cases.js'
import {FaultBench} from './fault-lake.js'

const text = readFileSync(new URL('backfill-points.txt', import.meta.url), 'utf8')
const chosen = chosenPoints(text)

const bench = await FaultBench.make()
const undisturbed = await bench.lake()
await undisturbed.start().load()
const rows = await undisturbed.current()
afterAll(async () => {
  tellRuns('a backfill (failures)', text.trimEnd().split('\n').length, chosen.length, chosen.length * 2)
  await bench.close()
})

describe('a backfill whose call fails', () => {
  for (const kind of ['fail-before', 'lose-answer'] as const) {
    for (const point of chosen) {
      it(`${kind} ${point}`, async () => {
        const lake = await bench.lake()
        await meetFault(lake, {kind, point}, rows)
        await lake.remove()
      })
    }
  }
})
