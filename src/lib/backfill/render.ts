import {renderBlock, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {renderTable} from '../cli/output/table.js'
import {printable} from '../cli/output/text.js'
import {instantText, instantWithAge} from '../cli/output/time.js'
import {shellWord} from '../shell-word.js'
import type {InspectResult} from './inspect.js'
import {contentsText, rangeText, SUMMARY_EDITED, timeText} from './render-plan.js'
import type {BackfillStatus, TableStatus} from './status.js'

const FORMAT_TEXT = {json: 'DynamoDB JSON', ion: 'Ion'} as const

export function renderInspect(result: InspectResult): string {
  const entries: Labelled[] = [
    ['export', `${result.exportId}   ${timeText(result, new Date(result.asOf))}`],
    ['table', result.tableName],
    ['format', result.view === null ? FORMAT_TEXT[result.format] : `${FORMAT_TEXT[result.format]}, ${result.view}`],
    ['contents', contentsText(result.itemCount, result.files.length, result.sizeBytes)],
    ['checked', 'both manifests, and every listed file by size and MD5'],
  ]
  if (result.rebasedFrom !== null) entries.push(['written to', result.rebasedFrom])
  if (!result.isSummaryIntact) entries.push(['warning', SUMMARY_EDITED])
  return [
    `${result.kind === 'full' ? 'Full' : 'Incremental'} export of ${printable(result.tableName)}: whole`,
    '',
    renderBlock(entries),
    '',
    'Plan its load:',
    renderNext([
      [
        `sluice backfill plan --export ${shellWord(result.uri)}${result.isSummaryIntact ? '' : ' --accept-edited-summary'}`,
      ],
    ]),
  ].join('\n')
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

function tableText({table, source, floor, runs, gaps}: TableStatus, asOf: Date): string {
  if (runs.length === 0) return `${table}   nothing loaded yet${source === null ? '' : `; its source is ${source}`}`
  const heading = `${table}   floor ${floor === null ? 'none' : instantWithAge(new Date(floor), asOf)}`
  const rows = renderTable(
    [
      {title: 'run', value: ({run}) => run},
      {title: 'state', value: ({state}) => state},
      {title: 'export', value: (run) => run.export},
      {title: 'kind', value: ({kind}) => kind},
      {title: 'up to', value: ({exportTime}) => instantText(new Date(exportTime))},
      {title: 'rows', value: (run) => run.rows},
      {title: 'deletes', value: ({deletes}) => deletes},
      {title: 'quarantined', value: ({quarantined}) => quarantined},
      {title: 'objects', value: ({objects}) => objects},
      {title: 'size', value: ({sizeBytes}) => bytesText(sizeBytes), align: 'right'},
    ],
    runs,
  )
  const marks = gaps.map((gap) => `Gap: no loaded export holds the changes of ${rangeText(gap)}.`)
  return [heading, '', ...(marks.length === 0 ? [] : [...marks, '']), rows].join('\n')
}
