import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {durationText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import {renderRows, type RowFormat} from '../cli/output/rows.js'
import type {Column} from '../cli/output/table.js'
import {plural} from '../cli/output/text.js'
import {instantText, instantWithAge} from '../cli/output/time.js'
import {comparisonText} from './compare.js'
import type {
  ChangedOperation,
  GarbageDocument,
  LockDescription,
  OperationDocument,
  OperationList,
  ShownOperation,
  UnlockDocument,
} from './documents.js'

const SHOWN_UNITS = 10

const AUDIT_COLUMNS: readonly Column<OperationDocument>[] = [
  {title: 'operation', value: ({operation}) => operation},
  {title: 'kind', value: ({kind}) => kind},
  {title: 'state', value: ({state}) => state},
  {title: 'tables', value: ({tables}) => tables.join(' ')},
  {title: 'started', value: ({startedAt}) => (startedAt === null ? null : new Date(startedAt))},
  {title: 'user', value: ({caller}) => caller?.user},
]
/** What a terminal has no room for, and an audit log must hold. */
const MORE_AUDIT_COLUMNS: readonly Column<OperationDocument>[] = [
  {title: 'ended', value: ({endedAt}) => (endedAt === null ? null : new Date(endedAt))},
  {title: 'host', value: ({caller}) => caller?.host},
  {title: 'version', value: ({caller}) => caller?.version},
  {title: 'command', value: ({caller}) => caller?.command},
  {title: 'reason', value: ({caller}) => caller?.reason},
  {title: 'error', value: ({error}) => error?.code},
]

export function renderOperations({operations}: OperationList, format: RowFormat): string {
  if (operations.length === 0 && format === 'table') return 'No operation has been run on this lake.'
  const columns = format === 'table' ? AUDIT_COLUMNS : [...AUDIT_COLUMNS, ...MORE_AUDIT_COLUMNS]
  return renderRows(format, columns, operations)
}

export function renderOperation(result: ShownOperation): string {
  const asOf = new Date(result.asOf)
  const entries: Labelled[] = [
    ['state', result.error === null ? result.state : `${result.state}: ${result.error.code}, ${result.error.message}`],
    ['started', result.startedAt === null ? 'never' : instantWithAge(new Date(result.startedAt), asOf)],
    ...(result.endedAt === null ? [] : [['ended', instantText(new Date(result.endedAt))] as const]),
    [
      'by',
      result.caller === null
        ? 'unknown'
        : `${result.caller.user} on ${result.caller.host}, sluice ${result.caller.version}`,
    ],
    ['command', result.caller?.command ?? 'unknown'],
    ...(result.caller?.reason ? [['reason', result.caller.reason] as const] : []),
    ['attempts', String(result.attempts)],
    ['units', unitsLines(result)],
    ['estimated', estimatedText(result)],
    ['actual', `stage ${durationText(sum(result, 'stageMs'))}, proof ${durationText(sum(result, 'proveMs'))}`],
    ...result.locks.map((lock) => ['lock', lockText(lock)] as const),
    ...(result.collected === null
      ? []
      : [
          [
            'gc',
            `${plural(result.collected.objects, 'object')}, ${bytesText(result.collected.sizeBytes)} deleted`,
          ] as const,
        ]),
  ]
  const heading = renderHeading(`Operation ${result.operation}   ${result.kind}`, `env ${result.environment}`)
  const next = nextCommands(result)
  return [heading, '', renderBlock(entries), ...(next.length === 0 ? [] : ['', renderNext(next)])].join('\n')
}

function estimatedText({estimate}: OperationDocument): string {
  const {bytesRead, bytesWritten, requests, costUsdMicros, durationMs} = estimate
  return `reads ${bytesText(bytesRead)}, writes ${bytesText(bytesWritten)}, ${plural(requests, 'request')}, ${microsText(BigInt(costUsdMicros))}, ${durationText(durationMs)}`
}

/** Of many units those that need somebody, and the first few. */
function unitsLines({units}: OperationDocument): string[] {
  if (units.length <= SHOWN_UNITS) return units.flatMap(unitLines)
  const states = ['published', 'retracted', 'failed', 'proven', 'staged', 'planned'] as const
  const counts = states.flatMap((state) => {
    const amount = units.filter((unit) => unit.state === state).length
    return amount === 0 ? [] : [`${amount.toLocaleString('en-US')} ${state}`]
  })
  const failed = units.filter(({state}) => state === 'failed')
  const shown = [...failed, ...units.filter(({state}) => state !== 'failed')].slice(0, SHOWN_UNITS)
  const more = `and ${plural(units.length - shown.length, 'more unit')}: --json has all of them`
  return [`${plural(units.length, 'unit')}: ${counts.join(', ')}`, ...shown.flatMap(unitLines), more]
}

function unitLines({unit, state, error, proof, comparison}: OperationDocument['units'][number]): string[] {
  const compared = comparison === null ? [] : [`compared with what stood: ${comparisonText(comparison)}`]
  const why = error === null ? (proof === null ? '' : `, ${proof.text}`) : `: ${error.code}, ${error.message}`
  return [`${unit}: ${state}${why}`, ...compared]
}

function sum({units}: OperationDocument, field: 'stageMs' | 'proveMs'): number {
  return units.reduce((total, unit) => total + unit[field], 0)
}

function lockText({lock, holder, fate}: LockDescription): string {
  const fates = {alive: 'running', gone: 'gone', unknown: 'unknown: another host'}
  return `${lock}, process ${holder.pid} on ${holder.host} (${fates[fate]})`
}

function nextCommands({operation, state, undo, locks}: ShownOperation): [string, string][] {
  if (locks.some(({fate}) => fate === 'alive')) return []
  switch (state) {
    case 'unfinished':
    case 'interrupted':
    case 'failed':
      return [
        [`sluice ops resume ${operation}`, 'goes on where it stopped'],
        [`sluice ops cancel ${operation}`, 'closes it; nothing of it is visible'],
      ]
    case 'done':
      return undo === 'never' ? [] : [[`sluice ops undo ${operation}`, 'takes it back (until gc)']]
    case 'undoing':
      return [[`sluice ops undo ${operation}`, 'finishes taking it back']]
    default:
      return [[`sluice ops gc ${operation}`, 'deletes what it left, after the grace time']]
  }
}

const DONE_WORDS = {resume: 'finished', undo: 'taken back', cancel: 'closed'} as const

export function renderChanged(result: ChangedOperation, verb: keyof typeof DONE_WORDS): string {
  const {operation, kind, state, changed} = result
  const sentence = changed
    ? `Operation ${operation} (${kind}) is ${DONE_WORDS[verb]}.`
    : `Nothing to do: operation ${operation} (${kind}) is already ${state}.`
  return [sentence, renderNext([[`sluice ops show ${operation}`]])].join('\n')
}

export function renderGarbage(result: GarbageDocument): string {
  const {operations, dryRun} = result
  const objects = operations.reduce((total, operation) => total + operation.objects, 0)
  const sizeBytes = operations.reduce((total, operation) => total + operation.sizeBytes, 0)
  const inGrace = operations.filter(({skipped}) => skipped === 'in_grace')
  const open = operations.filter(({skipped}) => skipped === 'not_ended').length
  const lines = operations
    .filter((operation) => operation.objects > 0 || operation.kept > 0)
    .map(
      ({operation, state, objects: count, sizeBytes: size, kept}) =>
        `  ${operation} (${state}): ${plural(count, 'object')}, ${bytesText(size)}${kept === 0 ? '' : `; ${kept} had changed and were kept`}`,
    )
  const verb = dryRun ? 'would be deleted' : 'deleted'
  lines.push(
    objects === 0 ? 'There is nothing to delete.' : `${plural(objects, 'object')}, ${bytesText(sizeBytes)} ${verb}.`,
  )
  for (const graceHours of new Set(inGrace.map((operation) => operation.graceHours))) {
    const amount = inGrace.filter((operation) => operation.graceHours === graceHours).length
    lines.push(`${plural(amount, 'operation')} ended less than ${plural(graceHours, 'hour')} ago: left alone.`)
  }
  if (open > 0) lines.push(`${plural(open, 'operation')} not ended: resume or cancel first (sluice ops list).`)
  return lines.join('\n')
}

export function renderUnlock({lock, changed, held}: UnlockDocument): string {
  if (held === null) return `${lock} is not held.`
  return `${lock} ${changed ? 'was released' : 'is held'}: ${lockText(held)}, operation ${held.operation}.`
}
