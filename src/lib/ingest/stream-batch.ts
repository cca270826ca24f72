import {createHash} from 'node:crypto'
import {SluiceError} from '../errors.js'
import type {TableDefinition} from '../lake/index.js'
import {isKeyPrivate, redactedValue, type ChangeRows, type ItemChange, type TableMapping} from '../mapping/index.js'
import type {AppendedRow, QuarantinedRow} from '../ports/parquet-engine.js'
import {readStreamEvent, type StreamChange} from './stream-event.js'
import type {FileRecord} from './stream-file.js'

/** Records that are appended together, and what they are called in errors and in quarantined rows. */
export interface StreamRecords {
  readonly name: string
  readonly records: AsyncIterable<FileRecord> | Iterable<FileRecord>
}

/** What the events of a batch come to. */
export interface StreamBatch {
  readonly rows: AppendedRow[]
  readonly quarantined: QuarantinedRow[]
  readonly counts: Record<'events' | 'upsert' | 'deleted' | 'quarantined' | 'leftOut' | 'behindFloor', number>
  /** Times of the first and the last event in microseconds; null where there is none. */
  first: bigint | null
  last: bigint | null
  /** Names the batch's objects: equal for equal events under an equal mapping. */
  readonly digest: string
}

/** How the events of a table are read. */
export interface BatchReading {
  readonly table: TableDefinition
  readonly mapping: TableMapping
  readonly mappingHash: string
  /** Microseconds. */
  readonly floor: bigint
  readonly map: (change: ItemChange) => ChangeRows
}

/** Stored in `_source` of rows and in `run` of quarantined ones. */
export const STREAM_SOURCE = 'stream'
const DIGEST_DIGITS = 26

/** Reads and judges a batch whole. Throws `STREAM_EVENT_INVALID`, `MAPPING_ERROR`. */
export async function readBatch({name, records}: StreamRecords, reading: BatchReading): Promise<StreamBatch> {
  const {table, mapping, floor, map} = reading
  const digest = createHash('sha256').update(`${reading.mappingHash}\n`)
  const counts = {events: 0, upsert: 0, deleted: 0, quarantined: 0, leftOut: 0, behindFloor: 0}
  const batch: Omit<StreamBatch, 'digest'> = {rows: [], quarantined: [], counts, first: null, last: null}
  for await (const {record, line} of records) {
    const place = `${name}, line ${line}`
    const {change, tableName} = readStreamEvent(record, place)
    refuseOtherTable(tableName, table, place)
    const mapped = map(change)
    refuseUnstorable(mapped, mapping, place)
    digest.update(`${change.sequence} ${change.version}\n`)
    addChange(batch, change, mapped)
    if (change.version < floor) counts.behindFloor += 1
    if (mapped.problem !== null) batch.quarantined.push(quarantinedRow(mapping, change, mapped, {name, line, record}))
  }
  return {...batch, digest: digest.digest('hex').slice(0, DIGEST_DIGITS)}
}

function refuseOtherTable(tableName: string | null, table: TableDefinition, place: string): void {
  if (tableName === null || tableName === table.source?.dynamodb) return
  throw new SluiceError('STREAM_EVENT_INVALID', `The event in ${place} is of table ${tableName}.`, {
    fix: `Table ${table.name} is fed by ${table.source?.dynamodb ?? 'no DynamoDB table'}. Choose another with --table NAME.`,
  })
}

function refuseUnstorable({outcome, problem}: ChangeRows, mapping: TableMapping, place: string): void {
  if (outcome === 'no_key') {
    throw new SluiceError(
      'STREAM_EVENT_INVALID',
      `The item in ${place} has no readable key (${mapping.key.join(', ')}).`,
      {fix: 'Correct the key of the definition (sluice lake show), or take the event out.'},
    )
  }
  if (outcome !== 'error') return
  throw new SluiceError(
    'MAPPING_ERROR',
    `The item in ${place} breaks a rule that says error: ${problem!.column} is ${problem!.reason.replace('_', ' ')}.`,
    {fix: `Set the policy of column ${problem!.column} to quarantine, or correct the mapping.`},
  )
}

function addChange(
  batch: Omit<StreamBatch, 'digest'>,
  {version, sequence}: StreamChange,
  {outcome, rows}: ChangeRows,
): void {
  batch.counts.events += 1
  const isLeftOut = outcome === 'skipped' || outcome === 'elsewhere'
  batch.counts[isLeftOut ? 'leftOut' : (outcome as 'upsert' | 'deleted' | 'quarantined')] += 1
  if (batch.first === null || version < batch.first) batch.first = version
  if (batch.last === null || version > batch.last) batch.last = version
  for (const row of rows) batch.rows.push({...row, version, sequence})
}

function quarantinedRow(
  mapping: TableMapping,
  change: StreamChange,
  {problem, rows}: ChangeRows,
  {name, line, record}: {readonly name: string; readonly line: number; readonly record: unknown},
): QuarantinedRow {
  const {reason, column} = problem!
  const key = mapping.key.map((part) => String(rows[0]!.values[part]))
  return {
    run: STREAM_SOURCE,
    _version: change.version.toString(),
    reason,
    column_name: column,
    value: redactedValue(mapping, column, change.newImage!),
    key: isKeyPrivate(mapping) ? null : JSON.stringify(key),
    file: name,
    line,
    raw: JSON.stringify(record),
  }
}
