import type {WrittenSample} from './write-sample-export.js'

/** The answer of `sluice lake sample`. */
export interface SampleResult extends Record<string, unknown> {
  readonly exportId: string
  /** The export's folder, as `backfill run --export` takes it. */
  readonly folder: string
  /** The export's folder in full. */
  readonly uri: string
  readonly exportTime: string
  readonly items: number
  readonly defects: number
  readonly files: number
  readonly sizeBytes: number
  readonly uncompressedBytes: number
  readonly seed: number
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
  const exportPath = written.folder.replace(/\/$/, '')
  const folder = `${location.out.replace(/(?<=.)\/+$/, '')}/${exportPath}`
  return {
    exportId: written.exportId,
    folder,
    uri: `${location.uri.replace(/\/+$/, '')}/${exportPath}`,
    exportTime: location.exportTime.toISOString(),
    items: written.items,
    defects: written.defects,
    files: written.files,
    sizeBytes: written.sizeBytes,
    uncompressedBytes: written.uncompressedBytes,
    seed: written.seed,
    next: `sluice backfill run --export ${shellWord(folder)}`,
  }
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
