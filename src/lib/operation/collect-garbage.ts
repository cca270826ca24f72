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
  /** Operations that ended less than this ago are left alone; null: as long as their kind says. */
  readonly graceHours: number | null
  /** Operations of other kinds are passed over. */
  readonly isOfKind?: (kind: string) => boolean
  readonly dryRun: boolean
}

export interface GarbageResult {
  readonly operation: OperationId
  readonly kind: string
  readonly state: OperationRecord['state']
  readonly graceHours: number
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
    if (options.isOfKind?.(header.kind) === false) continue
    operations.push(await collectGarbage(id, await kindOf(header.kind), options, ports))
  }
  return {asOf: asOf.toISOString(), dryRun: options.dryRun, operations}
}

/** Deletes what one ended operation left behind: only objects that its kind names, and only as they were named. */
export async function collectGarbage(
  operation: OperationId,
  kind: AnyOperationKind,
  options: GarbageOptions,
  ports: OperationPorts,
): Promise<GarbageResult> {
  const record = await readOperation(ports.store, operation)
  const graceHours = options.graceHours ?? kind.graceHours ?? DEFAULT_GRACE_HOURS
  const nothing = {
    operation,
    kind: record.header.kind,
    state: record.state,
    graceHours,
    skipped: null,
    objects: 0,
    sizeBytes: 0,
    kept: 0,
  } as const
  if (record.endedAt === null || record.state === 'undoing') return {...nothing, skipped: 'not_ended'}
  const ageHours = (ports.clock.now().getTime() - Date.parse(record.endedAt)) / MS_PER_HOUR
  if (ageHours < graceHours) return {...nothing, skipped: 'in_grace'}
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

interface Deleted {
  objects: number
  sizeBytes: number
  kept: number
}

async function deleteObjects(
  record: OperationRecord,
  kind: AnyOperationKind,
  ports: OperationPorts,
  dryRun: boolean,
): Promise<Deleted> {
  const totals: Deleted = {objects: 0, sizeBytes: 0, kept: 0}
  for (const unit of record.units) {
    const unitRecord = record.unitRecords.get(unit.key)
    const left = {
      staged: unitRecord?.isStaged ? unitRecord.staged : null,
      published: unitRecord?.isPublished ?? false,
      steps: unitRecord?.steps ?? new Map<string, unknown>(),
    }
    if (!dryRun && (await kind.beforeGarbage?.(unit, left, ports)) === 'kept') {
      totals.kept += 1
      continue
    }
    const garbage = kind.garbage?.(unit, left, ports, record.header.operation) ?? []
    const kept = await deleteEach(garbage, totals, ports, dryRun)
    if (!dryRun && kept === 0) await kind.afterGarbage?.(unit, left, ports)
  }
  return totals
}

/** Deletes in batches and adds to `totals`; how many were kept, because they are not what was named. */
async function deleteEach(
  garbage: NonNullable<ReturnType<NonNullable<AnyOperationKind['garbage']>>> | readonly never[],
  totals: Deleted,
  {store}: OperationPorts,
  dryRun: boolean,
): Promise<number> {
  const keptBefore = totals.kept
  let batch: {key: string; etag: string; sizeBytes: number}[] = []
  const flush = async (): Promise<void> => {
    const outcomes = dryRun ? batch.map(({key}) => ({key, state: 'deleted'})) : await store.deleteBatch(batch)
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
  for await (const object of garbage) {
    batch.push(object)
    if (batch.length === DELETES_AT_ONCE) await flush()
  }
  if (batch.length > 0) await flush()
  return totals.kept - keptBefore
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
