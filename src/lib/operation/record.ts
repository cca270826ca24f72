import {hasCode, SluiceError} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {ObjectStore} from '../ports/object-store.js'
import {readJournal, type JournalEntry} from './journal.js'
import {parsePlan} from './plan-file.js'
import {OPERATIONS_PREFIX, planKey} from './state-layout.js'
import type {Caller, Comparison, OperationId, PlanHeader, Proof, Unit} from './types.js'

export type OperationState = 'unfinished' | 'interrupted' | 'failed' | 'done' | 'cancelled' | 'undoing' | 'undone'

/** Whether an operation of this state was begun, neither finished nor closed, and can go on. */
export function isResumable(state: OperationState): boolean {
  return state === 'unfinished' || state === 'interrupted' || state === 'failed'
}

export interface UnitRecord {
  readonly staged: unknown
  readonly isStaged: boolean
  /** The last value of each step that attempts noted while they staged. */
  readonly steps: ReadonlyMap<string, unknown>
  readonly proof: Proof | null
  readonly comparison: Comparison | null
  readonly isPublished: boolean
  readonly isRetracted: boolean
  /** Why it was left as it was while the others went on. */
  readonly error: {readonly code: string; readonly message: string} | null
  readonly stageMs: number
  readonly proveMs: number
}

/** An operation as its plan and journal tell it. */
export interface OperationRecord {
  readonly header: PlanHeader
  readonly units: readonly Unit<unknown>[]
  readonly state: OperationState
  readonly attempts: number
  readonly segments: number
  readonly caller: Caller | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly error: {readonly code: string; readonly message: string} | null
  readonly unitRecords: ReadonlyMap<string, UnitRecord>
  readonly collected: {readonly objects: number; readonly sizeBytes: number} | null
}

const NEW_UNIT: UnitRecord = {
  staged: null,
  isStaged: false,
  steps: new Map(),
  proof: null,
  comparison: null,
  isPublished: false,
  isRetracted: false,
  error: null,
  stageMs: 0,
  proveMs: 0,
}

/** Reads one operation. Throws `OPERATION_UNKNOWN`. */
export async function readOperation(store: ObjectStore, operation: OperationId): Promise<OperationRecord> {
  const text = await readText(store, planKey(operation)).catch((error: unknown) => {
    if (!hasCode(error, 'OBJECT_NOT_FOUND', 'KEY_INVALID')) throw error
    throw new SluiceError('OPERATION_UNKNOWN', `There is no operation ${operation}.`, {fix: 'sluice ops list'})
  })
  const {header, units} = parsePlan<unknown>(text, planKey(operation))
  const {entries, segments} = await readJournal(store, operation)
  const unitRecords = new Map<string, UnitRecord>()
  return entries.reduce((record, entry) => applyEntry(record, entry, unitRecords), {
    header,
    units,
    state: 'unfinished',
    attempts: 0,
    segments,
    caller: null,
    startedAt: null,
    endedAt: null,
    error: null,
    unitRecords,
    collected: null,
  } satisfies OperationRecord as OperationRecord)
}

/** Ids of every operation of the lake, oldest first (ULIDs sort by their time). */
export async function* listOperationIds(store: ObjectStore): AsyncGenerator<OperationId> {
  let last = ''
  for await (const {key} of store.list(OPERATIONS_PREFIX)) {
    const id = key.slice(OPERATIONS_PREFIX.length).split('/')[0]!
    // An operation exists from its plan on: `journal/` sorts before `plan.ndjson`, and is never written first.
    if (id !== last && key === planKey(id)) yield (last = id)
  }
}

/** `units` are those of the record: with a copy for each entry thousands of units take seconds. */
function applyEntry(record: OperationRecord, entry: JournalEntry, units: Map<string, UnitRecord>): OperationRecord {
  const change = (unit: string, fields: Partial<UnitRecord>): OperationRecord => {
    units.set(unit, {...(units.get(unit) ?? NEW_UNIT), ...fields})
    return record
  }
  switch (entry.kind) {
    case 'started':
      return {
        ...record,
        state: 'unfinished',
        attempts: entry.attempt,
        caller: record.caller ?? entry.caller,
        startedAt: record.startedAt ?? entry.at,
        endedAt: null,
        error: null,
      }
    case 'step':
      withStep(units, entry.unit, entry.step, entry.value)
      return record
    case 'staged':
      return change(entry.unit, {staged: entry.staged, isStaged: true, stageMs: entry.durationMs, error: null})
    case 'proven':
      return change(entry.unit, {proof: entry.proof, proveMs: entry.durationMs})
    case 'compared':
      return change(entry.unit, {comparison: entry.comparison})
    case 'published':
      return change(entry.unit, {isPublished: true, error: null})
    case 'retracted':
      return {...change(entry.unit, {isPublished: false, isRetracted: true}), state: 'undoing'}
    case 'unit-failed':
      return change(entry.unit, {error: {code: entry.code, message: entry.message}})
    case 'interrupted':
    case 'cancelled':
      return {...record, state: entry.kind, endedAt: entry.at}
    case 'finished':
      return {...record, state: 'done', endedAt: entry.at}
    case 'failed':
      return {...record, state: 'failed', endedAt: entry.at, error: {code: entry.code, message: entry.message}}
    case 'undone':
      return {...record, state: 'undone', endedAt: entry.at}
    case 'collected':
      return {
        ...record,
        collected: {
          objects: (record.collected?.objects ?? 0) + entry.objects,
          sizeBytes: (record.collected?.sizeBytes ?? 0) + entry.sizeBytes,
        },
      }
  }
}

/** `units` are those of the record; see `applyEntry`. */
function withStep(units: Map<string, UnitRecord>, unit: string, step: string, value: unknown): void {
  const standing = units.get(unit) ?? NEW_UNIT
  units.set(unit, {...standing, steps: new Map(standing.steps).set(step, value)})
}
