import {renderBlock, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {aboutText} from '../cli/output/duration.js'
import {plural} from '../cli/output/text.js'
import {DEFECTS} from './defects.js'
import type {SamplePlan} from './plan-sample.js'
import type {SampleResult} from './sample-result.js'

/** One line before the work: what it will write, and that it costs nothing. */
export function planText({items, files, sizeBytes, durationMs}: SamplePlan): string {
  return `Writes ${plural(items, 'item')} in ${plural(files, 'file')}, about ${bytesText(sizeBytes)}, in ${aboutText(durationMs)}; no AWS call, no cost.`
}

/** What a person sees of a sample that was made, or would be. */
export function renderSample(result: SampleResult): string {
  const about = result.changed ? '' : 'about '
  const sizes = `${about}${bytesText(result.sizeBytes)} compressed, ${about}${bytesText(result.uncompressedBytes)} of JSON`
  const block = renderBlock([
    ['export', result.exportId],
    ['folder', result.folder],
    ['contents', [`${plural(result.items, 'item')} in ${plural(result.files, 'file')}`, sizes, ...defectLines(result)]],
    ['seed', `${result.seed}, taken ${result.exportTime}: the same request makes the same items`],
    ...estimateLines(result),
  ])
  if (!result.changed) {
    const heading = `A sample export of ${countText(result.items)} claims.`
    return `${heading}\n\n${block}\n\nNothing has been written. Repeat the command without --dry-run.`
  }
  const heading = `Made a sample export of ${countText(result.items)} claims.`
  return `${heading}\n\n${block}\n\nLoad it into a claims lake:\n${renderNext([[result.next]])}`
}

function estimateLines({durationMs}: SampleResult): Labelled[] {
  return durationMs === null ? [] : [['estimate', `${aboutText(durationMs)}; no AWS call, no cost`]]
}

function defectLines({defects, defectKinds}: SampleResult): string[] {
  if (defects === null || defectKinds === null) return []
  const met = DEFECTS.filter((kind) => defectKinds[kind] > 0)
  if (met.length === 0) return []
  const total = met.reduce((sum, kind) => sum + defectKinds[kind], 0)
  const kinds = met.map((kind) => `${kind.replaceAll('_', ' ')} ${countText(defectKinds[kind])}`)
  return [
    `${plural(total, 'item')} with a defect, on purpose; a load must quarantine ${countText(defects)}`,
    `(${kinds.slice(0, 3).join(', ')}${kinds.length > 3 ? ',' : ')'}`,
    ...(kinds.length > 3 ? [`${kinds.slice(3).join(', ')})`] : []),
  ]
}
