import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import fc from 'fast-check'
import {HISTORY_SECONDS, microsOf, streamRecordsOf, type StreamRecord, type Write} from './chain-history.js'
import type {LakeFolder} from './lake-folder.js'

export type StreamView = 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES'

/** Which events of a history come in one file, and how; in seconds of the history, `to` exclusive. */
export interface BatchPlan {
  readonly from: number
  readonly to: number
  /** Which of them come at all, over and over; always one at least. */
  readonly keeps: readonly boolean[]
  readonly isReversed: boolean
  /** Whether a line holds a whole event of a function. */
  readonly isPacked: boolean
}

export const EVERYTHING: BatchPlan = {
  from: 0,
  to: HISTORY_SECONDS,
  keeps: [true],
  isReversed: false,
  isPacked: false,
}

const PACK = 7

const range = fc.tuple(fc.nat({max: HISTORY_SECONDS}), fc.nat({max: HISTORY_SECONDS})).map((ends) => ({
  from: Math.min(...ends),
  to: Math.max(...ends) + 1,
}))
const prefix = fc.integer({min: 1, max: HISTORY_SECONDS}).map((to) => ({from: 0, to}))
const suffix = fc.nat({max: HISTORY_SECONDS - 1}).map((from) => ({from, to: HISTORY_SECONDS}))
const someOf = fc.array(fc.boolean(), {minLength: 3, maxLength: 7}).map((some) => [true, ...some])

/** Events may be missing: `gaps` says how often, in a hundred batches. */
export function batchOf(gaps: number): fc.Arbitrary<BatchPlan> {
  const ends = fc.oneof(
    {weight: 100 - gaps, arbitrary: prefix},
    {weight: gaps, arbitrary: range},
    {weight: gaps, arbitrary: suffix},
  )
  const keeps = fc.oneof({weight: 100 - gaps, arbitrary: fc.constant([true])}, {weight: gaps, arbitrary: someOf})
  return fc
    .record({ends, keeps, isReversed: fc.boolean(), isPacked: fc.boolean()})
    .map(({ends: {from, to}, ...more}) => ({from, to, ...more}))
}

/** The events of a batch, as a stream of the view gives them. */
export function eventsOf(history: readonly Write[], plan: BatchPlan, view: StreamView): StreamRecord[] {
  const [from, to] = [plan.from, plan.to].map((second) => Number(microsOf(second) / 1_000_000n)) as [number, number]
  const chosen = streamRecordsOf(history)
    .filter(({dynamodb: {ApproximateCreationDateTime: at}}) => at >= from && at < to)
    .filter((_, index) => plan.keeps[index % plan.keeps.length])
    .map((record) => (view === 'NEW_IMAGE' ? withoutOldImage(record) : record))
  return plan.isReversed ? chosen.toReversed() : chosen
}

function withoutOldImage({eventName, dynamodb: {OldImage: _, ...dynamodb}}: StreamRecord): StreamRecord {
  return {eventName, dynamodb}
}

/** Writes events to a file of the lake's folder; its name. */
export async function writeEvents(
  {folder}: Pick<LakeFolder, 'folder'>,
  name: string,
  events: readonly StreamRecord[],
  isPacked: boolean,
): Promise<string> {
  const lines: unknown[] = isPacked
    ? Array.from({length: Math.ceil(events.length / PACK)}, (_, pack) => ({
        Records: events.slice(pack * PACK, (pack + 1) * PACK),
      }))
    : [...events]
  const file = join(folder, name)
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return file
}
