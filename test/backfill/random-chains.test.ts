import fc from 'fast-check'
import {expect, it} from 'vitest'
import {stateBefore, streamRecordsOf, historyOf, microsOf} from './chain-history.js'
import {chainStory} from './chain-story.js'
import {ChainTeller} from './chain-teller.js'

const RUNS = Number(process.env['SLUICE_RUNS'] ?? 15)
const MINUTES = 60_000

it(
  'current is what plain maps over the raw lines say, for any chain, in any order, with events, undo and new mappings in between',
  {timeout: MINUTES + RUNS * 6000},
  async () => {
    await fc.assert(
      fc.asyncProperty(chainStory, async (story) => {
        const teller = await ChainTeller.open(story)
        try {
          for (const step of story.steps) await teller.take(step)
          await teller.takeRest()
        } finally {
          await teller.close()
        }
      }),
      // A story takes seconds: a failure is told as it was met, by its seed.
      {numRuns: RUNS, endOnFailure: true},
    )
  },
)

it('the stream of a history leads to the same state as the history', () => {
  fc.assert(
    fc.property(historyOf('moves'), fc.nat({max: 240}), (history, second) => {
      const state = new Map<string, unknown>()
      const until = Number(microsOf(second) / 1_000_000n)
      const records = streamRecordsOf(history)
      for (const {dynamodb} of records.filter(({dynamodb: one}) => one.ApproximateCreationDateTime < until)) {
        const key = String(dynamodb.Keys['id']!['S'])
        expect(dynamodb.OldImage).toEqual(state.get(key))
        if (dynamodb.NewImage === undefined) state.delete(key)
        else state.set(key, dynamodb.NewImage)
      }
      expect(state).toEqual(stateBefore(history, microsOf(second)))
    }),
  )
})
