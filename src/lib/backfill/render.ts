import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {aboutText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import {renderTable} from '../cli/output/table.js'
import {plural, printable} from '../cli/output/text.js'
import {instantText, instantWithAge} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import type {InspectResult} from './inspect.js'
import type {LoadPlanDocument} from './plan-result.js'
import type {LoadResultDocument} from './run.js'
import type {BackfillStatus, TableStatus} from './status.js'
import type {VerifyResult} from './verify.js'

const SUMMARY_EDITED = 'summary edited after the export (accepted); every other check passed'

export function renderInspect(result: InspectResult): string {
  const entries: Labelled[] = [
    ['export', `${result.exportId}   taken ${instantWithAge(new Date(result.exportTime), new Date(result.asOf))}`],
    ['table', result.tableName],
    ['contents', contentsText(result.itemCount, result.files.length, result.sizeBytes)],
    ['checked', 'both manifests, and every listed file by size and MD5'],
  ]
  if (result.rebasedFrom !== null) entries.push(['written to', result.rebasedFrom])
  if (!result.isSummaryIntact) entries.push(['warning', SUMMARY_EDITED])
  return [
    `Full export of ${printable(result.tableName)}: whole`,
    '',
    renderBlock(entries),
    '',
    'Plan its load:',
    renderNext([[`sluice backfill plan --export ${result.uri}`]]),
  ].join('\n')
}

export function renderPlan(result: LoadPlanDocument): string {
  const {export: source, effect, estimate} = result
  const heading = renderHeading(
    `Backfill ${result.table} from a full export of ${source.tableName}`,
    `env ${result.environment}`,
  )
  const entries: Labelled[] = [
    ['export', `${source.exportId}   taken ${instantWithAge(new Date(source.exportTime), new Date(result.asOf))}`],
    ['contents', contentsText(source.items, source.files, source.sizeBytes)],
    ['into', `${result.table}, as ${result.examplePath}`],
    ['effect', effectLines(effect)],
    ['engine', 'duckdb on this machine'],
    ['estimate', estimateText(estimate)],
  ]
  if (source.rebasedFrom !== null) entries.push(['written to', source.rebasedFrom])
  if (!source.isSummaryIntact) entries.push(['warning', SUMMARY_EDITED])
  const next = effect.changes
    ? ['Nothing has been changed. Run it:', renderNext([[`sluice backfill run --export ${source.uri}`]])]
    : ['There is nothing to do.']
  return [heading, '', renderBlock(entries), '', ...next].join('\n')
}

function contentsText(items: number, files: number, sizeBytes: number): string {
  return `${plural(items, 'item')}, ${plural(files, 'file')}, ${bytesText(sizeBytes)} compressed`
}

function effectLines(effect: LoadPlanDocument['effect']): string[] {
  if (!effect.changes) return [`none: already loaded under this mapping as run ${effect.loadedAs}`]
  const floor = instantText(new Date(effect.floor))
  const lines = effect.isBehindFloor
    ? [`none visible: the floor stands at ${instantText(new Date(effect.floorBefore!))}, newer than this export`]
    : [`new floor ${floor}: older rows no longer count`]
  if (effect.supersedes.length > 0)
    lines.push(`replaces ${effect.supersedes.join(', ')}, the same export under another mapping`)
  return lines
}

function estimateText(estimate: LoadPlanDocument['estimate']): string {
  const {bytesRead, bytesWritten, requests, costUsdMicros, durationMs} = estimate
  return `reads ${bytesText(bytesRead)}, writes ${bytesText(bytesWritten)}, ${plural(requests, 'request')}, ${microsText(BigInt(costUsdMicros))}, ${aboutText(durationMs)}`
}

export function renderLoad(result: LoadResultDocument): string {
  if (!result.changed) {
    return [
      `Nothing to do: export ${result.exportId} is already loaded as run ${result.run}, under the same mapping.`,
      renderNext([
        ['sluice backfill verify', 'prove it again'],
        ['sluice backfill status', 'see what is loaded'],
      ]),
    ].join('\n')
  }
  const floor = result.floor === null ? 'no floor' : `floor ${instantText(new Date(result.floor))}`
  const admitted = `admitted  run ${result.run}   ${floor}   ${result.table}: ${plural(result.objects, 'object')}, ${plural(result.partitions, 'partition')}, ${bytesText(result.sizeBytes)}`
  const lines = [admitted, '']
  if (result.problems.length > 0) lines.push(...quarantineLines(result), '')
  lines.push(
    renderNext([
      ...(result.problems.length > 0 ? [quarantineQuery(result)] : []),
      [`sluice kpi show`, 'what the data says'],
      [`sluice backfill verify --table ${result.table}`, 'prove it again, with sampled items'],
      [`sluice ops undo ${result.operation}`, 'takes this load back (until gc)'],
    ]),
  )
  return lines.join('\n')
}

const SHOWN_PROBLEMS = 5

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

export function renderStatus(result: BackfillStatus): string {
  const parts = result.tables.map((table) => tableText(table, new Date(result.asOf)))
  if (result.unfinished.length > 0) {
    parts.push(
      [
        'Waiting to be resumed or cancelled:',
        renderNext(result.unfinished.map(({operation, state}) => [`sluice ops resume ${operation}`, state])),
      ].join('\n'),
    )
  }
  return parts.length === 0 ? `Lake ${result.lake} has no change log to load.` : parts.join('\n\n')
}

function tableText({table, source, floor, runs}: TableStatus, asOf: Date): string {
  if (runs.length === 0) return `${table}   nothing loaded yet${source === null ? '' : `; its source is ${source}`}`
  const heading = `${table}   floor ${floor === null ? 'none' : instantWithAge(new Date(floor), asOf)}`
  const rows = renderTable(
    [
      {title: 'run', value: ({run}) => run},
      {title: 'state', value: ({state}) => state},
      {title: 'export', value: (run) => run.export},
      {title: 'taken', value: ({exportTime}) => instantText(new Date(exportTime))},
      {title: 'rows', value: (run) => run.rows},
      {title: 'quarantined', value: ({quarantined}) => quarantined},
      {title: 'objects', value: ({objects}) => objects},
      {title: 'size', value: ({sizeBytes}) => bytesText(sizeBytes), align: 'right'},
    ],
    runs,
  )
  return `${heading}\n\n${rows}`
}

export function renderVerify(result: VerifyResult): string {
  const parts = result.runs.map(({run, checks, ...rest}) => {
    const lines = checks.map(({name, state, text}): Labelled => [`${state.toUpperCase()} ${name}`, text])
    return [`run ${run}   export ${rest.export}`, '', renderBlock(lines)].join('\n')
  })
  return [...parts, '', verdict(result)].join('\n')
}

function verdict({table, state}: VerifyResult): string {
  if (state === 'pass') return `Table ${table} is proven: what was loaded is what the exports hold.`
  if (state === 'unknown') return `Table ${table}: nothing is wrong, but not everything could be compared.`
  return `Table ${table} is not what was loaded. Do not trust it before this is explained.`
}

export function exitOfVerify({state}: VerifyResult): ExitCode {
  return state === 'pass' ? EXIT.ok : state === 'fail' ? EXIT.breached : EXIT.partial
}
