import {claimLine} from './claim-line.js'
import {claimAt, type Claim, type ClaimSettings} from './claim.js'
import type {AttributeValue, ExportItem} from './export-types.js'
import {numberOf} from './export-names.js'
import {Random} from './random.js'
import type {InstantText} from './text-forms.js'

/** A record of a DynamoDB stream, as a function gets it. */
export interface ClaimEvent {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  readonly eventSource: 'aws:dynamodb'
  readonly awsRegion: string
  readonly eventSourceARN: string
  readonly dynamodb: {
    /** Seconds. */
    readonly ApproximateCreationDateTime: number
    readonly Keys: ExportItem
    readonly NewImage?: ExportItem
    readonly OldImage?: ExportItem
    readonly SequenceNumber: string
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES'
  }
}

/** What becomes of a claim after its last update. */
export type Afterlife = 'stays' | 'modified' | 'removed'

const MODIFIED_SHARE = 0.02
const REMOVED_SHARE = 0.005
const MOST_DELAY_MS = 5 * 86_400_000
const ADJUSTERS = 120
const DIGITS = 10
const REGION = 'eu-west-1'
/** The table that the claims blueprint is fed by. */
const SOURCE_ARN = `arn:aws:dynamodb:${REGION}:111122223333:table/ICPA_Claims/stream/2026-01-01T00:00:00.000`

/** What becomes of the claim with this number; of claims of one seed about 2% are modified and 0.5% removed. */
export function afterlifeOf(index: number, {seed}: ClaimSettings): Afterlife {
  return drawAfterlife(afterlifeRandom(index, seed))
}

/**
 * The events of the claim with this number, in their order: its INSERT at its last update and, for a few, a MODIFY or a
 * REMOVE after it. All of them leave the claim in the partition of its creation.
 */
export function claimEvents(index: number, settings: ClaimSettings, instants: InstantText): ClaimEvent[] {
  const claim = claimAt(index, settings)
  const item = itemOf(claim, instants)
  const random = afterlifeRandom(index, settings.seed)
  const afterlife = drawAfterlife(random)
  const {updatedMs} = claim.times
  const event = eventOf(item['claimId']!, index, settings.seed)
  const inserted = event('INSERT', updatedMs, {NewImage: item})
  if (afterlife === 'stays') return [inserted]
  const laterMs = Math.min(updatedMs + random.below(MOST_DELAY_MS), settings.window.endMs - 1)
  if (afterlife === 'removed') return [inserted, event('REMOVE', laterMs, {OldImage: item})]
  const modified = {...item, adjusterId: {S: adjuster(random)}, updatedAt: {S: instants.of(laterMs)}}
  return [inserted, event('MODIFY', laterMs, {NewImage: modified, OldImage: item})]
}

function afterlifeRandom(index: number, seed: number): Random {
  return new Random(numberOf(`afterlife ${seed}`, 2 ** 32), index)
}

function drawAfterlife(random: Random): Afterlife {
  const share = random.fraction()
  return share < REMOVED_SHARE ? 'removed' : share < REMOVED_SHARE + MODIFIED_SHARE ? 'modified' : 'stays'
}

/** Another one takes the claim over. */
function adjuster(random: Random): string {
  return `ADJ-${String(random.between(1, ADJUSTERS)).padStart(3, '0')}`
}

function itemOf(claim: Claim, instants: InstantText): ExportItem {
  return (JSON.parse(claimLine(claim, instants)) as {Item: ExportItem}).Item
}

type Images = Pick<ClaimEvent['dynamodb'], 'NewImage' | 'OldImage'>

function eventOf(claimId: AttributeValue, index: number, seed: number) {
  return (eventName: ClaimEvent['eventName'], timeMs: number, images: Images): ClaimEvent => {
    const seconds = Math.floor(timeMs / 1000)
    // Rises with time, and for one claim within a second too; no other event of any seed has it.
    const parts = [seconds, seed, index].map((part) => String(part).padStart(DIGITS, '0'))
    return {
      eventName,
      eventSource: 'aws:dynamodb',
      awsRegion: REGION,
      eventSourceARN: SOURCE_ARN,
      dynamodb: {
        ApproximateCreationDateTime: seconds,
        Keys: {claimId},
        ...images,
        SequenceNumber: `${parts.join('')}${eventName === 'INSERT' ? 0 : 1}`,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    }
  }
}
