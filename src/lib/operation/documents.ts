import type {ProcessIdentity} from '../ports/clock.js'
import type {GarbageResult} from './collect-garbage.js'
import type {StandingLock} from './lock.js'
import {listOperationIds, readOperation, type OperationRecord, type OperationState} from './record.js'
import type {Caller, Comparison, Estimate, OperationPorts, Proof} from './types.js'
import {standingLocks} from './undo.js'

export interface UnitDocument {
  readonly unit: string
  readonly state: 'planned' | 'staged' | 'proven' | 'published' | 'retracted' | 'failed'
  /** Why it was left as it was while the others went on. */
  readonly error: {readonly code: string; readonly message: string} | null
  readonly proof: Proof | null
  readonly comparison: Comparison | null
  readonly stageMs: number
  readonly proveMs: number
}

export interface LockDescription {
  readonly lock: string
  readonly operation: string
  readonly kind: string
  readonly holder: ProcessIdentity
  readonly since: string
  /** What is known of the holder's process. */
  readonly fate: 'alive' | 'gone' | 'unknown'
}

/** One operation, as `ops show` answers and as resume, undo and cancel leave it. */
export interface OperationDocument {
  readonly operation: string
  readonly kind: string
  readonly lake: string
  readonly environment: string
  readonly state: OperationState
  readonly tables: readonly string[]
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly attempts: number
  readonly caller: Caller | null
  readonly error: {readonly code: string; readonly message: string} | null
  readonly units: readonly UnitDocument[]
  readonly estimate: Estimate
  readonly undo: 'until-gc' | 'never'
  readonly collected: {readonly objects: number; readonly sizeBytes: number} | null
}

export interface ShownOperation extends OperationDocument {
  readonly locks: readonly LockDescription[]
  readonly asOf: string
}

export interface ChangedOperation extends OperationDocument {
  readonly changed: boolean
}

export interface OperationList {
  readonly asOf: string
  readonly operations: readonly OperationDocument[]
}

export interface GarbageDocument {
  readonly asOf: string
  readonly dryRun: boolean
  readonly operations: readonly GarbageResult[]
}

export interface UnlockDocument {
  readonly lock: string
  readonly changed: boolean
  readonly held: LockDescription | null
}

export function operationDocument(record: OperationRecord): OperationDocument {
  const {header} = record
  return {
    operation: header.operation,
    kind: header.kind,
    lake: header.lake,
    environment: header.environment,
    state: record.state,
    tables: header.tables,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    attempts: record.attempts,
    caller: record.caller,
    error: record.error,
    units: record.units.map((unit) => unitDocument(unit.key, record)),
    estimate: header.estimate,
    undo: header.undo,
    collected: record.collected,
  }
}

/** Every operation of the lake, newest first. */
export async function listOperations(asOf: Date, ports: Pick<OperationPorts, 'store'>): Promise<OperationList> {
  const operations: OperationDocument[] = []
  for await (const id of listOperationIds(ports.store))
    operations.push(operationDocument(await readOperation(ports.store, id)))
  return {asOf: asOf.toISOString(), operations: operations.reverse()}
}

/** One operation with the locks that it holds now. Throws `OPERATION_UNKNOWN`. */
export async function showOperation(
  operation: string,
  asOf: Date,
  ports: Pick<OperationPorts, 'store' | 'host'>,
): Promise<ShownOperation> {
  const record = await readOperation(ports.store, operation)
  const locks = (await standingLocks(record.header.locks, ports)).filter(
    ({document}) => document.operation === operation,
  )
  return {...operationDocument(record), locks: locks.map((lock) => describeLock(lock, ports)), asOf: asOf.toISOString()}
}

export function describeLock({name, document}: StandingLock, ports: Pick<OperationPorts, 'host'>): LockDescription {
  const {operation, kind, holder, since} = document
  return {lock: name, operation, kind, holder, since, fate: ports.host.fateOf(holder)}
}

function unitDocument(unit: string, record: OperationRecord): UnitDocument {
  const found = record.unitRecords.get(unit)
  const state = found?.isRetracted
    ? 'retracted'
    : found?.isPublished
      ? 'published'
      : (found?.error ?? null) !== null
        ? 'failed'
        : found?.proof
          ? 'proven'
          : found?.isStaged
            ? 'staged'
            : 'planned'
  return {
    unit,
    state,
    error: found?.error ?? null,
    proof: found?.proof ?? null,
    comparison: found?.comparison ?? null,
    stageMs: found?.stageMs ?? 0,
    proveMs: found?.proveMs ?? 0,
  }
}
