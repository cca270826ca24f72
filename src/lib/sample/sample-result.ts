import {shellWord} from '../shell-word.js'
import type {DefectCounts} from './defects.js'
import type {SamplePlan} from './plan-sample.js'
import type {WrittenSample} from './write-sample-export.js'

/** The answer of `sluice lake sample`. */
export interface SampleResult extends Record<string, unknown> {
  /** False: a dry run; sizes are estimates. */
  readonly changed: boolean
  readonly exportId: string
  /** The export's folder, as `backfill run --export` takes it. */
  readonly folder: string
  /** The export's folder in full. */
  readonly uri: string
  readonly exportTime: string
  readonly items: number
  /** Items that a load must quarantine; null before they are made. */
  readonly defects: number | null
  readonly defectKinds: DefectCounts | null
  readonly files: number
  readonly sizeBytes: number
  readonly uncompressedBytes: number
  readonly seed: number
  /** Estimate of a dry run, or null. */
  readonly durationMs: number | null
  /** The command that loads the export. */
  readonly next: string
}

export interface SampleLocation {
  /** The output folder as the user named it. */
  readonly out: string
  /** The output folder in full. */
  readonly uri: string
  readonly exportTime: Date
}

/** The answer for a sample that was written into this folder. */
export function sampleResult(written: WrittenSample, location: SampleLocation): SampleResult {
  const {items, defects, defectKinds, files, sizeBytes, uncompressedBytes, seed} = written
  const facts = {items, defects, defectKinds, files, sizeBytes, uncompressedBytes, seed, durationMs: null}
  return {changed: true, ...placeText(written, location), ...facts}
}

/** The answer of a dry run: what would be written there, by estimate. */
export function plannedResult(plan: SamplePlan, location: SampleLocation): SampleResult {
  const {items, files, sizeBytes, uncompressedBytes, seed, durationMs} = plan
  const facts = {items, defects: null, defectKinds: null, files, sizeBytes, uncompressedBytes, seed, durationMs}
  return {changed: false, ...placeText(plan, location), ...facts}
}

function placeText({exportId, folder: key}: Pick<SamplePlan, 'exportId' | 'folder'>, location: SampleLocation) {
  const exportPath = key.replace(/\/$/, '')
  const folder = `${location.out.replace(/(?<=.)\/+$/, '')}/${exportPath}`
  return {
    exportId,
    folder,
    uri: `${location.uri.replace(/\/+$/, '')}/${exportPath}`,
    exportTime: location.exportTime.toISOString(),
    next: `sluice backfill run --export ${shellWord(folder)}`,
  }
}
