import {
  applyPlan,
  type AnyOperationKind,
  type ApplyOptions,
  type Estimate,
  type LoadedPlan,
  type OperationPorts,
  type OperationRecord,
  type Unit,
} from '../operation/index.js'
import type {SyncPlan} from './sync-plan.js'
import {syncKind} from './sync-kind.js'
import {SYNC_MARK, type StagedSync, type SyncWork} from './sync-work.js'
import type {TableDiff} from './types.js'

export type SyncState = 'created' | 'exists' | 'dropped' | 'kept' | 'failed'

/** What became of one partition. */
export interface SyncedPartition {
  readonly values: readonly string[]
  readonly location: string
  readonly state: SyncState
}

/** What the sync of one table did. */
export interface SyncedTable {
  readonly table: string
  /** Null where there was nothing to do. */
  readonly operation: string | null
  readonly isTableCreated: boolean
  readonly counts: Readonly<Record<SyncState, number>>
  readonly failures: readonly {readonly unit: string; readonly code: string; readonly message: string}[]
  /** The first of them, failed ones first; the journal has all. */
  readonly partitions: readonly SyncedPartition[]
  readonly notListed: number
  readonly planned: {readonly creates: number; readonly drops: number}
  /** Of the plan; null where there was nothing to do. */
  readonly estimate: Estimate | null
  /** As it was before. */
  readonly before: TableDiff
}

/** `partitions sync --json`; of a dry run `changed` is false and nothing has a state. */
export interface SyncDocument {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly dryRun: boolean
  readonly changed: boolean
  readonly tables: readonly SyncedTable[]
}

const LISTED = 1000

export function willText({plan, creates, drops, diff}: SyncPlan): string {
  const parts = [
    ...(plan!.units.some(({work}) => work.action === 'table') ? ['create the table'] : []),
    ...(creates === 0 ? [] : [`register ${countText(creates)}`]),
    ...(drops === 0 ? [] : [`drop ${countText(drops)} without objects`]),
  ]
  return `${parts.join(' and ')} in ${diff.table}`
}

function countText(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'partition' : 'partitions'}`
}

/** Runs a planned sync, and reads back what stands now. Throws what the operation core throws. */
export async function runSync(
  planned: SyncPlan & {readonly plan: LoadedPlan<SyncWork>},
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<SyncedTable> {
  const {plan, creates, drops} = planned
  ports.report({kind: 'phase', phase: 'sync', unit: 'partitions', total: creates + drops})
  const record = await applyPlan(plan, syncKind as AnyOperationKind, options, ports)
  return syncedTable(record, planned, ports)
}

/** A table with which nothing was done. */
export function untouchedTable({diff, plan, creates, drops}: SyncPlan): SyncedTable {
  const counts = {created: 0, exists: 0, dropped: 0, kept: 0, failed: 0}
  const nothing = {operation: null, isTableCreated: false, failures: [], partitions: [], notListed: 0}
  const estimate = plan?.header.estimate ?? null
  return {table: diff.table, counts, before: diff, planned: {creates, drops}, estimate, ...nothing}
}

/** The catalog tells what became of each partition: what a sync created carries its operation. */
export async function syncedTable(
  {header, units, unitRecords}: OperationRecord,
  {diff, creates, drops}: Pick<SyncPlan, 'diff' | 'creates' | 'drops'>,
  ports: Pick<OperationPorts, 'catalog'>,
): Promise<SyncedTable> {
  const partitions: SyncedPartition[] = []
  for (const unit of units as readonly Unit<SyncWork>[]) {
    const staged = unitRecords.get(unit.key)?.staged as StagedSync | null
    if (staged !== null) partitions.push(...(await statesOf(unit.work, staged, header.operation, ports)))
  }
  const counts: Record<SyncState, number> = {created: 0, exists: 0, dropped: 0, kept: 0, failed: 0}
  for (const {state} of partitions) counts[state] += 1
  partitions.sort((left, right) => Number(right.state === 'failed') - Number(left.state === 'failed'))
  return {
    table: header.tables.join(', '),
    operation: header.operation,
    isTableCreated: (units as readonly Unit<SyncWork>[]).some(({work}) => work.action === 'table'),
    counts,
    failures: units.flatMap(({key}) => {
      const error = unitRecords.get(key)?.error ?? null
      return error === null ? [] : [{unit: key, ...error}]
    }),
    partitions: partitions.slice(0, LISTED),
    notListed: Math.max(0, partitions.length - LISTED),
    planned: {creates, drops},
    estimate: header.estimate,
    before: diff,
  }
}

async function statesOf(
  work: SyncWork,
  {dropped}: StagedSync,
  operation: string,
  {catalog}: Pick<OperationPorts, 'catalog'>,
): Promise<SyncedPartition[]> {
  if (work.action === 'table') return []
  const found = await catalog.getPartitions(
    work.table,
    work.items.map(({values}) => values),
  )
  const wanted = new Set(dropped.map(({values}) => JSON.stringify(values)))
  return work.items.map(({values, location}, index) => {
    const standing = found[index] ?? null
    if (work.action === 'create') {
      const state = standing === null ? 'failed' : standing.parameters[SYNC_MARK] === operation ? 'created' : 'exists'
      return {values, location, state}
    }
    const isKept = !wanted.has(JSON.stringify(values))
    return {values, location, state: standing === null ? 'dropped' : isKept ? 'kept' : 'failed'}
  })
}
