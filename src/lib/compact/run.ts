import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import {
  applyPlan,
  type AnyOperationKind,
  type ApplyOptions,
  type LoadedPlan,
  type OperationPorts,
  type OperationRecord,
  type Unit,
} from '../operation/index.js'
import {addFigures, estimateOf, noFigures} from './figures.js'
import type {IcebergWork, StagedUpkeep} from './iceberg-work.js'
import {planHeader, planTable, type AnyWork, type CompactRequest, type PlanPorts} from './plan.js'
import type {StagedCompaction} from './work.js'

/** What one table's compaction did. */
export interface CompactedTable {
  readonly operation: string
  readonly table: string
  readonly kind: string
  /** Partitions that were merged, and those left as they were because something was wrong with them. */
  readonly merged: number
  readonly failed: readonly {readonly partition: string; readonly code: string; readonly message: string}[]
  readonly files: {readonly before: number; readonly after: number}
  readonly sizeBytes: {readonly before: number; readonly after: number}
  readonly rows: number
  /** Rows of runs that no reader counts, left out. */
  readonly dropped: Readonly<Record<string, number>>
  readonly undo: 'until-gc' | 'never'
  /** Of partitions that Athena merged: how many, and what that scanned, the proof included. */
  readonly athena?: {readonly merged: number; readonly scannedBytes: number}
  /** Of a table that keeps its own list of files: how often its engine was asked, and what that scanned. */
  readonly statements?: {readonly optimize: number; readonly vacuum: number; readonly scannedBytes: number}
}

export interface CompactResultDocument {
  /** False: nothing was worth merging. */
  readonly changed: boolean
  readonly tables: readonly CompactedTable[]
}

/** The plan of one table with all its units; null where there is nothing to merge. */
async function planRun(
  request: CompactRequest,
  table: TableDefinition,
  definition: LakeDefinition,
  ports: PlanPorts,
): Promise<LoadedPlan<AnyWork> | null> {
  const plan = await planTable(request, table, ports)
  if ('obstacle' in plan) return null
  const figures = noFigures()
  const units: Unit<AnyWork>[] = []
  for await (const judged of plan.partitions()) {
    addFigures(figures, judged.figures)
    if (judged.unit !== null) units.push(judged.unit)
  }
  if (units.length === 0) return null
  const estimate = estimateOf(figures, plan.method, definition.environment.backend)
  return {header: planHeader(table, plan.method, estimate, definition, ports), units}
}

/** The plans of those tables that have something to merge. */
export async function planRuns(
  request: CompactRequest,
  tables: readonly TableDefinition[],
  definition: LakeDefinition,
  ports: PlanPorts,
): Promise<LoadedPlan<AnyWork>[]> {
  const plans: LoadedPlan<AnyWork>[] = []
  for (const table of tables) {
    const plan = await planRun(request, table, definition, ports)
    if (plan !== null) plans.push(plan)
  }
  return plans
}

/** What running a plan will do, for the question before it. */
export function willText({header, units}: LoadedPlan<AnyWork>): string {
  const sources = units.reduce((sum, {work}) => sum + filesOf(work), 0)
  const outputs = units.reduce((sum, {work}) => sum + work.outputs, 0)
  const partitions = units.reduce((sum, {work}) => sum + (work.method === 'iceberg' ? work.partitions : 1), 0)
  const where = `${partitions} ${partitions === 1 ? 'partition' : 'partitions'} of ${header.tables.join(', ')}`
  const count = (files: number): string => files.toLocaleString('en-US')
  const merge = `merge ${count(sources)} files into ${count(outputs)} in ${where}`
  return header.kind === 'compact.iceberg' ? `${merge}, and expire its old snapshots, for good` : merge
}

function filesOf(work: AnyWork): number {
  return work.method === 'iceberg' ? work.files : work.sources.length
}

/** Runs a plan: each partition is staged, proven and published by itself. Throws what the operation core throws. */
export async function runCompaction(
  plan: LoadedPlan<AnyWork>,
  kind: AnyOperationKind,
  options: ApplyOptions,
  ports: OperationPorts,
): Promise<CompactedTable> {
  const files = plan.units.reduce((sum, {work}) => sum + filesOf(work), 0)
  ports.report({kind: 'phase', phase: 'compact', unit: 'files', total: files})
  return compactedTable(await applyPlan(plan, kind, options, ports))
}

/** What an ended compaction did, from its journal. */
export function compactedTable(record: OperationRecord): CompactedTable {
  return record.header.kind === 'compact.iceberg' ? upkeptTable(record) : mergedTable(record)
}

/** One unit: the table, whose own engine has told what there was and is. */
function upkeptTable({header, units, unitRecords}: OperationRecord): CompactedTable {
  const [unit] = units
  const {before, after, runs, scannedBytes} = unitRecords.get(unit!.key)!.staged as StagedUpkeep
  return {
    operation: header.operation,
    table: header.tables.join(', '),
    kind: header.kind,
    merged: (unit!.work as IcebergWork).partitions,
    failed: [],
    files: {before: before.files, after: after.files},
    sizeBytes: {before: before.sizeBytes, after: after.sizeBytes},
    rows: after.rows,
    dropped: {},
    undo: header.undo,
    statements: {...runs, scannedBytes},
  }
}

function mergedTable({header, units, unitRecords}: OperationRecord): CompactedTable {
  const records = units.flatMap(({key}) => unitRecords.get(key) ?? [])
  const published = records.flatMap(({isPublished, staged}) => (isPublished ? [staged as StagedCompaction] : []))
  const byAthena = records.flatMap(({isPublished, staged, proof}) => {
    const {scannedBytes} = (staged ?? {}) as Partial<StagedCompaction>
    return isPublished && scannedBytes !== undefined ? [scannedBytes + (proof?.scannedBytes ?? 0)] : []
  })
  const rounds = published.flatMap((staged) => staged.rounds)
  const bytes = (objects: readonly {readonly sizeBytes: number}[]): number =>
    objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0)
  const sources = rounds.flatMap((round) => round.sources)
  const outputs = rounds.flatMap((round) => round.outputs)
  return {
    operation: header.operation,
    table: header.tables.join(', '),
    kind: header.kind,
    merged: published.length,
    failed: units.flatMap(({key}) => {
      const error = unitRecords.get(key)?.error ?? null
      return error === null ? [] : [{partition: key, ...error}]
    }),
    files: {before: sources.length, after: outputs.length},
    sizeBytes: {before: bytes(sources), after: bytes(outputs)},
    rows: rounds.reduce((sum, {facts}) => sum + facts.rows, 0),
    dropped: sumOf(published.map(({dropped}) => dropped)),
    undo: header.undo,
    ...(byAthena.length === 0
      ? {}
      : {athena: {merged: byAthena.length, scannedBytes: byAthena.reduce((sum, bytes) => sum + bytes, 0)}}),
  }
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const each of counts) for (const [run, rows] of Object.entries(each)) total[run] = (total[run] ?? 0) + rows
  return total
}
