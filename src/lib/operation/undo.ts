import {SluiceError} from '../errors.js'
import {JournalWriter} from './journal.js'
import {Leases, readLock, type StandingLock} from './lock.js'
import {readOperation, type OperationRecord, type UnitRecord} from './record.js'
import {lockKey} from './state-layout.js'
import type {ApplyOptions} from './apply.js'
import type {AnyOperationKind, LockName, OperationId, OperationPorts, Unit} from './types.js'

export interface UndoResult {
  readonly record: OperationRecord
  readonly changed: boolean
}

/**
 * Takes back what an operation published, newest unit first. An undo that was killed goes on where it stopped.
 * Throws `OPERATION_NOT_UNDOABLE`, `OPERATION_CONFLICT`, `LOCK_HELD`.
 */
export async function undoOperation(
  operation: OperationId,
  kind: AnyOperationKind,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<UndoResult> {
  return underLocks(operation, options, ports, async (record) => {
    if (record.state === 'undone') return {record, changed: false}
    refuseUnlessUndoable(record, kind)
    const journal = writer(record, ports)
    const at = (): string => ports.clock.now().toISOString()
    const standing = standingUnits(record)
    for (const [unit, {staged}] of standing) await kind.refuseRetract?.(unit, staged, ports)
    for (const [unit, {staged}] of standing) {
      await retractUnit(unit, staged, kind, ports)
      await journal.addNow({kind: 'retracted', unit: unit.key, at: at()})
    }
    await journal.addNow({kind: 'undone', at: at(), caller: options.caller})
    return {record: await readOperation(ports.store, operation), changed: true}
  })
}

/**
 * Closes an unfinished operation for good; what it staged is left to gc. A publish whose journal entry was lost in a
 * crash is taken back too, so that a cancelled operation is never visible. Throws `OPERATION_NOT_RESUMABLE`.
 */
export async function cancelOperation(
  operation: OperationId,
  kind: AnyOperationKind,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<UndoResult> {
  return underLocks(operation, options, ports, async (record) => {
    if (record.state === 'cancelled') return {record, changed: false}
    const published = [...record.unitRecords.values()].some(({isPublished}) => isPublished)
    if (record.state === 'done' || record.state === 'undone' || record.state === 'undoing' || published) {
      throw new SluiceError(
        'OPERATION_NOT_RESUMABLE',
        `Operation ${operation} has published its result; it cannot be cancelled.`,
        {
          fix: `sluice ops undo ${operation}`,
        },
      )
    }
    for (const unit of record.units) {
      const unitRecord = record.unitRecords.get(unit.key)
      if (unitRecord?.isStaged && kind.retract !== undefined) await retractUnit(unit, unitRecord.staged, kind, ports)
    }
    await writer(record, ports).addNow({kind: 'cancelled', at: ports.clock.now().toISOString(), caller: options.caller})
    return {record: await readOperation(ports.store, operation), changed: true}
  })
}

/** Removes a lock that `readLock` showed and a person judged dead. Throws `PRECONDITION_FAILED` when it lives on. */
export async function removeLock(lock: StandingLock, ports: Pick<OperationPorts, 'store'>): Promise<void> {
  await ports.store.delete(lockKey(lock.name), {ifMatch: lock.etag})
}

/** The locks of an operation that stand now, whoever holds them. */
export async function standingLocks(
  names: readonly LockName[],
  ports: Pick<OperationPorts, 'store'>,
): Promise<StandingLock[]> {
  const locks = await Promise.all(names.map((name) => readLock(ports, name)))
  return locks.filter((lock) => lock !== null)
}

/** What was staged and is not taken back, newest first. */
function standingUnits({units, unitRecords}: OperationRecord): [Unit<unknown>, UnitRecord][] {
  return [...units].reverse().flatMap((unit): [Unit<unknown>, UnitRecord][] => {
    const unitRecord = unitRecords.get(unit.key)
    return unitRecord?.isStaged && !unitRecord.isRetracted ? [[unit, unitRecord]] : []
  })
}

async function underLocks(
  operation: OperationId,
  options: ApplyOptions,
  ports: OperationPorts,
  act: (record: OperationRecord) => Promise<UndoResult>,
): Promise<UndoResult> {
  const found = await readOperation(ports.store, operation)
  const leases = await Leases.take(found.header.locks, operation, found.header.kind, ports, options.signal)
  try {
    return await act(await readOperation(ports.store, operation))
  } finally {
    await leases.release()
  }
}

function refuseUnlessUndoable(record: OperationRecord, kind: AnyOperationKind): void {
  const {operation, undo} = record.header
  const anyPublished = [...record.unitRecords.values()].some(({isPublished}) => isPublished)
  if (kind.retract === undefined || undo === 'never') {
    throw new SluiceError('OPERATION_NOT_UNDOABLE', `${record.header.kind} cannot be undone.`, {
      fix: `sluice ops show ${operation}`,
    })
  }
  if (record.state !== 'done' && record.state !== 'undoing' && !anyPublished) {
    throw new SluiceError('OPERATION_NOT_UNDOABLE', `Operation ${operation} has published nothing (${record.state}).`, {
      fix: `sluice ops cancel ${operation}`,
    })
  }
}

async function retractUnit(
  unit: Unit<unknown>,
  staged: unknown,
  kind: AnyOperationKind,
  ports: OperationPorts,
): Promise<void> {
  const outcome = await kind.retract!(unit, staged, ports)
  if (outcome !== 'conflict') return
  throw new SluiceError('OPERATION_CONFLICT', `${unit.key} was changed since it was published; it is not taken back.`, {
    fix: 'sluice ops list',
  })
}

function writer(record: OperationRecord, ports: OperationPorts): JournalWriter {
  return new JournalWriter(ports.store, record.header.operation, record.segments, () => ports.clock.monotonicMs())
}
