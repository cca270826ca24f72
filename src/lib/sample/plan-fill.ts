import {SluiceError} from '../errors.js'
import {afterlifeOf} from './claim-events.js'
import {createdMsAt, type ClaimSettings} from './claim.js'
import {numberOf} from './export-names.js'
import {resolveSample, type SampleRequest} from './sample-request.js'
import {sampleWindow} from './sample-shape.js'

export interface FillRequest extends SampleRequest {
  /** About so many files, as many on each day as on the others. */
  readonly smallFiles: number
}

/** What fills a change log; sizes and time are estimates. */
export interface FillPlan {
  readonly items: number
  readonly days: number
  readonly seed: number
  readonly filesPerDay: number
  /** Numbers of the claims of each file, in the order in which a delivery stream would have written them. */
  readonly files: readonly (readonly number[])[]
  readonly modified: number
  readonly removed: number
  readonly sizeBytes: number
  readonly durationMs: number
  readonly settings: ClaimSettings
}

const DAY_MS = 86_400_000
/** The events of a file are held in memory. */
const MOST_ITEMS_A_FILE = 50_000
/** Measured: an empty file, a row, and what the first rows add because their values are new to the file. */
const FILE_BYTES = 5_800
const ROW_BYTES = 125
const NEW_ROW_BYTES = 100
const NEW_ROWS = 40
/** Measured on two cores (docs/sample.md). */
const FILE_MS = 10
const ITEM_MS = 0.3

/**
 * Divides the claims by the UTC day and the part of the day in which they are made, so that the events of a part leave
 * one file in one partition; a part without a claim leaves none. Throws `USAGE` for a request that cannot be met.
 */
export function planFill(request: FillRequest): FillPlan {
  const {items, days, seed, skew, exportTime} = resolveSample({...request, files: request.smallFiles, errorRate: 0})
  const window = sampleWindow(exportTime, days)
  // A claim keeps its key and its partition for good, so claims of other days must be other claims.
  const ownSeed = numberOf(JSON.stringify(['fill', seed, days, skew, exportTime.toISOString()]), 2 ** 32)
  const settings = {seed: ownSeed, window, errorRate: 0, skew}
  const filesPerDay = Math.max(1, Math.round(request.smallFiles / days))
  const files = filesOf(items, settings, filesPerDay, days)
  const count = {stays: 0, modified: 0, removed: 0}
  for (let index = 0; index < items; index++) count[afterlifeOf(index, settings)] += 1
  return {
    items,
    days,
    seed,
    filesPerDay,
    files,
    modified: count.modified,
    removed: count.removed,
    sizeBytes: files.reduce((sum, {length}) => sum + sizeOf(length), 0),
    durationMs: Math.round(files.length * FILE_MS + items * ITEM_MS),
    settings,
  }
}

function sizeOf(rows: number): number {
  return FILE_BYTES + rows * ROW_BYTES + Math.min(rows, NEW_ROWS) * NEW_ROW_BYTES
}

function filesOf(items: number, settings: ClaimSettings, filesPerDay: number, days: number): number[][] {
  const files = Array.from({length: days * filesPerDay}, (): number[] => [])
  for (let index = 0; index < items; index++) {
    const share = (createdMsAt(index, settings) - settings.window.startMs) / DAY_MS
    const day = Math.floor(share)
    files[day * filesPerDay + Math.floor((share - day) * filesPerDay)]!.push(index)
  }
  const filled = files.filter((claims) => claims.length > 0)
  const most = filled.reduce((longest, {length}) => Math.max(longest, length), 0)
  if (most > MOST_ITEMS_A_FILE) {
    throw new SluiceError('USAGE', `${most} items in one file are too many; ${MOST_ITEMS_A_FILE} fit.`, {
      fix: 'Ask for more files.',
    })
  }
  return filled
}
