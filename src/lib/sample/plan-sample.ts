import {resolveSample, saltOf, type SampleRequest} from './sample-request.js'
import {placeOf} from './write-export.js'

/** What a sample will be; sizes and time are estimates. */
export interface SamplePlan {
  readonly exportId: string
  /** Key prefix of the export in the store, ending in `/`. */
  readonly folder: string
  readonly seed: number
  readonly items: number
  readonly files: number
  readonly sizeBytes: number
  readonly uncompressedBytes: number
  readonly durationMs: number
}

/** Measured: a claim as a line, compressed among many, and what a file adds because it begins without a dictionary. */
const LINE_BYTES = 957
const COMPRESSED_LINE_BYTES = 130
const FILE_BYTES = 500
/** Measured on two cores (docs/sample.md). */
const ITEMS_PER_SECOND = 60_000
const FILE_MS = 4

/** What would be written, before anything is. Throws `USAGE` for a request that cannot be met. */
export function planSample(request: SampleRequest): SamplePlan {
  const sample = resolveSample(request)
  const {items, files, seed} = sample
  return {
    ...placeOf({...sample, salt: saltOf(sample)}),
    seed,
    items,
    files,
    sizeBytes: items * COMPRESSED_LINE_BYTES + files * FILE_BYTES,
    uncompressedBytes: items * LINE_BYTES,
    durationMs: Math.round((items / ITEMS_PER_SECOND) * 1000 + files * FILE_MS),
  }
}
