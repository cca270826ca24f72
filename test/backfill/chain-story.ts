import fc from 'fast-check'
import {HISTORY_SECONDS, historyOf, type Moves, type Write} from './chain-history.js'
import type {ExportPlan, Habits, View} from './chain-exports.js'

export type Step =
  /** Several numbers: loaded as one chain. */
  | {readonly do: 'load'; readonly which: readonly number[]}
  | {readonly do: 'undo'; readonly which: number}
  /** Column `count` comes from another attribute from here on; what is loaded stays as it is. */
  | {readonly do: 'remap'}

/** A table, its history, the exports of it, and what happens to them. */
export interface ChainStory {
  readonly isImmutable: boolean
  readonly moves: Moves
  /** Items with this note are none of the table, as long as they have it. */
  readonly skips: string | null
  readonly view: View
  readonly history: readonly Write[]
  /** Full exports first. */
  readonly plans: readonly ExportPlan[]
  readonly habits: Habits
  readonly steps: readonly Step[]
}

/** A partition that changes unseen is refused, which is right but leads nowhere: rarely. */
const table = fc.oneof(
  ...(
    [
      [false, 'NEW_IMAGE', 'moves', 3],
      [false, 'NEW_AND_OLD_IMAGES', 'moves', 3],
      [true, 'NEW_IMAGE', 'never', 3],
      [true, 'NEW_IMAGE', 'unreadable', 3],
      [true, 'NEW_IMAGE', 'moves', 1],
      [true, 'NEW_AND_OLD_IMAGES', 'unreadable', 3],
      [true, 'NEW_AND_OLD_IMAGES', 'moves', 6],
    ] as const
  ).map(([isImmutable, view, moves, weight]) => ({
    weight,
    arbitrary: fc.constant<Pick<ChainStory, 'isImmutable' | 'view' | 'moves'>>({isImmutable, view, moves}),
  })),
)

const exportsOf = (view: View) =>
  fc
    .record({
      bounds: fc.uniqueArray(fc.integer({min: -5, max: HISTORY_SECONDS + 5}), {minLength: 3, maxLength: 5}),
      fulls: fc.uniqueArray(fc.record({second: fc.integer({min: 0, max: HISTORY_SECONDS}), ms: fc.nat({max: 999})}), {
        minLength: 1,
        maxLength: 2,
        // Two full exports within one second have one version.
        selector: ({second}) => second,
      }),
      /** Whether the first full export stands just where a window begins. */
      isAligned: fc.boolean(),
    })
    .map(({bounds, fulls, isAligned}): ExportPlan[] => {
      const sorted = bounds.toSorted((a, b) => a - b)
      const instants = fulls.map(({second, ms}) => second + ms / 1000)
      const others = instants.slice(1).filter((at) => Math.floor(at) !== sorted[0])
      const aligned = isAligned ? [sorted[0]!, ...others] : instants
      return [
        ...aligned.map((at): ExportPlan => ({kind: 'full', at})),
        ...sorted.slice(1).map((to, index): ExportPlan => ({kind: 'incremental', from: sorted[index]!, to, view})),
      ]
    })

const which = fc.nat({max: 9})
const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 5, arbitrary: which.map((one): Step => ({do: 'load', which: [one]}))},
  {weight: 3, arbitrary: fc.array(which, {minLength: 2, maxLength: 5}).map((all): Step => ({do: 'load', which: all}))},
  {weight: 3, arbitrary: which.map((one): Step => ({do: 'undo', which: one}))},
  {weight: 1, arbitrary: fc.constant<Step>({do: 'remap'})},
)

export const chainStory: fc.Arbitrary<ChainStory> = table.chain((kind) =>
  fc.record({
    isImmutable: fc.constant(kind.isImmutable),
    moves: fc.constant(kind.moves),
    view: fc.constant(kind.view),
    skips: fc.constantFrom(null, null, "it's"),
    history: historyOf(kind.moves),
    plans: exportsOf(kind.view),
    habits: fc.record({nulls: fc.boolean(), writesVanished: fc.boolean(), files: fc.integer({min: 1, max: 3})}),
    steps: fc.array(step, {minLength: 3, maxLength: 6}),
  }),
)
