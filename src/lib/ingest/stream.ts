import {createHash} from 'node:crypto'
import {
  deletesPrefix,
  listRunRecords,
  partitionLocator,
  prepareChangelogTables,
  quarantinePrefix,
  registerTable,
  showChangelogTables,
  standingFloor,
} from '../changelog/index.js'
import {refuseReshaped} from '../backfill/index.js'
import {SluiceError} from '../errors.js'
import {mappingHash, mappingOf, type TableDefinition} from '../lake/index.js'
import {
  compileChangeFunction,
  isKeyPrivate,
  redactedValue,
  SOURCE_RANK,
  type ChangeRows,
  type TableMapping,
} from '../mapping/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {AppendedRow, QuarantinedRow} from '../ports/parquet-engine.js'
import {readStreamEvent, type StreamChange} from './stream-event.js'
import {streamRecords} from './stream-file.js'

export interface StreamRequest {
  readonly table: TableDefinition
  /** The file of events, as it was named. */
  readonly file: string
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

export interface StreamResult {
  readonly table: string
  readonly file: string
  /** False: nothing was written, because every event stands already, or was only looked at. */
  readonly changed: boolean
  readonly dryRun: boolean
  readonly events: number
  readonly rows: number
  readonly deleted: number
  readonly quarantined: number
  /** Events of items that a condition of the table leaves out. */
  readonly leftOut: number
  /** Events older than the table's floor: they are kept, and change nothing that readers see. */
  readonly behindFloor: number
  /** Times of the first and the last event; null where there is none. */
  readonly from: string | null
  readonly to: string | null
  readonly objects: number
  readonly sizeBytes: number
}

/** What the events of a file come to. */
interface Batch {
  readonly rows: AppendedRow[]
  readonly quarantined: QuarantinedRow[]
  readonly counts: Record<'events' | 'upsert' | 'deleted' | 'quarantined' | 'leftOut' | 'behindFloor', number>
  first: bigint | null
  last: bigint | null
}

const SOURCE = 'stream'
const MICROS_PER_MS = 1000n
const OBJECT_DIGITS = 5

/**
 * Appends the events of a DynamoDB stream to a change log. Readers see them at once, each by its own time; the same
 * events again change nothing. Throws `STREAM_EVENT_INVALID`, `MAPPING_ERROR` and what reshaped tables throw, before
 * anything is written.
 */
export async function ingestStream(request: StreamRequest, ports: OperationPorts): Promise<StreamResult> {
  const {table, file, dryRun, signal} = request
  const mapping = mappingOf(table)
  const hash = mappingHash(table)
  const runs = await listRunRecords(ports.store, table.name)
  await refuseReshaped(mapping, hash, runs, ports)
  const floor = BigInt(standingFloor(runs) ?? 0)
  const digest = createHash('sha256').update(`${hash}\n`)
  const batch = await readBatch(request, mapping, floor, digest, ports)
  const {rows, quarantined, counts} = batch
  const written =
    dryRun || rows.length === 0
      ? {objects: [], standing: 0}
      : await write(mapping, rows, quarantined, digest.digest('hex').slice(0, 26), ports, signal)
  const instant = (micros: bigint | null): string | null =>
    micros === null ? null : new Date(Number(micros / MICROS_PER_MS)).toISOString()
  return {
    table: table.name,
    file,
    changed: written.objects.length > 0,
    dryRun,
    events: counts.events,
    rows: counts.upsert,
    deleted: counts.deleted,
    quarantined: counts.quarantined,
    leftOut: counts.leftOut,
    behindFloor: counts.behindFloor,
    from: instant(batch.first),
    to: instant(batch.last),
    objects: written.objects.length,
    sizeBytes: written.objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
  }
}

async function readBatch(
  {table, file}: StreamRequest,
  mapping: TableMapping,
  floor: bigint,
  digest: {update(text: string): unknown},
  ports: OperationPorts,
): Promise<Batch> {
  const {folder, name} = splitFile(file)
  const source = await ports.openSource(folder)
  const map = compileChangeFunction(mapping)
  const counts = {events: 0, upsert: 0, deleted: 0, quarantined: 0, leftOut: 0, behindFloor: 0}
  const batch: Batch = {rows: [], quarantined: [], counts, first: null, last: null}
  for await (const {record, line} of streamRecords(source, name)) {
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
  return batch
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

function addChange(batch: Batch, {version, sequence}: StreamChange, {outcome, rows}: ChangeRows): void {
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
    run: SOURCE,
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

async function write(
  mapping: TableMapping,
  rows: readonly AppendedRow[],
  quarantined: readonly QuarantinedRow[],
  digest: string,
  ports: OperationPorts,
  signal: AbortSignal,
): ReturnType<OperationPorts['parquet']['append']> {
  await prepareChangelogTables(mapping, ports.catalog)
  await showChangelogTables(mapping, ports.catalog)
  const locate = await partitionLocator(mapping, ports.catalog)
  const name = (n: number): string => `stream-${digest}-${String(n).padStart(OBJECT_DIGITS, '0')}.parquet`
  return ports.parquet.append({
    mapping,
    rows: asyncRows(rows),
    quarantined,
    sourceRank: SOURCE_RANK.stream,
    source: SOURCE,
    target: ports.store,
    keyOf: async (partition, n) => `${locate(partition)}${name(n)}`,
    quarantineKeyOf: (n) => `${quarantinePrefix(mapping.table)}${name(n)}`,
    deletesKeyOf: (n) => `${deletesPrefix(mapping.table)}${name(n)}`,
    onPartitions: (partitions) =>
      registerTable(
        mapping,
        partitions.map((partition) => ({partition})),
        locate,
        ports.catalog,
      ),
    signal,
  })
}

async function* asyncRows(rows: readonly AppendedRow[]): AsyncGenerator<AppendedRow> {
  yield* rows
}

function splitFile(file: string): {folder: string; name: string} {
  const cut = file.lastIndexOf('/')
  return {folder: cut === -1 ? '.' : cut === 0 ? '/' : file.slice(0, cut), name: file.slice(cut + 1)}
}
