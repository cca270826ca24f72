import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {renderTable} from '../cli/output/table.js'
import {plural, printable} from '../cli/output/text.js'
import {instantWithAge, relativeText} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import {wrapWords} from '../wrap-words.js'
import type {Finding, Health, OperationsStatus, OperationSummary, StatusResult, TableStatus} from './types.js'

const STATES: Readonly<Record<Health, string>> = {pass: 'pass', warn: 'warn', unknown: 'unknown'}
const NOTHING = '–'
const LEVELS = ['unknown', 'warn', 'note'] as const
const LEVEL_WIDTH = 9
const WIDTH = 80

/** 3 when something waits for a person, 4 when a part could not be told. */
export function exitOfStatus({health}: StatusResult): ExitCode {
  return {pass: EXIT.ok, warn: EXIT.breached, unknown: EXIT.partial}[health]
}

/** The lake on one screen. */
export function renderStatus(result: StatusResult): string {
  const asOf = new Date(result.asOf)
  const remark = `env ${result.environment}${result.isProtected ? ' (protected)' : ''}`
  const parts = [
    [renderHeading(`${result.lake}   ${verdict(result)}`, remark), result.root].join('\n'),
    ...(result.tables.length === 0 ? [] : [tablesText(result.tables, asOf)]),
    renderBlock([...runLines(result.tables, asOf), ...operationLines(result.operations, asOf)]),
    ...findingsText(result.findings),
  ]
  return parts.join('\n\n')
}

function verdict({findings, tables}: StatusResult): string {
  const waiting = findings.filter(({level}) => level === 'warn').length
  const unknown = findings.filter(({level}) => level === 'unknown').length
  const told = [
    ...(waiting === 0 ? [] : [`${plural(waiting, 'thing waits', 'things wait')} for you`]),
    ...(unknown === 0 ? [] : [`${plural(unknown, 'part')} could not be looked at`]),
  ]
  if (told.length > 0) return told.join(', ')
  return tables.some(({isLoaded}) => isLoaded) ? 'healthy' : 'nothing loaded yet'
}

function tablesText(tables: readonly TableStatus[], asOf: Date): string {
  return renderTable(
    [
      {title: 'table', value: ({table}) => table},
      {title: 'kind', value: ({kind}) => kind},
      {title: 'rows', value: ({rows}) => (rows === null ? NOTHING : countText(rows)), align: 'right'},
      {title: 'newest', value: ({newest}) => (newest === null ? NOTHING : relativeText(new Date(newest), asOf))},
      {title: 'size', value: ({objects}) => sizeText(objects), align: 'right'},
      {title: 'files', value: ({objects}) => filesText(objects), align: 'right'},
      {title: 'state', value: (table) => stateText(table)},
    ],
    tables,
  )
}

function sizeText(objects: TableStatus['objects']): string {
  return objects === null ? NOTHING : bytesText(objects.seen.sizeBytes)
}

function filesText(objects: TableStatus['objects']): string {
  return objects === null ? NOTHING : countText(objects.seen.objects)
}

function stateText({health, isLoaded, quarantined}: TableStatus): string {
  if (health === 'pass' && !isLoaded) return 'not loaded'
  return quarantined === null || quarantined === 0
    ? STATES[health]
    : `${STATES[health]}, ${countText(quarantined)} quarantined`
}

/** What is loaded into each change log; tables that were never loaded have no line. */
function runLines(tables: readonly TableStatus[], asOf: Date): Labelled[] {
  const lines = tables.flatMap(({table, runs, floor, isLoaded}): string[] => {
    if (runs === null || !isLoaded) return []
    const counts = [
      `${plural(runs.admitted, 'run')} admitted`,
      ...(runs.superseded === 0 ? [] : [`${countText(runs.superseded)} superseded`]),
      `${countText(runs.staged)} staged`,
    ]
    const from = floor === null ? 'no floor' : `floor ${instantWithAge(new Date(floor), asOf)}`
    return [`${table}: ${counts.join(', ')}`, from]
  })
  return lines.length === 0 ? [] : [['loads', lines]]
}

function operationLines({last, running, waiting, count}: OperationsStatus, asOf: Date): Labelled[] {
  const [newest] = last
  const lines: Labelled[] = running.map(({lock, kind, operation, holder}) => [
    'running',
    [`${kind} ${operation} on ${lock}`, `process ${holder.pid} of ${holder.user} on ${holder.host}`],
  ])
  if (newest === undefined) return [...lines, ['operations', count === 0 ? 'none yet' : 'none can be read']]
  const open =
    waiting.length === 0
      ? 'nothing to resume'
      : `${plural(waiting.length, 'operation waits', 'operations wait')} to be resumed`
  return [
    ...lines,
    ['operations', [`${countText(count)} so far; ${open}`, ...last.map((summary) => operationText(summary, asOf))]],
  ]
}

function operationText({operation, kind, state, startedAt, endedAt}: OperationSummary, asOf: Date): string {
  const at = endedAt ?? startedAt
  return `${operation} ${kind} ${state}${at === null ? '' : `, ${relativeText(new Date(at), asOf)}`}`
}

/** The worst first; a command below each, where there is one. */
function findingsText(findings: readonly Finding[]): string[] {
  const ordered = LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level))
  const lines = ordered.flatMap(({level, about, text, next}) => [
    wrapWords(printable(`${about}: ${text}.`), `${level.padEnd(LEVEL_WIDTH)}`),
    ...(next === null ? [] : [nextText(next)]),
  ])
  return lines.length === 0 ? [] : [lines.join('\n')]
}

function nextText({command, purpose}: NonNullable<Finding['next']>): string {
  const line = renderNext([[command, purpose]])
  return line.length <= WIDTH ? line : renderNext([[command]])
}
