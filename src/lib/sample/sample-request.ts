import {SluiceError} from '../errors.js'
import type {Report} from '../ports/report.js'
import {sampleFiles} from './sample-shape.js'

/** What to make; everything but the export's time has a default. */
export interface SampleRequest {
  /** Items of the export; 100,000. */
  readonly items?: number
  /** Data files that the export lists, one in eight of them empty; 16. */
  readonly files?: number
  /** UTC days over which the claims are made, the last one being that of the export; 90. */
  readonly days?: number
  /** Same seed, same items; 1. */
  readonly seed?: number
  /** When the export is taken: every time in it is earlier. */
  readonly exportTime: Date
  /** Name of the DynamoDB table; `ICPA_Claims`. */
  readonly table?: string
  readonly account?: string
  readonly region?: string
  readonly bucket?: string
  readonly prefix?: string | null
  /** Share of items with a defect that a lake must quarantine, 0 to 1; 0. */
  readonly errorRate?: number
  /** Share of items that are all made on one day, 0 to 1; 0. */
  readonly skew?: number
  readonly report?: Report
  readonly signal?: AbortSignal
}

export type ResolvedSample = Required<Omit<SampleRequest, 'report' | 'signal'>>

const DEFAULTS = {
  items: 100_000,
  files: 16,
  days: 90,
  seed: 1,
  table: 'ICPA_Claims',
  account: '111122223333',
  region: 'eu-west-1',
  bucket: 'icpa-exports',
  prefix: null,
  errorRate: 0,
  skew: 0,
} as const
/** A compressed file is held in memory until it is written. */
const MOST_ITEMS_A_FILE = 1_000_000

/** The request with every default filled in. Throws `USAGE` for one that cannot be met. */
export function resolveSample(request: SampleRequest): ResolvedSample {
  const sample: ResolvedSample = {...DEFAULTS, ...request}
  refuseImpossible(sample)
  return sample
}

/** What tells samples of one table and time apart. */
export function saltOf({seed, items, files, days, errorRate, skew}: ResolvedSample): string {
  return JSON.stringify([seed, items, files, days, errorRate, skew])
}

function refuseImpossible(sample: ResolvedSample): void {
  const whole: readonly (readonly [string, number, number])[] = [
    ['The number of items', sample.items, 0],
    ['The number of files', sample.files, 1],
    ['The number of days', sample.days, 1],
    ['The seed', sample.seed, 0],
  ]
  for (const [name, value, least] of whole) {
    if (!Number.isSafeInteger(value) || value < least) refuse(`${name} must be a whole number from ${least} up.`)
  }
  for (const [name, share] of [['The error rate', sample.errorRate] as const, ['The skew', sample.skew] as const]) {
    if (!(share >= 0 && share <= 1)) refuse(`${name} must be a number between 0 and 1.`)
  }
  if (sample.exportTime.getTime() <= sample.days * 86_400_000) refuse('The sample would begin before 1970.')
  const mostItems = sampleFiles(sample.items, sample.files).reduce((most, {items}) => Math.max(most, items), 0)
  if (mostItems > MOST_ITEMS_A_FILE) {
    refuse(`${mostItems} items in one file are too many; ${MOST_ITEMS_A_FILE} fit.`, 'Ask for more files.')
  }
}

function refuse(message: string, fix?: string): never {
  throw new SluiceError('USAGE', message, fix === undefined ? {} : {fix})
}
