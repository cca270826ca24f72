import type {Random} from './random.js'

/** What real tables do wrong, as often as each other. */
export const DEFECTS = [
  /** An amount with a tenth of a penny. */
  'inexact_amount',
  /** A count stored as text. */
  'text_number',
  /** A text stored as a number: the currency by its numeric code. */
  'wrong_tag',
  /** A time as milliseconds since 1970 instead of ISO 8601. */
  'epoch_time',
  /** A claim without the time of its creation. */
  'missing_time',
] as const
export type Defect = (typeof DEFECTS)[number]

/** A missing time is NULL, and its claim goes into the partition of the load's day; every other defect is set aside. */
export function isQuarantined(defect: Defect): boolean {
  return defect !== 'missing_time'
}

/** The defect of an item, in about `errorRate` of the calls. */
export function drawDefect(random: Random, errorRate: number): Defect | undefined {
  if (!random.chance(errorRate)) return undefined
  return DEFECTS[random.below(DEFECTS.length)]
}

/** How many items of a sample have each defect. */
export type DefectCounts = Readonly<Record<Defect, number>>

export function noDefects(): Record<Defect, number> {
  return {inexact_amount: 0, text_number: 0, wrong_tag: 0, epoch_time: 0, missing_time: 0}
}
