import type {SampleWindow} from './claim.js'
import type {Stage, Timeline} from './claim-timeline.js'
import {drawQuantile, drawWeighted, type Quantiles, type Weighted} from './distributions.js'
import type {Random} from './random.js'

export type Decision = 'APPROVE' | 'REJECT' | 'PARTIAL'

/** What model and person said of a claim; confidence and score in ten-thousandths. */
export interface Decisions {
  readonly status: string
  readonly modelVersion: string | undefined
  readonly aiDecision: Decision | undefined
  readonly aiConfidenceUnits: number | undefined
  readonly fraudScoreUnits: number | undefined
  readonly humanDecision: Decision | undefined
  readonly finalDecision: Decision | undefined
  readonly overrideReason: string | undefined
}

/** A model version is in use until this share of the window is over; people disagree with it this often. */
interface Model {
  readonly version: string
  readonly untilShare: number
  readonly disagreement: number
}

const FIRST_MODEL: Model = {version: 'claims-3.1.0', untilShare: 0.35, disagreement: 0.094}
const LATER_MODELS: readonly Model[] = [
  {version: 'claims-3.2.0', untilShare: 0.75, disagreement: 0.083},
  {version: 'claims-3.3.0', untilShare: 1, disagreement: 0.074},
]
const FRAUD_SCORE_MISSING_SHARE = 0.06
const AI_DECISIONS: Weighted<Decision> = [
  ['APPROVE', 0.68],
  ['REJECT', 0.22],
  ['PARTIAL', 0.1],
]
const OTHER_DECISIONS: Readonly<Record<Decision, readonly [Decision, Decision]>> = {
  APPROVE: ['PARTIAL', 'REJECT'],
  REJECT: ['APPROVE', 'PARTIAL'],
  PARTIAL: ['APPROVE', 'REJECT'],
}
const DECIDED_STATUS: Readonly<Record<Decision, Weighted<string>>> = {
  APPROVE: [
    ['PAID', 0.7],
    ['APPROVED', 0.2],
    ['CLOSED', 0.1],
  ],
  PARTIAL: [
    ['PAID', 0.6],
    ['APPROVED', 0.4],
  ],
  REJECT: [
    ['REJECTED', 0.8],
    ['CLOSED', 0.2],
  ],
}
const OVERRIDE_REASONS = ['POLICY_EXCLUSION', 'NEW_EVIDENCE', 'AMOUNT_CORRECTED', 'DOCUMENT_MISREAD', 'GOODWILL']
const AGREED_CONFIDENCE: Quantiles = [
  [0, 6_200],
  [0.2, 8_300],
  [0.6, 9_300],
  [1, 9_990],
]
const DISPUTED_CONFIDENCE: Quantiles = [
  [0, 4_100],
  [0.5, 6_600],
  [0.9, 8_200],
  [1, 9_700],
]
const REJECTED_FRAUD_SCORE: Quantiles = [
  [0, 900],
  [0.15, 3_600],
  [0.5, 6_500],
  [1, 9_980],
]
const PAID_FRAUD_SCORE: Quantiles = [
  [0, 20],
  [0.7, 1_900],
  [0.93, 3_800],
  [1, 8_800],
]

/** Decisions that fit how far the claim has come: none before extraction, no final one before `decidedAt`. */
export function decisionsOf(random: Random, times: Timeline, window: SampleWindow): Decisions {
  if (times.extractionCompletedMs === undefined) return undecided(times.stage)
  const model = modelAt(times.createdMs, window)
  const aiDecision = drawWeighted(random, AI_DECISIONS)
  const humanDecision = times.reviewCompletedMs === undefined ? undefined : reviewOf(random, model, aiDecision)
  const overridden = humanDecision !== undefined && humanDecision !== aiDecision
  const finalDecision = times.decidedMs === undefined ? undefined : (humanDecision ?? aiDecision)
  return {
    status: finalDecision === undefined ? times.stage : drawWeighted(random, DECIDED_STATUS[finalDecision]),
    modelVersion: model.version,
    aiDecision,
    aiConfidenceUnits: Math.floor(drawQuantile(random, overridden ? DISPUTED_CONFIDENCE : AGREED_CONFIDENCE)),
    fraudScoreUnits: fraudScore(random, finalDecision ?? aiDecision),
    humanDecision,
    finalDecision,
    overrideReason: overridden ? OVERRIDE_REASONS[random.below(OVERRIDE_REASONS.length)] : undefined,
  }
}

function undecided(stage: Stage): Decisions {
  return {
    status: stage,
    modelVersion: undefined,
    aiDecision: undefined,
    aiConfidenceUnits: undefined,
    fraudScoreUnits: undefined,
    humanDecision: undefined,
    finalDecision: undefined,
    overrideReason: undefined,
  }
}

function modelAt(createdMs: number, window: SampleWindow): Model {
  const share = (createdMs - window.startMs) / (window.endMs - window.startMs)
  if (share < FIRST_MODEL.untilShare) return FIRST_MODEL
  return LATER_MODELS.find((model) => share < model.untilShare) ?? FIRST_MODEL
}

function reviewOf(random: Random, model: Model, aiDecision: Decision): Decision {
  if (!random.chance(model.disagreement)) return aiDecision
  return OTHER_DECISIONS[aiDecision][random.chance(0.6) ? 0 : 1]
}

function fraudScore(random: Random, decision: Decision): number | undefined {
  if (random.chance(FRAUD_SCORE_MISSING_SHARE)) return undefined
  return Math.floor(drawQuantile(random, decision === 'REJECT' ? REJECTED_FRAUD_SCORE : PAID_FRAUD_SCORE))
}
