import {renderNext} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {plural} from '../cli/output/text.js'
import {instantText} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import type {LoadResultDocument} from './load-result.js'
import {filterText, rangeText} from './render-plan.js'

const SHOWN_PROBLEMS = 5

export function renderLoad(result: LoadResultDocument): string {
  return result.changed ? renderChange(result) : renderNothing(result)
}

function renderNothing({sources}: LoadResultDocument): string {
  const what =
    sources.length === 1
      ? `export ${sources[0]!.exportId} is already loaded as run ${sources[0]!.run}`
      : `all ${sources.length} exports are already loaded`
  return [
    `Nothing to do: ${what}, under the same mapping.`,
    renderNext([
      ['sluice backfill verify', 'prove it again'],
      ['sluice backfill status', 'see what is loaded'],
    ]),
  ].join('\n')
}

function renderChange(result: LoadResultDocument): string {
  const {table, operation, sources, problems, gaps, filter} = result
  const floor = result.floor === null ? 'no floor' : `floor ${instantText(new Date(result.floor))}`
  const what = sources.length === 1 ? `run ${sources[0]!.run}` : `${sources.length} runs of ${operation}`
  const lines = [
    `admitted  ${what}   ${floor}   ${table}: ${plural(result.objects, 'object')}, ${plural(result.partitions, 'partition')}, ${bytesText(result.sizeBytes)}`,
  ]
  if (filter !== null)
    lines.push(
      `Added ${plural(result.rows, 'row')}, ${filterText(filter)}; ${plural(result.leftOut, 'other item was', 'other items were')} left out.`,
    )
  for (const gap of gaps) lines.push(`Marked: no loaded export holds the changes of ${rangeText(gap)}.`)
  lines.push('')
  if (problems.length > 0) lines.push(...quarantineLines(result), '')
  lines.push(
    renderNext([
      ...(problems.length > 0 ? [quarantineQuery(result)] : []),
      [`sluice kpi show`, 'what the data says'],
      [`sluice backfill verify --table ${table}`, 'prove it again, with sampled items'],
      [`sluice ops undo ${operation}`, 'takes this load back (until gc)'],
    ]),
  )
  return lines.join('\n')
}

function quarantineLines({quarantined, unreadable, problems}: LoadResultDocument): string[] {
  const reasons = problems.slice(0, SHOWN_PROBLEMS).map(problemText)
  if (problems.length > SHOWN_PROBLEMS) reasons.push(`${problems.length - SHOWN_PROBLEMS} more reasons`)
  const lines = []
  if (quarantined > 0)
    lines.push(
      `${plural(quarantined, 'item is', 'items are')} quarantined: hidden from the current view and from KPIs.`,
    )
  if (unreadable > 0)
    lines.push(
      `${plural(unreadable, 'line', 'lines')} could not be read, so this load sets no floor: older rows still count.`,
    )
  return [...lines, `  ${reasons.join(', ')}`]
}

function problemText({reason, column, rows}: LoadResultDocument['problems'][number]): string {
  return `${column === null ? '' : `${column} `}${reason.replaceAll('_', ' ')}: ${countText(rows)}`
}

function quarantineQuery({table}: LoadResultDocument): readonly [string, string] {
  return [`sluice query "SELECT * FROM ${table}__quarantine LIMIT 20"`, 'which, and where they stand']
}

/** More set aside than was allowed leaves the load partly done. */
export function exitOfLoad(result: LoadResultDocument, maxQuarantine: number): ExitCode {
  return result.changed && result.quarantined + result.unreadable > maxQuarantine ? EXIT.partial : EXIT.ok
}
