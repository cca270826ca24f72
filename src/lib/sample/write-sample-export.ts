import {SluiceError} from '../errors.js'
import type {ObjectStore} from '../ports/object-store.js'
import {claimLine} from './claim-line.js'
import {claimAt, type ClaimSettings} from './claim.js'
import {DEFECTS, isQuarantined, noDefects, type Defect, type DefectCounts} from './defects.js'
import type {ExportPorts, LineChunk, LineSource, WrittenExport} from './export-types.js'
import {resolveSample, saltOf, type SampleRequest} from './sample-request.js'
import {sampleFiles, sampleWindow} from './sample-shape.js'
import {InstantText} from './text-forms.js'
import {writeExport} from './write-export.js'

export interface WrittenSample extends WrittenExport {
  readonly seed: number
  /** Items that a load must quarantine. */
  readonly defects: number
  readonly defectKinds: DefectCounts
}

/** Text of more lines leaves the young generation before it is compressed, which costs a quarter of the time. */
const LINES_A_CHUNK = 100

/**
 * Writes a full export of a made-up claims table: equal items, line by line, for an equal request on any machine. (The
 * compressed bytes also depend on the version of zlib.)
 *
 * Errors: `USAGE` for a request that cannot be met, and those of {@link writeExport}.
 */
export async function writeSampleExport(request: SampleRequest, ports: ExportPorts): Promise<WrittenSample> {
  const sample = resolveSample(request)
  const defectKinds = noDefects()
  const settings = {...sample, window: sampleWindow(sample.exportTime, sample.days)}
  const sources = sampleFiles(sample.items, sample.files).map(({first, items}) =>
    claimLines(settings, first, items, defectKinds),
  )
  const written = await writeExport({...request, ...sample, salt: saltOf(sample), files: sources}, ports)
  const defects = DEFECTS.filter(isQuarantined).reduce((sum, kind) => sum + defectKinds[kind], 0)
  return {...written, seed: sample.seed, defects, defectKinds}
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

function claimLines(
  settings: ClaimSettings,
  first: number,
  items: number,
  defectKinds: Record<Defect, number>,
): LineSource {
  const chunks = function* (): Iterable<LineChunk> {
    const instants = new InstantText()
    for (let start = first; start < first + items; start += LINES_A_CHUNK) {
      const end = Math.min(start + LINES_A_CHUNK, first + items)
      let text = ''
      for (let index = start; index < end; index++) {
        const claim = claimAt(index, settings)
        if (claim.defect !== undefined) defectKinds[claim.defect] += 1
        text += claimLine(claim, instants)
      }
      yield {text, items: end - start}
    }
  }
  return {itemCount: items, chunks: chunks()}
}
