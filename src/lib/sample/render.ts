import {renderBlock, renderNext} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {plural} from '../cli/output/text.js'
import type {SampleResult} from './sample-result.js'

/** What a person sees of a sample that was made. */
export function renderSample(result: SampleResult): string {
  const defects = result.defects === 0 ? [] : [`${plural(result.defects, 'item')} with a defect, on purpose`]
  const sizes = `${bytesText(result.sizeBytes)} compressed, ${bytesText(result.uncompressedBytes)} of JSON`
  const block = renderBlock([
    ['export', result.exportId],
    ['folder', result.folder],
    ['contents', [`${plural(result.items, 'item')}, ${plural(result.files, 'file')}, ${sizes}`, ...defects]],
    ['seed', `${result.seed}, taken ${result.exportTime}: the same request makes the same items`],
  ])
  const heading = `Made a sample export of ${countText(result.items)} claims.`
  return `${heading}\n\n${block}\n\nLoad it into a claims lake:\n${renderNext([[result.next]])}`
}
