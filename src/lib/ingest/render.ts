import {renderNext} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {plural} from '../cli/output/text.js'
import {instantText} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import type {StreamResult} from './stream.js'

export function renderStream(result: StreamResult): string {
  const {table, events, rows, deleted, quarantined, leftOut, behindFloor, from, to, objects, sizeBytes} = result
  if (events === 0) return `No event in ${result.file}: nothing to do.`
  const counts = [
    plural(rows, 'row'),
    plural(deleted, 'delete'),
    `${quarantined} quarantined`,
    ...(leftOut === 0 ? [] : [`${leftOut} left out`]),
  ].join(', ')
  const span = `${plural(events, 'event')} from ${instantText(new Date(from!))} to ${instantText(new Date(to!))}: ${counts}`
  const lines = [span]
  if (behindFloor > 0)
    lines.push(
      `${plural(behindFloor, 'event is', 'events are')} older than the floor of ${table} and change nothing that readers see.`,
    )
  if (result.dryRun) lines.push('', 'Nothing has been changed: it was a dry run.')
  else if (!result.changed) lines.push('', 'Nothing to do: all of it stands already.')
  else {
    lines.push(`appended  ${table}: ${plural(objects, 'object')}, ${bytesText(sizeBytes)}; readers see it now`)
    if (quarantined > 0)
      lines.push('', renderNext([[`sluice query "SELECT * FROM ${table}__quarantine LIMIT 20"`, 'what was set aside']]))
  }
  return lines.join('\n')
}

/** More set aside than was allowed leaves the work partly done. */
export function exitOfStream({changed, quarantined}: StreamResult, maxQuarantine: number): ExitCode {
  return changed && quarantined > maxQuarantine ? EXIT.partial : EXIT.ok
}
