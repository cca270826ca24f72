import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {aboutText, durationText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import {renderTable} from '../cli/output/table.js'
import {plural} from '../cli/output/text.js'
import {instantText, relativeText} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import {LOCAL_REASON} from './choose-engine.js'
import type {SkipReason} from './judge.js'
import type {CompactPlanDocument, PlannedPartition, TablePlanDocument} from './plan-document.js'
import type {CompactedTable, CompactResultDocument} from './run.js'
import type {CompactionStatus, CompactStatusDocument} from './status.js'
import type {Method} from './work.js'

const SHOWN_PARTITIONS = 10
const SHOWN_FAILURES = 10

const METHODS: Readonly<Record<Method, string>> = {
  beside: 'merged files beside their sources; gc deletes those an hour later; undo until then',
  swap: 'merged files elsewhere, the catalog is pointed to them; gc deletes the sources after 72 hours; undo until then',
  'in-place':
    'merged files among their sources, which are deleted at once: readers see rows twice for a moment; no undo',
  iceberg: 'OPTIMIZE and VACUUM by Athena until it asks for no more; readers see whole commits; no undo',
}

export const SKIP_TEXTS: Readonly<Record<SkipReason, string>> = {
  single_file: 'hold one file or none',
  well_filled: 'are well filled',
  few_files: 'have too few small files',
  compacted: 'are merged as far as it helps',
  too_young: 'are too young',
  too_large: 'are too large for this machine: --engine athena, or --max-partition-size',
  archived: 'hold archived objects: restore them first',
  empty_file: 'hold a file of zero bytes, which is no Parquet',
  nested_folders: 'have folders inside that are no partitions',
  unusable_key: 'hold a file whose key cannot be used here: give it another name',
  shared_location: 'share their location with another partition',
  outside: 'lie outside of the lake',
  load_unfinished: 'hold only files of loads that have not ended',
  waits_for_gc: 'are merged and wait for gc',
}

/** What is to be merged, what it costs, what it saves, and what is left and why; `runCommand`: what merges a table as planned. */
export function renderPlan(result: CompactPlanDocument, runCommand: (table: string) => string): string {
  const parts = result.tables.map((table) => tableText(table, result))
  const wanted = result.tables.filter(({figures}) => figures.merges > 0)
  if (wanted.length === 0) return [...parts, 'There is nothing to merge.'].join('\n\n')
  const next = wanted.map(({table}) => [runCommand(table)] as const)
  return [...parts, ['Nothing has been changed. Run it:', renderNext(next)].join('\n')].join('\n\n')
}

function tableText(plan: TablePlanDocument, {environment, targetBytes}: CompactPlanDocument): string {
  const {table, method, obstacle, figures, skipped, estimate, savings} = plan
  const heading = renderHeading(`Compact ${table}`, `env ${environment}`)
  if (obstacle !== null || method === null) {
    return [heading, '', renderBlock([['left', `${obstacle?.text ?? 'it'}; it is not compacted`]])].join('\n')
  }
  const stands = `${plural(figures.files, 'file')}, ${bytesText(figures.sizeBytes)}, in ${plural(figures.partitions, 'partition')}`
  const entries: Labelled[] = [['stands', stands]]
  if (figures.merges > 0) {
    const sources = `${plural(figures.sources, 'file')} (${bytesText(figures.sourceBytes)})`
    entries.push(
      [
        'merges',
        `${sources} into ${countText(figures.outputs)} of up to ${bytesText(targetBytes)}, in ${plural(figures.merges, 'partition')}`,
      ],
      ['way', METHODS[method]],
      ...enginesEntry(plan),
      ['estimate', estimateText(estimate)],
      ['saves', savingsText(savings)],
    )
  }
  if (skipped.length > 0) {
    entries.push([
      'left',
      skipped.map(
        ({reason, partitions, example}) => `${plural(partitions, 'partition')} ${SKIP_TEXTS[reason]}, e.g. ${example}`,
      ),
    ])
  }
  const rows = plan.partitions.filter(({outputs}) => outputs !== null)
  const shown = rows.slice(0, SHOWN_PARTITIONS)
  const more = figures.merges - shown.length
  return [
    heading,
    '',
    renderBlock(entries),
    ...(shown.length === 0 ? [] : ['', partitionsTable(shown)]),
    ...(more > 0 ? [`and ${plural(more, 'more partition')}: --json lists the first thousand`] : []),
  ].join('\n')
}

/** Where there is a choice: on a local lake there is none. */
function enginesEntry({engines, figures}: TablePlanDocument): Labelled[] {
  if (figures.athenaMerges === 0 && engines.every(({reason}) => reason === LOCAL_REASON)) return []
  const lines = engines.map(
    ({engine, reason, partitions}) => `${plural(partitions, 'partition')} by ${engine}: ${reason}`,
  )
  if (figures.athenaMerges > 0) {
    const cost = microsText(BigInt(figures.scanUsdMicros))
    lines.push(`Athena scans ${bytesText(figures.scannedBytes)}, ${cost}: to count and hash, to write, to read back`)
  }
  return lines.length === 0 ? [] : [['engine', lines]]
}

function partitionsTable(partitions: readonly PlannedPartition[]): string {
  return renderTable<PlannedPartition>(
    [
      {title: 'partition', value: ({partition}) => partition},
      {title: 'files', value: ({files}) => files},
      {title: 'size', value: ({sizeBytes}) => bytesText(sizeBytes), align: 'right'},
      {title: 'to', value: ({outputs}) => outputs ?? 0},
    ],
    partitions,
  )
}

function estimateText({
  bytesRead,
  bytesWritten,
  requests,
  costUsdMicros,
  durationMs,
}: TablePlanDocument['estimate']): string {
  return `reads ${bytesText(bytesRead)}, writes ${bytesText(bytesWritten)}, ${plural(requests, 'request')}, ${microsText(BigInt(costUsdMicros))}, ${aboutText(durationMs)}`
}

function savingsText({
  readsPerDay,
  requestsPerMonth,
  costUsdMicrosPerMonth,
  secondsPerMonth,
}: TablePlanDocument['savings']): string {
  const time = durationText(secondsPerMonth * 1000)
  const cost = microsText(BigInt(costUsdMicrosPerMonth))
  return `about ${time} and ${cost} a month in ${plural(requestsPerMonth, 'request')}, if all of it is read ${plural(readsPerDay, 'time')} a day`
}

export function renderResult({changed, tables}: CompactResultDocument): string {
  if (!changed && tables.length === 0) {
    return [
      'There is nothing to merge.',
      renderNext([['sluice compact plan', 'what stands, and why it is left']]),
    ].join('\n')
  }
  return tables.map(resultText).join('\n\n')
}

function resultText(result: CompactedTable): string {
  const {operation, table, merged, failed, files, sizeBytes, rows, dropped, undo, statements, athena} = result
  const from = `${plural(files.before, 'file')}, ${bytesText(sizeBytes.before)}`
  const to = `${plural(files.after, 'file')}, ${bytesText(sizeBytes.after)}`
  const lines = [
    `compacted  ${table}: ${from} into ${to} in ${plural(merged, 'partition')}; ${plural(rows, 'row')} proven`,
  ]
  if (statements !== undefined) {
    const {optimize, vacuum, scannedBytes} = statements
    const asked = `${plural(optimize, 'run')} of OPTIMIZE, ${vacuum} of VACUUM`
    lines.push(`by Athena  ${asked}; ${bytesText(scannedBytes)} scanned; there is no undo`)
  }
  if (athena !== undefined)
    lines.push(
      `by Athena  ${plural(athena.merged, 'partition')}; ${bytesText(athena.scannedBytes)} scanned, proof included`,
    )
  const droppedRows = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  if (droppedRows > 0) {
    const runs = plural(Object.keys(dropped).length, 'run')
    lines.push(`left out   ${plural(droppedRows, 'row')} of ${runs} that no reader counts`)
  }
  if (failed.length > 0) {
    lines.push('', `${plural(failed.length, 'partition is', 'partitions are')} as before:`)
    lines.push(
      ...failed.slice(0, SHOWN_FAILURES).map(({partition, code, message}) => `  ${partition}: ${code}, ${message}`),
    )
    if (failed.length > SHOWN_FAILURES)
      lines.push(`  and ${failed.length - SHOWN_FAILURES} more (sluice ops show ${operation} --json)`)
  }
  const next: [string, string][] = [['sluice compact status', 'what stands, and what waits for gc']]
  if (undo === 'until-gc')
    next.push(
      [`sluice compact rollback ${operation}`, 'takes it back (until gc)'],
      ['sluice compact gc', 'deletes the merged sources, after the grace time'],
    )
  return [...lines, '', renderNext(next)].join('\n')
}

/** Partitions that were left because something is wrong with them leave the work partly done. */
export function exitOfResult({tables}: CompactResultDocument): ExitCode {
  return tables.some(({failed}) => failed.length > 0) ? EXIT.partial : EXIT.ok
}

const STATE_TEXTS: Readonly<Record<CompactionStatus['state'], string>> = {
  doubled: 'beside its sources',
  swapped: 'swapped in',
  settled: 'settled',
}

export function renderStatus({asOf, compactions}: CompactStatusDocument): string {
  if (compactions.length === 0) return 'No compaction stands.'
  const now = new Date(asOf)
  const table = renderTable<CompactionStatus>(
    [
      {title: 'table', value: (one) => one.table},
      {title: 'operation', value: ({operation}) => operation},
      {title: 'state', value: ({state}) => STATE_TEXTS[state]},
      {title: 'partitions', value: ({partitions}) => partitions},
      {title: 'files', value: ({files}) => `${countText(files.sources)} → ${countText(files.outputs)}`, align: 'right'},
      {
        title: 'size',
        value: ({sizeBytes}) => `${bytesText(sizeBytes.sources)} → ${bytesText(sizeBytes.outputs)}`,
        align: 'right',
      },
      {title: 'published', value: ({publishedAt}) => relativeText(new Date(publishedAt), now)},
      {
        title: 'gc from',
        value: ({collectableAt}) => (collectableAt === null ? '–' : instantText(new Date(collectableAt))),
      },
    ],
    compactions,
  )
  const waiting = compactions.filter(({collectableAt}) => collectableAt !== null)
  const next: [string, string][] = waiting
    .slice(0, 1)
    .map(({operation}) => [`sluice compact rollback ${operation}`, 'takes it back'])
  if (waiting.some(({collectableAt}) => Date.parse(collectableAt!) <= now.getTime()))
    next.push(['sluice compact gc', 'deletes the merged sources'])
  return next.length === 0 ? table : [table, '', renderNext(next)].join('\n')
}
