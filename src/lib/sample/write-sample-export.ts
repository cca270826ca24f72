import {SluiceError} from '../errors.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {Report} from '../ports/report.js'
import {claimLine} from './claim-line.js'
import {claimAt, type ClaimSettings} from './claim.js'
import type {ExportPorts, LineChunk, LineSource, WrittenExport} from './export-types.js'
import {sampleFiles, sampleWindow} from './sample-shape.js'
import {InstantText} from './text-forms.js'
import {writeExport} from './write-export.js'

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

export interface WrittenSample extends WrittenExport {
  readonly seed: number
  /** Items with a wrong type tag or an amount that money cannot hold. */
  readonly defects: number
}

type Resolved = Required<Omit<SampleRequest, 'report' | 'signal'>>

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
const LINES_A_CHUNK = 400
/** A compressed file is held in memory until it is written. */
const MOST_ITEMS_A_FILE = 1_000_000

/**
 * Writes a full export of a made-up claims table: equal items, line by line, for an equal request on any machine. (The
 * compressed bytes also depend on the version of zlib.)
 *
 * Errors: `USAGE` for a request that cannot be met, and those of {@link writeExport}.
 */
export async function writeSampleExport(request: SampleRequest, ports: ExportPorts): Promise<WrittenSample> {
  const sample: Resolved = {...DEFAULTS, ...request}
  refuseImpossible(sample)
  const count = {defects: 0}
  const settings = {...sample, window: sampleWindow(sample.exportTime, sample.days)}
  const sources = sampleFiles(sample.items, sample.files).map(({first, items}) =>
    claimLines(settings, first, items, count),
  )
  const salt = JSON.stringify([sample.seed, sample.items, sample.files, sample.days, sample.errorRate, sample.skew])
  const written = await writeExport({...request, ...sample, salt, files: sources}, ports)
  return {...written, seed: sample.seed, defects: count.defects}
}

/** Throws `FOLDER_NOT_EMPTY` when the store holds anything: a sample never lands among other files. */
export async function refuseUnlessEmpty(output: ObjectStore): Promise<void> {
  for await (const object of output.list('')) {
    throw new SluiceError('FOLDER_NOT_EMPTY', `${output.uri} is not empty: it holds ${object.key}.`, {
      fix: 'Choose another folder with --out, or empty this one.',
      details: {folder: output.uri, firstKey: object.key},
    })
  }
}

function claimLines(settings: ClaimSettings, first: number, items: number, count: {defects: number}): LineSource {
  const chunks = function* (): Iterable<LineChunk> {
    const instants = new InstantText()
    for (let start = first; start < first + items; start += LINES_A_CHUNK) {
      const end = Math.min(start + LINES_A_CHUNK, first + items)
      let text = ''
      for (let index = start; index < end; index++) {
        const claim = claimAt(index, settings)
        if (claim.defect !== undefined) count.defects += 1
        text += claimLine(claim, instants)
      }
      yield {text, items: end - start}
    }
  }
  return {itemCount: items, chunks: chunks()}
}

function refuseImpossible(sample: Resolved): void {
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
  const mostItems = Math.max(0, ...sampleFiles(sample.items, sample.files).map((file) => file.items))
  if (mostItems > MOST_ITEMS_A_FILE) {
    refuse(`${mostItems} items in one file are too many; ${MOST_ITEMS_A_FILE} fit.`, 'Ask for more files.')
  }
}

function refuse(message: string, fix?: string): never {
  throw new SluiceError('USAGE', message, fix === undefined ? {} : {fix})
}
