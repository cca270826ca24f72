import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {microsText} from '../cli/output/money.js'
import {plural, printable} from '../cli/output/text.js'
import {instantText} from '../cli/output/time.js'
import {shellWord} from '../shell-word.js'
import type {ExportAct, ExportPlan} from './export-act.js'

/** What an export would be, before it is started. */
export function renderExportPlan(plan: ExportPlan, environment: string): string {
  const {dynamodb, source, request, costUsdMicros, isLeastCost} = plan
  const {bucket, prefix, format, window, at} = request
  const entries: Labelled[] = [
    [
      'table',
      `${printable(dynamodb)}   ${plural(source.itemCount, 'item')}, ${bytesText(source.sizeBytes)}, as last counted`,
    ],
    [
      'shows',
      window === null
        ? `every item as of ${at === null ? 'now' : instantText(at)}`
        : `what changed from ${instantText(window.from)} to ${instantText(window.to)}`,
    ],
    ['into', `s3://${bucket}/${prefix === '' ? '' : `${printable(prefix)}/`}AWSDynamoDB/, ${format}`],
    ['costs', costText(costUsdMicros, isLeastCost)],
  ]
  const kind = window === null ? 'a full export' : 'an export of changes'
  return [renderHeading(`Make ${kind} of ${printable(dynamodb)}`, `env ${environment}`), '', renderBlock(entries)].join(
    '\n',
  )
}

/** What was started or made. */
export function renderExport(act: ExportAct, environment: string): string {
  const entries: Labelled[] = [
    ['export', act.exportArn.split('/').at(-1) ?? act.exportArn],
    ['state', act.state === 'done' ? 'done' : 'running; DynamoDB takes five minutes at least'],
  ]
  if (act.items !== null) entries.push(['items', act.items.toLocaleString('en-US')])
  entries.push(['costs', costText(act.costUsdMicros, act.isLeastCost)])
  const next =
    act.uri === null
      ? ['The same command with --wait waits for this one:', renderNext([['sluice backfill export --wait …']])]
      : ['Load it:', renderNext([[`sluice backfill plan --export ${shellWord(act.uri)}`]])]
  return [
    renderHeading(`Export of ${printable(act.dynamodb)}`, `env ${environment}`),
    '',
    renderBlock(entries),
    '',
    ...next,
  ].join('\n')
}

function costText(micros: string, isLeast: boolean): string {
  const amount = microsText(BigInt(micros))
  return isLeast ? `$0.10 per GB of changes, at least ${amount}` : `${amount}, at $0.10 per GB`
}
