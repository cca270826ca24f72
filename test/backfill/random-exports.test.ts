import fc from 'fast-check'
import {expect, it} from 'vitest'
import {currentOf, differenceOf} from './current-model.js'
import {rawLines, writeItems, type ExportFolder} from './export-folder.js'
import {makeLake, openLake} from './lake-folder.js'
import {current, load, undo} from './loads.js'

const number = fc.oneof(
  fc.integer({min: -999_999, max: 999_999}).map(String),
  fc
    .tuple(fc.integer({min: -9999, max: 9999}), fc.integer({min: 0, max: 99}))
    .map(([whole, part]) => `${whole}.${String(part).padStart(2, '0')}`),
)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, {nil: undefined, freq: 4})
const values = fc.record({
  n: maybe(fc.oneof({weight: 8, arbitrary: number.map((N) => ({N}))}, {weight: 1, arbitrary: fc.constant({S: '1'})})),
  amount: maybe(
    fc.oneof(
      {weight: 8, arbitrary: number.map((N) => ({N}))},
      {weight: 1, arbitrary: fc.constantFrom({N: '0.005'}, {NULL: true as const})},
    ),
  ),
  note: maybe(
    fc.oneof(
      fc.constantFrom('', "o'hara", '😀', 'null', 'a\u0000b', '\u001b[31m').map((S) => ({S})),
      fc.constant({NULL: true as const}),
    ),
  ),
  createdAt: fc
    .constantFrom('2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.000Z', '2026-02-28T12:00:00.000Z')
    .map((S) => ({S})),
})
const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'é', 'x y', '%', '0'), {maxLength: 7})
const exportItems = ids.chain((chosen) =>
  fc.tuple(...chosen.map((id) => values.map((rest) => ({id: {S: id}, ...rest})))),
)
/** A few exports, and steps over them: load one, or take its load back. */
const story = fc.record({
  exports: fc.array(exportItems, {minLength: 2, maxLength: 3}),
  steps: fc.array(fc.record({which: fc.nat({max: 2}), undo: fc.boolean()}), {minLength: 3, maxLength: 6}),
})

it('current is what plain maps over the raw lines say, for any exports, in any order, with undo in between', async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({exports, steps}) => {
      const lake = await makeLake()
      const context = await openLake(lake)
      try {
        const sources: (ExportFolder & {readonly time: string; readonly lines: readonly string[]})[] = []
        for (const [index, items] of exports.entries()) {
          const time = `2026-01-${10 + index}T00:00:00.500Z`
          const lines = items.map((entry) => JSON.stringify({Item: entry}))
          const written = await writeItems(lake, [lines.slice(0, 2), lines.slice(2)], {time})
          sources.push({...written, time, lines: await rawLines(written)})
        }
        const standing = new Map<string, {readonly operation: string}>()
        for (const step of [{which: 0, undo: false}, ...steps]) {
          const source = sources[step.which % sources.length]!
          const operation = standing.get(source.exportId)
          const stands = () => currentOf(sources.filter(({exportId}) => standing.has(exportId)))
          if (!step.undo) {
            const before = stands()
            const loaded = await load(context, source)
            standing.set(source.exportId, loaded)
            // Nothing is compared with where nothing stands.
            if (before.length === 0) expect(loaded.comparison).toBeNull()
            else if (loaded.changed) expect(loaded.comparison).toMatchObject(differenceOf(before, stands()))
          } else if (operation !== undefined) {
            await undo(context, operation)
            standing.delete(source.exportId)
          }
          expect(await current(context)).toEqual(stands())
        }
      } finally {
        await context.close()
        await lake.remove()
      }
    }),
    {numRuns: 8},
  )
})
