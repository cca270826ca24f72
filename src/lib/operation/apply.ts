import pMap from 'p-map'
import {hasCode, SluiceError} from '../errors.js'
import {comparisonText, refuseVanished} from './compare.js'
import {checkFingerprints, checkStandingFingerprints} from './fingerprints.js'
import {JournalWriter} from './journal.js'
import {Leases} from './lock.js'
import {toLines} from './json-lines.js'
import type {LoadedPlan} from './plan-file.js'
import {readOperation, type OperationRecord, type UnitRecord} from './record.js'
import {planKey} from './state-layout.js'
import type {AnyOperationKind, Caller, OperationId, OperationPorts, Unit} from './types.js'

export interface ApplyOptions {
  readonly caller: Caller
  readonly signal: AbortSignal
  /** Units at once. */
  readonly concurrency?: number
  /** As many may vanish from what stands, whatever its share. */
  readonly allowVanished?: number
}

interface Running {
  readonly kind: AnyOperationKind
  readonly ports: OperationPorts
  readonly journal: JournalWriter
  readonly operation: OperationId
  readonly attempt: number
  readonly signal: AbortSignal
  readonly allowVanished: number | undefined
  readonly records: ReadonlyMap<string, UnitRecord>
}

/**
 * Runs a new plan: lock, check, journal, then stage, prove and publish each unit.
 * Throws `LOCK_HELD` and `PLAN_STALE` before anything is written, `INTERRUPTED` with the resume command, and whatever
 * the kind throws; the journal then says how far it came.
 */
