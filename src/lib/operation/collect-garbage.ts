import {JournalWriter} from './journal.js'
import {Leases} from './lock.js'
import {isResumable, listOperationIds, readOperation, type OperationRecord} from './record.js'
import type {ApplyOptions} from './apply.js'
import type {GarbageDocument} from './documents.js'
import type {AnyOperationKind, OperationId, OperationPorts} from './types.js'

const MS_PER_HOUR = 3_600_000
const DELETES_AT_ONCE = 1000
/** Longer than any query that may still read the old objects, and than caches of their places. */
export const DEFAULT_GRACE_HOURS = 72

export interface GarbageOptions extends ApplyOptions {
  /** Operations that ended less than this ago are left alone. */
  readonly graceHours: number
  readonly dryRun: boolean
}

export interface GarbageResult {
  readonly operation: OperationId
  readonly kind: string
  readonly state: OperationRecord['state']
  /** Why nothing was looked at, or null. */
  readonly skipped: 'not_ended' | 'in_grace' | null
  readonly objects: number
  readonly sizeBytes: number
  /** Objects that had changed and were kept. */
  readonly kept: number
}

/** `collectGarbage` over one operation or all of them. Throws `OPERATION_UNKNOWN`. */
export async function collectAll(
  operation: OperationId | undefined,
  options: GarbageOptions,
  kindOf: (name: string) => Promise<AnyOperationKind>,
  asOf: Date,
  ports: OperationPorts,
): Promise<GarbageDocument> {
  const operations: GarbageResult[] = []
  for await (const id of operation === undefined ? listOperationIds(ports.store) : [operation]) {
    const {header} = await readOperation(ports.store, id)
    operations.push(await collectGarbage(id, await kindOf(header.kind), options, ports))
  }
  return {asOf: asOf.toISOString(), dryRun: options.dryRun, graceHours: options.graceHours, operations}
}

/** Deletes what one ended operation left behind: only objects that its kind names, and only as they were named. */
export async function collectGarbage(
  operation: OperationId,
  kind: AnyOperationKind,
  options: GarbageOptions,
  ports: OperationPorts,
): Promise<GarbageResult> {
  const record = await readOperation(ports.store, operation)
  const nothing = {
    operation,
    kind: record.header.kind,
    state: record.state,
    skipped: null,
    objects: 0,
    sizeBytes: 0,
    kept: 0,
  } as const
  if (record.endedAt === null || record.state === 'undoing') return {...nothing, skipped: 'not_ended'}
  const ageHours = (ports.clock.now().getTime() - Date.parse(record.endedAt)) / MS_PER_HOUR
  if (ageHours < options.graceHours) return {...nothing, skipped: 'in_grace'}
  // Interrupted and failed operations keep what they staged until they are resumed or cancelled.
  if (isResumable(record.state)) return {...nothing, skipped: 'not_ended'}
  if (options.dryRun) return {...nothing, ...(await deleteObjects(record, kind, ports, true))}
  const leases = await Leases.take(record.header.locks, operation, record.header.kind, ports, options.signal)
  try {
    const deleted = await deleteObjects(record, kind, ports, false)
    if (deleted.objects > 0) await journalCollected(record, deleted, options, ports)
    return {...nothing, ...deleted}
  } finally {
    await leases.release()
  }
}

async function deleteObjects(
  record: OperationRecord,
  kind: AnyOperationKind,
  ports: OperationPorts,
  dryRun: boolean,
): Promise<{objects: number; sizeBytes: number; kept: number}> {
  const totals = {objects: 0, sizeBytes: 0, kept: 0}
  let batch: {key: string; etag: string; sizeBytes: number}[] = []
  const flush = async (): Promise<void> => {
    const outcomes = dryRun ? batch.map(({key}) => ({key, state: 'deleted'})) : await ports.store.deleteBatch(batch)
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.state === 'absent') continue
      if (outcome.state !== 'deleted') totals.kept += 1
      else {
        totals.objects += 1
        totals.sizeBytes += batch[index]!.sizeBytes
      }
    }
    batch = []
  }
  for (const unit of record.units) {
    const unitRecord = record.unitRecords.get(unit.key)
    const left = {
      staged: unitRecord?.isStaged ? unitRecord.staged : null,
      published: unitRecord?.isPublished ?? false,
      steps: unitRecord?.steps ?? new Map<string, unknown>(),
    }
    for await (const object of kind.garbage?.(unit, left, ports, record.header.operation) ?? []) {
      batch.push(object)
      if (batch.length === DELETES_AT_ONCE) await flush()
    }
  }
  await flush()
  return totals
}

async function journalCollected(
  record: OperationRecord,
  deleted: {objects: number; sizeBytes: number},
  options: GarbageOptions,
  ports: OperationPorts,
): Promise<void> {
  const journal = new JournalWriter(ports.store, record.header.operation, record.segments, () =>
    ports.clock.monotonicMs(),
  )
  await journal.addNow({
    kind: 'collected',
    at: ports.clock.now().toISOString(),
    caller: options.caller,
    objects: deleted.objects,
    sizeBytes: deleted.sizeBytes,
  })
}
