import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {aboutText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import {plural, printable} from '../cli/output/text.js'
import {instantText, instantWithAge} from '../cli/output/time.js'
import {shellWord} from '../shell-word.js'
import type {TimeRange} from './chain.js'
import {AS_ASKED} from './choose-engine.js'
import type {LoadPlanDocument, PlannedExportDocument} from './plan-result.js'
import {missingText, needsText} from './render-needs.js'

export const SUMMARY_EDITED = 'summary edited after the export (accepted); every other check passed'

/** What is to be loaded and what it takes; `planFile`: where it was written, if anywhere. */
export function renderPlan(result: LoadPlanDocument, planFile?: string): string {
  const {exports, chain, effect, estimate, comparison, needs, warnings} = result
  const heading = renderHeading(
    effect.reloads === null
      ? `Backfill ${result.table} from ${sourceText(exports)} of ${printable(exports[0]!.tableName)}`
      : `Read again what ${effect.reloads} set aside of ${result.table}`,
    `env ${result.environment}`,
  )
  const entries: Labelled[] = [
    [exports.length === 1 ? 'export' : 'exports', exports.flatMap((one) => exportLines(one, new Date(result.asOf)))],
    ['into', `${result.table}, as ${result.examplePath}`],
    ['effect', effectLines(result)],
    ['engine', engineText(result)],
    ['estimate', [estimateText(estimate), ...comparisonText(comparison)]],
  ]
  if (effect.filter !== null) entries.splice(2, 0, ['rows', filterText(effect.filter)])
  if (needs !== null) entries.push(['needs', [needsText(needs), ...needs.missing.map(missingText)]])
  if (warnings.length > 0) entries.push(['warning', warnings.map(printable)])
  entries.push(...chainEntries(chain))
  if (result.unfinished.length > 0)
    entries.push([
      'left out',
      result.unfinished.map((uri) => `${printable(uri)}: no manifest-summary.json, so not finished or not whole`),
    ])
  const next = effect.changes ? nextOfPlan(result, planFile) : ['There is nothing to do.']
  return [heading, '', renderBlock(entries), '', ...next].join('\n')
}

function engineText({engine, engineReason}: LoadPlanDocument): string {
  return `${engine === 'duckdb' ? 'duckdb on this machine' : engine}: ${printable(engineReason)}`
}

function nextOfPlan(result: LoadPlanDocument, planFile: string | undefined): string[] {
  if ((result.needs?.missing.length ?? 0) > 0) return ['Nothing has been changed. As it stands, its run is refused.']
  const command = planFile === undefined ? runCommand(result) : `sluice backfill run --plan ${shellWord(planFile)}`
  return ['Nothing has been changed. Run it:', renderNext([[command]])]
}

function sourceText(exports: readonly PlannedExportDocument[]): string {
  const [first] = exports
  if (exports.length > 1) return `a chain of ${exports.length} exports`
  return first!.kind === 'full' ? 'a full export' : 'an incremental export'
}

function exportLines(one: PlannedExportDocument, asOf: Date): string[] {
  const state = one.loadedAs === null ? '' : `, loaded as ${one.loadedAs}`
  const lines = [
    `${one.exportId}   ${timeText(one, asOf)}${state}`,
    `  ${contentsText(one.items, one.files, one.sizeBytes)}`,
  ]
  if (one.rebasedFrom !== null) lines.push(`  written to ${printable(one.rebasedFrom)}`)
  if (!one.isSummaryIntact) lines.push(`  warning: ${SUMMARY_EDITED}`)
  if (one.supersedes.length > 0) lines.push(`  replaces ${one.supersedes.join(', ')}, the same export loaded otherwise`)
  if (one.isBehindFloor) lines.push('  none of its rows will be visible: the floor is newer')
  return lines
}

/** When an export was taken, or what time it holds. */
export function timeText(
  {kind, exportFrom, exportTime}: {kind: string; exportFrom: string | null; exportTime: string},
  asOf: Date,
): string {
  return kind === 'full' || exportFrom === null
    ? `taken ${instantWithAge(new Date(exportTime), asOf)}`
    : `changes from ${instantText(new Date(exportFrom))} to ${instantText(new Date(exportTime))}`
}

export function contentsText(items: number, files: number, sizeBytes: number): string {
  return `${plural(items, 'item')}, ${plural(files, 'file')}, ${bytesText(sizeBytes)} compressed`
}

function effectLines({effect, exports}: LoadPlanDocument): string[] {
  if (!effect.changes) return ['none: all of it is already loaded under this mapping']
  if (effect.reloads !== null) return ['rows that can be read now take the place of what was set aside; sets no floor']
  if (effect.filter !== null) return ['adds these rows; replaces nothing, and sets no floor']
  const lines: string[] = []
  if (effect.floor !== null && effect.floor !== effect.floorBefore)
    lines.push(`new floor ${instantText(new Date(effect.floor))}: older rows no longer count`)
  else if (effect.floor !== null) lines.push(`the floor stays at ${instantText(new Date(effect.floor))}`)
  if (exports.some(({kind, loadedAs}) => kind === 'incremental' && loadedAs === null))
    lines.push('changes count by the time of their write, whatever was loaded before')
  if (!effect.hasBase) lines.push('no full export is loaded: items that did not change are not known')
  return lines
}

/** What is said of the history between exports. */
export function chainEntries({gaps, overlaps}: LoadPlanDocument['chain']): Labelled[] {
  const entries: Labelled[] = []
  if (gaps.length > 0) entries.push(['gap', gaps.map((gap) => `no export holds ${rangeText(gap)} (accepted)`)])
  if (overlaps.length > 0)
    entries.push(['overlap', overlaps.map((overlap) => `two exports hold ${rangeText(overlap)}: harmless`)])
  return entries
}

export function rangeText({from, to}: TimeRange): string {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000)
  return `${instantText(new Date(from))} to ${instantText(new Date(to))} (${seconds.toLocaleString('en-US')} s)`
}