export async function applyPlan(
  plan: LoadedPlan<unknown>,
  kind: AnyOperationKind,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<OperationRecord> {
  const {operation} = plan.header
  const leases = await Leases.take(plan.header.locks, operation, plan.header.kind, ports, options.signal)
  try {
    for (const unit of plan.units) await checkFingerprints(unit, ports)
    await ports.store.write(planKey(operation), Buffer.from(toLines([plan.header, ...plan.units])), {ifAbsent: true})
    return await work(await readOperation(ports.store, operation), kind, options, ports, leases)
  } finally {
    await leases.release()
  }
}

/**
 * Goes on with an operation that was interrupted, killed or failed; `definitionHash` is that of its tables now.
 * Throws `OPERATION_NOT_RESUMABLE`, `PLAN_STALE`, `LOCK_HELD`.
 */
export async function resumeOperation(
  operation: OperationId,
  definitionHash: string,
  kind: AnyOperationKind,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<OperationRecord> {
  const found = await readOperation(ports.store, operation)
  if (found.state === 'done') return found
  refuseUnlessResumable(found, definitionHash)
  const leases = await Leases.take(found.header.locks, operation, found.header.kind, ports, options.signal)
  try {
    // Read again under the lock: its last holder may have gone on until just now.
    const record = await readOperation(ports.store, operation)
    if (record.state === 'done') return record
    refuseUnlessResumable(record, definitionHash)
    return await work(record, kind, options, ports, leases)
  } finally {
    await leases.release()
  }
}

function refuseUnlessResumable(record: OperationRecord, definitionHash: string): void {
  const {operation} = record.header
  if (record.state === 'cancelled' || record.state === 'undone' || record.state === 'undoing') {
    throw new SluiceError('OPERATION_NOT_RESUMABLE', `Operation ${operation} is ${record.state}.`, {
      fix: record.state === 'undoing' ? `sluice ops undo ${operation}` : 'Plan and run it anew.',
    })
  }
  if (record.header.definitionHash !== definitionHash) {
    throw new SluiceError(
      'PLAN_STALE',
      `The definition of ${record.header.tables.join(', ')} has changed since operation ${operation} was planned.`,
      {
        fix: `sluice ops cancel ${operation}, then run it anew`,
      },
    )
  }
}

async function work(
  record: OperationRecord,
  kind: AnyOperationKind,
  options: ApplyOptions,
  ports: OperationPorts,
  leases: Leases,
): Promise<OperationRecord> {
  const {operation} = record.header
  const journal = new JournalWriter(ports.store, operation, record.segments, () => ports.clock.monotonicMs())
  const attempt = record.attempts + 1
  const at = (): string => ports.clock.now().toISOString()
  const signal = AbortSignal.any([options.signal, leases.signal])
  await journal.addNow({kind: 'started', at: at(), attempt, caller: options.caller})
  try {
    const running: Running = {
      kind,
      ports,
      journal,
      operation,
      attempt,
      signal,
      allowVanished: options.allowVanished,
      records: record.unitRecords,
    }
    // Not pMap's own `signal`: it would end here at once, and give the locks back, with a publish still in flight.
    await pMap(
      record.units,
      async (unit) => {
        signal.throwIfAborted()
        await runUnit(unit, running).catch((error: unknown) => recordUnitFault(error, unit, running))
      },
      {concurrency: options.concurrency ?? 1},
    )
    await journal.addNow({kind: 'finished', at: at(), caller: options.caller})
  } catch (error) {
    throw await recordFailure(leases.signal.aborted ? leases.signal.reason : error, journal, operation, options, at())
  }
  return readOperation(ports.store, operation)
}

/** Writes how the attempt ended, as far as it still can, and gives back the error to throw. */
async function recordFailure(
  error: unknown,
  journal: JournalWriter,
  operation: OperationId,
  options: ApplyOptions,
  at: string,
): Promise<unknown> {
  const interrupted = options.signal.aborted
  const code = error instanceof SluiceError ? error.code : 'UNEXPECTED'
  const message = error instanceof Error ? error.message : String(error)
  if (code !== 'LOCK_LOST') {
    // The first error is the one to tell; a journal that cannot be written either is seen by the next reader.
    await journal
      .addNow(interrupted ? {kind: 'interrupted', at, caller: options.caller} : {kind: 'failed', at, code, message})
      .catch(() => undefined)
  }
  if (!interrupted) return error
  return new SluiceError('INTERRUPTED', 'Stopped. What was not published is not visible to readers.', {
    fix: `sluice ops resume ${operation}`,
    details: {operation},
    cause: error,
  })
}

/** A fault of one unit is written down and leaves the others be; every other error is thrown on. */
async function recordUnitFault(error: unknown, unit: Unit<unknown>, running: Running): Promise<void> {
  const {kind, journal, signal, ports} = running
  if (signal.aborted || !hasCode(error, ...(kind.unitFaults ?? []))) throw error
  await journal.addNow({kind: 'unit-failed', unit: unit.key, code: error.code, message: error.message})
  ports.report({kind: 'note', text: `${unit.key}: ${error.message}`})
}

async function runUnit(unit: Unit<unknown>, running: Running): Promise<void> {
  const record = running.records.get(unit.key)
  if (record?.isPublished) return
  const {kind, ports, journal, signal} = running
  const staged = record?.isStaged ? record.staged : await stageUnit(unit, running)
  const startMs = ports.clock.monotonicMs()
  const proof = await kind.prove(unit, staged, ports, signal)
  const proveMs = Math.round(ports.clock.monotonicMs() - startMs)
  await journal.addNow({kind: 'proven', unit: unit.key, proof, durationMs: proveMs})
  ports.report({kind: 'done', phase: 'proven', text: proof.text, durationMs: proveMs})
  await compareUnit(unit, staged, running)
  await checkStandingFingerprints(unit, ports)
  signal.throwIfAborted()
  await publishUnit(unit, staged, running)
}

async function stageUnit(unit: Unit<unknown>, running: Running): Promise<unknown> {
  const {kind, ports, journal, operation, attempt, signal} = running
  await checkStandingFingerprints(unit, ports)
  const startMs = ports.clock.monotonicMs()
  const steps = {
    noted: running.records.get(unit.key)?.steps ?? new Map<string, unknown>(),
    note: (step: string, value: unknown) => journal.addNow({kind: 'step', unit: unit.key, step, value}),
  }
  const staged = await kind.stage(unit, {ports, operation, attempt, signal, steps})
  const durationMs = Math.round(ports.clock.monotonicMs() - startMs)
  await journal.addNow({kind: 'staged', unit: unit.key, staged, durationMs})
  return staged
}

async function compareUnit(unit: Unit<unknown>, staged: unknown, running: Running): Promise<void> {
  const {kind, ports, journal, operation, signal, allowVanished} = running
  const startMs = ports.clock.monotonicMs()
  const comparison = (await kind.compare?.(unit, staged, ports, signal)) ?? null
  if (comparison === null) return
  await journal.addNow({kind: 'compared', unit: unit.key, comparison})
  const text = `with what stands: ${comparisonText(comparison)}`
  ports.report({kind: 'done', phase: 'compared', text, durationMs: ports.clock.monotonicMs() - startMs})
  refuseVanished(comparison, allowVanished, operation)
}

/** From here on nothing is aborted: the write either happened or it did not, and the next look tells which. */
async function publishUnit(
  unit: Unit<unknown>,
  staged: unknown,
  {kind, ports, journal, operation}: Running,
): Promise<void> {
  const outcome = await kind.publish(unit, staged, ports)
  if (outcome === 'conflict') {
    throw new SluiceError('OPERATION_CONFLICT', `${unit.key} was published or closed by another process meanwhile.`, {
      fix: `sluice ops show ${operation}`,
    })
  }
  await journal.addNow({kind: 'published', unit: unit.key, at: ports.clock.now().toISOString()})
}
