import {decisionsOf, type Decision, type Decisions} from './claim-decisions.js'
import {timelineOf, type Timeline} from './claim-timeline.js'
import {drawDefect, type Defect} from './defects.js'
import {drawQuantile, drawWeighted, type Quantiles, type Weighted} from './distributions.js'
import {Random} from './random.js'
import {hexText, shortHexText} from './text-forms.js'

/** When the claims of a sample are made; all in milliseconds since 1970. */
export interface SampleWindow {
  /** Midnight UTC of the first day. */
  readonly startMs: number
  /** The export's time; everything in the sample is before it. */
  readonly endMs: number
  /** Midnight UTC of the day that gets the skewed share. */
  readonly hotDayMs: number
}

export interface ClaimSettings {
  readonly seed: number
  readonly window: SampleWindow
  /** Share of claims with a defect, 0 to 1. */
  readonly errorRate: number
  /** Share of claims that are made on the hot day on top of the even spread, 0 to 1. */
  readonly skew: number
}

/** One claim. Money is in hundredths, costs and scores in ten-thousandths; undefined is absent, null is DynamoDB's NULL. */
export interface Claim {
  readonly claimId: string
  readonly claimType: string
  readonly region: string
  readonly currency: 'GBP' | 'EUR'
  readonly claimAmountCents: number
  readonly payoutAmountCents: number | undefined
  readonly budgetAmountCents: number | null | undefined
  readonly textractCostUnits: number | undefined
  readonly textractBaselineCostUnits: number | undefined
  readonly aiCostUnits: number | undefined
  readonly decisions: Decisions
  readonly documentCount: number
  readonly pageCount: number | undefined
  readonly times: Timeline
  /** Number of the person within the population. */
  readonly claimant: number
  readonly adjusterId: string | null | undefined
  readonly defect: Defect | undefined
}

const POPULATION = 200_000
const EURO_SHARE = 0.06
const NULL_SHARE = 0.002
const CLAIM_TYPES: Weighted<string> = [
  ['MOTOR', 0.45],
  ['HOME', 0.3],
  ['TRAVEL', 0.15],
  ['PET', 0.1],
]
const SHARE_OF_AMOUNT: Readonly<Record<Decision, readonly [low: number, high: number]>> = {
  APPROVE: [0.85, 1],
  PARTIAL: [0.3, 0.7],
  REJECT: [0, 0],
}
const GBP_REGIONS = ['london', 'south-east', 'south-west', 'midlands', 'north', 'scotland', 'wales', 'northern-ireland']
const EUR_REGIONS = ['dublin', 'cork', 'galway']
const AMOUNT_CENTS: Quantiles = [
  [0, 4_500],
  [0.3, 45_000],
  [0.6, 140_000],
  [0.85, 420_000],
  [0.97, 1_200_000],
  [1, 4_800_000],
]

/**
 * The claim with this number: a pure function of seed, number and settings, so a larger sample of the same seed and
 * time holds the smaller one, and files can be made in any order.
 */
export function claimAt(index: number, settings: ClaimSettings): Claim {
  const random = new Random(settings.seed, index)
  const claimId = claimIdOf(settings.seed, index, random)
  const times = timelineOf(random, settings.window, createdAt(random, settings))
  const currency = random.chance(EURO_SHARE) ? 'EUR' : 'GBP'
  const regions = currency === 'EUR' ? EUR_REGIONS : GBP_REGIONS
  const decisions = decisionsOf(random, times, settings.window)
  const claimAmountCents = Math.floor(drawQuantile(random, AMOUNT_CENTS))
  const documentCount = random.between(1, 4)
  const pages = documentCount + random.below(documentCount * 3)
  const extracted = times.extractionCompletedMs !== undefined
  return {
    claimId,
    claimType: drawWeighted(random, CLAIM_TYPES),
    region: regions[random.below(regions.length)] ?? 'london',
    currency,
    claimAmountCents,
    payoutAmountCents: payout(random, claimAmountCents, decisions.finalDecision),
    budgetAmountCents: budget(random, claimAmountCents),
    textractCostUnits: extracted ? pages * random.between(270, 372) : undefined,
    textractBaselineCostUnits: extracted ? pages * random.between(480, 650) : undefined,
    aiCostUnits: decisions.aiDecision === undefined ? undefined : 600 + pages * random.between(90, 140),
    decisions,
    documentCount,
    pageCount: extracted ? pages : undefined,
    times,
    // The square makes some people claim often, as an erasure request must be able to find more than one row.
    claimant: Math.floor(POPULATION * random.fraction() * random.fraction()),
    adjusterId: adjuster(random, times),
    defect: drawDefect(random, settings.errorRate),
  }
}

/** When the claim with this number is made: the same as in `claimAt`, without the rest of it. */
export function createdMsAt(index: number, settings: ClaimSettings): number {
  const random = new Random(settings.seed, index)
  claimIdOf(settings.seed, index, random)
  return createdAt(random, settings)
}

/** The multiplication by an odd number visits every 32-bit value once: unique keys in no order, as DynamoDB's hash gives. */
function claimIdOf(seed: number, index: number, random: Random): string {
  const scattered = (Math.imul(index, 0x9e37_79b1) ^ Math.imul(seed | 0, 0x85eb_ca6b)) >>> 0
  return `CLM-${hexText(scattered)}${shortHexText(random.below(0x1_0000))}`
}

function createdAt(random: Random, {window, skew}: ClaimSettings): number {
  if (skew > 0 && random.chance(skew)) {
    const endMs = Math.min(window.hotDayMs + 86_400_000, window.endMs)
    return window.hotDayMs + random.below(endMs - window.hotDayMs)
  }
  return window.startMs + random.below(window.endMs - window.startMs)
}

function payout(random: Random, amountCents: number, decision: Decision | undefined): number | undefined {
  if (decision === undefined) return undefined
  const [low, high] = SHARE_OF_AMOUNT[decision]
  return Math.floor(amountCents * (low + (high - low) * random.fraction()))
}

function budget(random: Random, amountCents: number): number | null | undefined {
  if (random.chance(NULL_SHARE)) return null
  if (random.chance(0.05)) return undefined
  return Math.floor(amountCents * (0.75 + 0.4 * random.fraction()))
}

function adjuster(random: Random, times: Timeline): string | null | undefined {
  if (times.reviewStartedMs === undefined) return undefined
  return random.chance(NULL_SHARE) ? null : `ADJ-${String(random.between(1, 120)).padStart(3, '0')}`
}
