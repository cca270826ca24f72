import {hasCode, SluiceError} from '../errors.js'
import {definitionHash, type LakeDefinition} from '../lake/index.js'
import {
  applyPlan,
  readOperation,
  type ApplyOptions,
  type Comparison,
  type LoadedPlan,
  type OperationPorts,
  type OperationRecord,
} from '../operation/index.js'
import type {AnyOperationKind} from '../operation/index.js'
import type {ProblemCount} from '../ports/parquet-engine.js'
import {loadKind} from './load-kind.js'
import type {LoadPlan, LoadWork} from './load-plan.js'
import {floorOf, type StagedLoad} from './load-record.js'

export interface LoadResultDocument {
  readonly operation: string
  readonly table: string
  readonly exportId: string
  /** False: this export was already loaded under this mapping. */
  readonly changed: boolean
  readonly run: string
  readonly items: number
  readonly rows: number
  readonly quarantined: number
  /** Items that a condition of the table leaves out. */
  readonly leftOut: number
  /** Lines without an item or a key. */
  readonly unreadable: number
  readonly problems: readonly ProblemCount[]
  readonly objects: number
  readonly sizeBytes: number
  readonly partitions: number
  /** ISO 8601; rows older than this do not count any more. Null: the load sets none. */
  readonly floor: string | null
  /** What it did to the keys that stood; null where none stood. */
  readonly comparison: Comparison | null
  readonly supersedes: readonly string[]
  readonly proof: string | null
  readonly stageMs: number
  readonly proveMs: number
}

/** Runs a planned load. Throws what the plan, the load and the lock throw; see the operation core. */
export async function runLoad(
  plan: LoadedPlan<LoadWork>,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<LoadResultDocument> {
  const record = await applyPlan(plan, loadKind as AnyOperationKind, options, ports)
  return loadResult(record, true)
}

/** Result of a plan that has nothing to do. */
export function nothingToLoad({export: opened, table, loadedAs}: LoadPlan): LoadResultDocument {
  const {record} = loadedAs!
  return {
    operation: record.operation,
    table: table.name,
    exportId: opened.exportId,
    changed: false,
    run: record.run,
    items: opened.itemCount,
    rows: record.rows - record.quarantined,
    quarantined: record.quarantined,
    leftOut: record.leftOut,
    unreadable: record.unreadable,
    problems: [],
    objects: record.objects,
    sizeBytes: record.sizeBytes,
    partitions: 0,
    floor: record.floor === null ? null : new Date(record.floor / 1000).toISOString(),
    comparison: null,
    supersedes: record.supersedes,
    proof: null,
    stageMs: 0,
    proveMs: 0,
  }
}

/** What a finished load did, from its journal. */
export function loadResult(record: OperationRecord, changed: boolean): LoadResultDocument {
  const unit = record.units[0]!
  const unitRecord = record.unitRecords.get(unit.key)!
  const work = unit.work as LoadWork
  const staged = unitRecord.staged as StagedLoad
  const floor = floorOf(work, staged)
  return {
    operation: record.header.operation,
    table: work.table,
    exportId: work.export.exportId,
    changed,
    run: staged.run,
    items: work.export.itemCount,
    rows: staged.rows - staged.quarantined,
    quarantined: staged.quarantined,
    leftOut: staged.skipped + staged.elsewhere,
    unreadable: staged.unreadable,
    problems: staged.problems,
    objects: staged.objects.length,
    sizeBytes: staged.objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    partitions: new Set(staged.objects.map(({partition}) => JSON.stringify(partition))).size,
    floor: floor === null ? null : new Date(Number(floor / 1000n)).toISOString(),
    comparison: unitRecord.comparison,
    supersedes: work.supersedes,
    proof: unitRecord.proof?.text ?? null,
    stageMs: unitRecord.stageMs,
    proveMs: unitRecord.proveMs,
  }
}

/**
 * A plan that was written to a file, checked against the lake as it stands. Throws `PLAN_INVALID`, `PLAN_STALE`, and
 * `OPERATION_CONFLICT` when the plan was run before.
 */
export async function acceptPlan(
  plan: LoadedPlan<unknown>,
  definition: LakeDefinition,
  ports: Pick<OperationPorts, 'store'>,
): Promise<LoadedPlan<LoadWork>> {
  const {header} = plan
  if (header.kind !== loadKind.kind) {
    throw new SluiceError('PLAN_INVALID', `This is a plan of ${header.kind}, not of ${loadKind.kind}.`, {
      fix: 'Run it with the command that made it.',
    })
  }
  const stale = (what: string): never => {
    throw new SluiceError('PLAN_STALE', `The plan is for ${what}.`, {
      fix: 'Make the plan again: sluice backfill plan --out FILE',
    })
  }
  if (header.lake !== definition.lake) stale(`lake ${header.lake}, this is ${definition.lake}`)
  if (header.environment !== definition.environment.name)
    stale(`environment ${header.environment}, this is ${definition.environment.name}`)
  if (header.definitionHash !== definitionHash(definition, header.tables))
    stale(`another definition of ${header.tables.join(', ')}`)
  if (plan.units.length !== 1) {
    throw new SluiceError('PLAN_INVALID', 'The plan loads nothing: its export was loaded when it was made.', {
      fix: 'sluice backfill status',
    })
  }
  await refuseIfStarted(header.operation, ports)
  return plan as LoadedPlan<LoadWork>
}

async function refuseIfStarted(operation: string, ports: Pick<OperationPorts, 'store'>): Promise<void> {
  const record = await readOperation(ports.store, operation).catch((error: unknown) => {
    if (hasCode(error, 'OPERATION_UNKNOWN')) return null
    throw error
  })
  if (record === null) return
  throw new SluiceError(
    'OPERATION_CONFLICT',
    `This plan was started before; operation ${operation} is ${record.state}.`,
    {
      fix: record.state === 'done' ? `sluice ops show ${operation}` : `sluice ops resume ${operation}`,
    },
  )
}
