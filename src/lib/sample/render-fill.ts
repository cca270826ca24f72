import {renderBlock, renderNext} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {aboutText} from '../cli/output/duration.js'
import {plural} from '../cli/output/text.js'
import type {FillResult} from './fill-changelog.js'
import type {FillPlan} from './plan-fill.js'

/** What filling will do, for the question before it. */
export function fillText({items, files}: FillPlan, table: string): string {
  return `append ${plural(items, 'made-up claim')} in ${plural(files.length, 'small file')} to ${table}`
}

/** What a person sees of a change log that was filled, or would be. */
export function renderFill(result: FillResult): string {
  const {table, dryRun, changed, items, days, batches, files, sizeBytes, seed} = result
  const heading = dryRun
    ? `A sample of ${countText(items)} claims in small files, for table ${table}.`
    : changed
      ? `Filled table ${table} with ${countText(items)} claims in small files.`
      : `All ${plural(batches, 'file')} of this sample stand in table ${table} already: nothing to do.`
  if (!dryRun && !changed) return heading
  const about = dryRun ? 'about ' : ''
  const standing = dryRun || files === batches ? '' : `; ${plural(batches - files, 'other')} stood already`
  const block = renderBlock([
    ['files', `${plural(files, 'file')}, ${about}${bytesText(sizeBytes)}, on ${plural(days, 'day')}${standing}`],
    ['events', eventsText(result)],
    ['seed', `${seed}: the same request on the same day makes the same events`],
    ...(result.durationMs === null ? [] : [['estimate', aboutText(result.durationMs)] as const]),
  ])
  const last = dryRun
    ? 'Nothing has been changed. Repeat the command without --dry-run.'
    : `Readers see them now. What is worth merging:\n${renderNext([[result.next]])}`
  return `${heading}\n\n${block}\n\n${last}`
}

function eventsText({events, modified, removed}: FillResult): string {
  return `${countText(events)}: an INSERT a claim, ${countText(modified)} MODIFY, ${countText(removed)} REMOVE`
}