export function filterText({from, to, where}: {from: string | null; to: string | null; where: string | null}): string {
  const parts = [
    ...(from === null ? [] : [`from ${instantText(new Date(from))}`]),
    ...(to === null ? [] : [`before ${instantText(new Date(to))}`]),
    ...(where === null ? [] : [`where ${printable(where)}`]),
  ]
  return `only those ${parts.join(', ')}`
}

function runCommand({exports, effect, chain, engine, engineReason}: LoadPlanDocument): string {
  const engineFlag = engineReason === AS_ASKED ? [`--engine ${engine}`] : []
  if (effect.reloads !== null)
    return [`sluice backfill run --from-quarantine ${effect.reloads}`, ...engineFlag].join(' ')
  const {from = null, to = null, where = null} = effect.filter ?? {}
  const flags = [
    ...(from === null ? [] : [`--from ${from}`]),
    ...(to === null ? [] : [`--to ${to}`]),
    ...(where === null ? [] : [`--where ${shellWord(where)}`]),
    ...(exports.every(({isSummaryIntact}) => isSummaryIntact) ? [] : ['--accept-edited-summary']),
    ...(chain.gaps.length === 0 ? [] : ['--allow-gap']),
    ...engineFlag,
  ]
  return ['sluice backfill run', ...exports.map(({uri}) => `--export ${shellWord(uri)}`), ...flags].join(' ')
}

function estimateText(estimate: LoadPlanDocument['estimate']): string {
  const {bytesRead, bytesWritten, requests, costUsdMicros, durationMs} = estimate
  return `reads ${bytesText(bytesRead)}, writes ${bytesText(bytesWritten)}, ${plural(requests, 'request')}, ${microsText(BigInt(costUsdMicros))}, ${aboutText(durationMs)}`
}

function comparisonText(comparison: LoadPlanDocument['comparison']): string[] {
  if (comparison === null) return []
  const {bytesRead, costUsdMicros} = comparison
  return [
    `of it Athena's comparison with what stands: reads ${bytesText(bytesRead)}, ${microsText(BigInt(costUsdMicros))}`,
  ]
}
