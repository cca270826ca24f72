import fc from 'fast-check'
import {BUSY_SECONDS, HISTORY_SECONDS, historyOf, type Moves, type Write} from './chain-history.js'
import type {ExportPlan, Habits, View} from './chain-exports.js'
import {batchOf, type BatchPlan, type StreamView} from './chain-stream.js'

export type Step =
  /** Several numbers: loaded as one chain. */
  | {readonly do: 'load'; readonly which: readonly number[]}
  | {readonly do: 'undo'; readonly which: number}
  /** Events of the table's stream; `again`: the same file a second time. */
  | {readonly do: 'ingest'; readonly batch: BatchPlan; readonly again: boolean}
  /** Column `count` comes from another attribute from here on; what is loaded stays as it is. */
  | {readonly do: 'remap'}

/** A table, its history, the exports of it, and what happens to them. */
export interface ChainStory {
  readonly isImmutable: boolean
  readonly moves: Moves
  /** Items with this note are none of the table, as long as they have it. */
  readonly skips: string | null
  readonly view: View
  readonly streamView: StreamView
  /** Whether the whole stream comes at last. */
  readonly endsWithStream: boolean
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

/** Often just before, in or just after a second in which much is written. */
const secondOf = (min: number, max: number) =>
  fc.oneof(fc.integer({min, max}), fc.constantFrom(...BUSY_SECONDS.flatMap((second) => [second, second + 1])))

const exportsOf = (view: View) =>
  fc
    .record({
      bounds: fc.uniqueArray(secondOf(-5, HISTORY_SECONDS + 5), {minLength: 3, maxLength: 5}),
      fulls: fc.uniqueArray(fc.record({second: secondOf(0, HISTORY_SECONDS), ms: fc.nat({max: 999})}), {
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

/**
 * Where partitions are immutable and items move, a missing event or image leaves an item in two partitions, and every
 * later load is refused: rarely.
 */
function streamOf({isImmutable, moves}: Pick<ChainStory, 'isImmutable' | 'moves'>) {
  const isFragile = isImmutable && moves === 'moves'
  const views: StreamView[] = ['NEW_AND_OLD_IMAGES', 'NEW_IMAGE']
  const view = fc.constantFrom(...views)
  return isFragile
    ? {gaps: 30, view: fc.oneof({weight: 7, arbitrary: fc.constant(views[0]!)}, {weight: 1, arbitrary: view})}
    : {gaps: 70, view}
}

function stepOf(gaps: number): fc.Arbitrary<Step> {
  return fc.oneof(
    {weight: 5, arbitrary: which.map((one): Step => ({do: 'load', which: [one]}))},
    {
      weight: 3,
      arbitrary: fc.array(which, {minLength: 2, maxLength: 5}).map((all): Step => ({do: 'load', which: all})),
    },
    {weight: 3, arbitrary: which.map((one): Step => ({do: 'undo', which: one}))},
    {weight: 1, arbitrary: fc.constant<Step>({do: 'remap'})},
    {
      weight: 5,
      arbitrary: fc
        .record({batch: batchOf(gaps), again: fc.boolean()})
        .map((ingest): Step => ({do: 'ingest', ...ingest})),
    },
  )
}

export const chainStory: fc.Arbitrary<ChainStory> = table.chain((kind) => {
  const stream = streamOf(kind)
  return fc.record({
    isImmutable: fc.constant(kind.isImmutable),
    moves: fc.constant(kind.moves),
    view: fc.constant(kind.view),
    streamView: stream.view,
    endsWithStream: fc.boolean(),
    skips: fc.constantFrom(null, null, "it's"),
    history: historyOf(kind.moves),
    plans: exportsOf(kind.view),
    habits: fc.record({nulls: fc.boolean(), writesVanished: fc.boolean(), files: fc.integer({min: 1, max: 3})}),
    steps: fc.array(stepOf(stream.gaps), {minLength: 3, maxLength: 7}),
  })
})
