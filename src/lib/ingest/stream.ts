import type {TableDefinition} from '../lake/index.js'
import type {OperationPorts} from '../operation/index.js'
import {openStream} from './open-stream.js'
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

const MICROS_PER_MS = 1000n

/**
 * Appends the events of a DynamoDB stream to a change log. Readers see them at once, each by its own time; the same
 * events again change nothing. Throws `STREAM_EVENT_INVALID`, `MAPPING_ERROR` and what reshaped tables throw, before
 * anything is written.
 */
export async function ingestStream(request: StreamRequest, ports: OperationPorts): Promise<StreamResult> {
  const {table, file, dryRun, signal} = request
  const stream = await openStream(table, ports, signal)
  const {folder, name} = splitFile(file)
  const source = await ports.openSource(folder)
  const batch = await stream.read({name, records: streamRecords(source, name)})
  const {counts} = batch
  const written = dryRun ? {objects: []} : await stream.append(batch)
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
    from: instantOf(batch.first),
    to: instantOf(batch.last),
    objects: written.objects.length,
    sizeBytes: written.objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
  }
}

function instantOf(micros: bigint | null): string | null {
  return micros === null ? null : new Date(Number(micros / MICROS_PER_MS)).toISOString()
}

function splitFile(file: string): {folder: string; name: string} {
  const cut = file.lastIndexOf('/')
  return {folder: cut === -1 ? '.' : cut === 0 ? '/' : file.slice(0, cut), name: file.slice(cut + 1)}
}
