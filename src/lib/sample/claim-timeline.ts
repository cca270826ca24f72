import type {SampleWindow} from './claim.js'
import {drawQuantile, drawWeighted, type Quantiles, type Weighted} from './distributions.js'
import type {Random} from './random.js'

export type Stage = 'SUBMITTED' | 'EXTRACTING' | 'IN_REVIEW' | 'DECIDED'

/** The instants of a claim in milliseconds since 1970, never falling in the order of the fields; `updatedMs` is the last. */
export interface Timeline {
  readonly stage: Stage
  readonly createdMs: number
  readonly extractionStartedMs: number | undefined
  readonly extractionCompletedMs: number | undefined
  readonly reviewStartedMs: number | undefined
  readonly reviewCompletedMs: number | undefined
  readonly decidedMs: number | undefined
  readonly updatedMs: number
}

const DAY_MS = 86_400_000
const REVIEWED_SHARE = 0.62
const AUTOMATIC_FACTOR = 0.5
/** Backlog: many of the last days' claims wait, and a few old ones are stuck. */
const PENDING_SHARE_RECENT = 0.2
const PENDING_SHARE_OLD = 0.012
const RECENT_DAYS = 2
const PENDING_STAGES: Weighted<Stage> = [
  ['IN_REVIEW', 0.65],
  ['SUBMITTED', 0.2],
  ['EXTRACTING', 0.15],
]
/** From creation to decision of a claim that a person reviews. */
const REVIEWED_MS: Quantiles = [
  [0, 48_000],
  [0.25, 156_000],
  [0.5, 252_000],
  [0.75, 378_000],
  [0.92, 520_000],
  [0.98, 740_000],
  [1, 1_440_000],
]

/** How far a claim that was made at `createdMs` has come when the window ends. */
export function timelineOf(random: Random, window: SampleWindow, createdMs: number): Timeline {
  const reviewed = random.chance(REVIEWED_SHARE)
  const spanMs = Math.floor(drawQuantile(random, REVIEWED_MS) * (reviewed ? 1 : AUTOMATIC_FACTOR))
  const decidedMs = createdMs + spanMs
  const stage = stageOf(random, window, createdMs, decidedMs)
  if (stage === 'DECIDED') return decidedTimeline(random, window, createdMs, decidedMs, reviewed)
  return pendingTimeline(random, window, createdMs, spanMs, stage)
}

function stageOf(random: Random, window: SampleWindow, createdMs: number, decidedMs: number): Stage {
  const recent = window.endMs - createdMs < RECENT_DAYS * DAY_MS
  const pending = random.chance(recent ? PENDING_SHARE_RECENT : PENDING_SHARE_OLD) || decidedMs >= window.endMs
  return pending ? drawWeighted(random, PENDING_STAGES) : 'DECIDED'
}

function decidedTimeline(
  random: Random,
  window: SampleWindow,
  createdMs: number,
  decidedMs: number,
  reviewed: boolean,
): Timeline {
  const at = pointsWithin(createdMs, decidedMs - createdMs)
  const settledMs = decidedMs + random.below(5 * DAY_MS)
  return {
    stage: 'DECIDED',
    createdMs,
    extractionStartedMs: at(0.02 + 0.06 * random.fraction()),
    extractionCompletedMs: at(0.2 + 0.2 * random.fraction()),
    reviewStartedMs: reviewed ? at(0.45 + 0.2 * random.fraction()) : undefined,
    reviewCompletedMs: reviewed ? at(0.9 + 0.09 * random.fraction()) : undefined,
    decidedMs,
    updatedMs: Math.min(settledMs, window.endMs - 1),
  }
}

function pendingTimeline(
  random: Random,
  window: SampleWindow,
  createdMs: number,
  spanMs: number,
  stage: Exclude<Stage, 'DECIDED'>,
): Timeline {
  const within = pointsWithin(createdMs, spanMs)
  const at = (share: number): number => Math.min(within(share), window.endMs - 1)
  const extractionStartedMs = stage === 'SUBMITTED' ? undefined : at(0.02 + 0.06 * random.fraction())
  const extractionCompletedMs = stage === 'IN_REVIEW' ? at(0.2 + 0.2 * random.fraction()) : undefined
  const reviewStartedMs = stage === 'IN_REVIEW' && random.chance(0.4) ? at(0.45 + 0.2 * random.fraction()) : undefined
  return {
    stage,
    createdMs,
    extractionStartedMs,
    extractionCompletedMs,
    reviewStartedMs,
    reviewCompletedMs: undefined,
    decidedMs: undefined,
    updatedMs: reviewStartedMs ?? extractionCompletedMs ?? extractionStartedMs ?? createdMs,
  }
}

function pointsWithin(startMs: number, spanMs: number): (share: number) => number {
  return (share) => startMs + Math.floor(spanMs * share)
}
