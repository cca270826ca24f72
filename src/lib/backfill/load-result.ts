import type {RunFilter, RunRecord} from '../changelog/index.js'
import type {Comparison, OperationRecord} from '../operation/index.js'
import type {ProblemCount} from '../ports/parquet-engine.js'
import type {TimeRange} from './chain.js'
import type {LoadPlan} from './load-plan.js'
import {floorOf, leftOut, upsertsOf, type StagedLoad, type StagedSource} from './load-record.js'
import type {LoadWork, SourceWork} from './load-work.js'

/** One source of a load, as it stands. */
export interface LoadedSource {
  readonly run: string
  readonly kind: 'full' | 'incremental' | 'quarantine'
  readonly exportId: string
  readonly items: number
  readonly rows: number
  /** Items that are gone. */
  readonly deleted: number
  readonly quarantined: number
  /** Items that a condition of the table or of the load leaves out. */
  readonly leftOut: number
  /** Lines without an item or a key. */
  readonly unreadable: number
}

/** Totals of all sources, and each of them. */
export interface LoadResultDocument extends Omit<LoadedSource, 'run' | 'kind' | 'exportId'> {
  readonly operation: string
  readonly table: string
  /** False: all of it was already loaded under this mapping. */
  readonly changed: boolean
  readonly sources: readonly LoadedSource[]
  readonly problems: readonly ProblemCount[]
  readonly objects: number
  readonly sizeBytes: number
  readonly partitions: number
  /** ISO 8601; rows older than this do not count any more. Null: the load sets none. */
  readonly floor: string | null
  /** Stretches of time whose changes no loaded export holds. */
  readonly gaps: readonly TimeRange[]
  /** The part of its export that was asked for; null for all of it. */
  readonly filter: RunFilter | null
  /** What it did to the keys that stood; null where none stood. */
  readonly comparison: Comparison | null
  readonly supersedes: readonly string[]
  readonly proof: string | null
  readonly stageMs: number
  readonly proveMs: number
}

/** Result of a plan that has nothing to do. */
export function nothingToLoad({exports, table, chain, filter}: LoadPlan): LoadResultDocument {
  const records = exports.map(({loadedAs}) => loadedAs!.record)
  const sources = exports.map(({export: opened, loadedAs}) => standingSource(opened.itemCount, loadedAs!.record))
  const floors = records.flatMap(({floor}) => (floor === null ? [] : [floor]))
  return {
    operation: records[0]!.operation,
    table: table.name,
    changed: false,
    ...totals(sources),
    sources,
    problems: [],
    objects: records.reduce((sum, {objects}) => sum + objects, 0),
    sizeBytes: records.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    partitions: 0,
    floor: floors.length === 0 ? null : new Date(Math.max(...floors) / 1000).toISOString(),
    gaps: chain.gaps,
    filter,
    comparison: null,
    supersedes: records.flatMap(({supersedes}) => supersedes),
    proof: null,
    stageMs: 0,
    proveMs: 0,
  }
}

function standingSource(items: number, record: RunRecord): LoadedSource {
  const {run, kind, load, rows, quarantined, deletes, leftOut: others, unreadable} = record
  return {
    run,
    kind,
    exportId: load,
    items,
    rows: rows - quarantined - deletes,
    deleted: deletes,
    quarantined,
    leftOut: others,
    unreadable,
  }
}

/** What a finished load did, from its journal. */
export function loadResult(record: OperationRecord, changed: boolean): LoadResultDocument {
  const unit = record.units[0]!
  const unitRecord = record.unitRecords.get(unit.key)!
  const work = unit.work as LoadWork
  const staged = (unitRecord.staged as StagedLoad).sources
  const sources = work.sources.map((source, index) => loadedSource(source, staged[index]!))
  const objects = staged.flatMap((one) => [...one.objects, ...one.deletes])
  const floor = work.sources.map((source, index) => floorOf(source, staged[index]!)).find((one) => one !== null) ?? null
  return {
    operation: record.header.operation,
    table: work.table,
    changed,
    ...totals(sources),
    sources,
    problems: mergedProblems(staged.flatMap(({problems}) => problems)),
    objects: objects.length,
    sizeBytes: objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    partitions: new Set(staged.flatMap((one) => one.objects.map(({partition}) => JSON.stringify(partition)))).size,
    floor: floor === null ? null : new Date(Number(floor / 1000n)).toISOString(),
    gaps: work.gaps,
    filter: work.filter,
    comparison: unitRecord.comparison,
    supersedes: work.sources.flatMap(({supersedes}) => supersedes),
    proof: unitRecord.proof?.text ?? null,
    stageMs: unitRecord.stageMs,
    proveMs: unitRecord.proveMs,
  }
}

function loadedSource({kind, export: opened}: SourceWork, staged: StagedSource): LoadedSource {
  const {run, deleted, quarantined, unreadable} = staged
  return {
    run,
    kind,
    exportId: opened.exportId,
    items: opened.itemCount,
    rows: upsertsOf(staged),
    deleted,
    quarantined,
    leftOut: leftOut(staged),
    unreadable,
  }
}

function totals(sources: readonly LoadedSource[]): Omit<LoadedSource, 'run' | 'kind' | 'exportId'> {
  const sum = (of: (source: LoadedSource) => number): number => sources.reduce((total, one) => total + of(one), 0)
  return {
    items: sum(({items}) => items),
    rows: sum(({rows}) => rows),
    deleted: sum(({deleted}) => deleted),
    quarantined: sum(({quarantined}) => quarantined),
    leftOut: sum((one) => one.leftOut),
    unreadable: sum(({unreadable}) => unreadable),
  }
}

/** Problems of several sources, those of one kind together, the most frequent first. */
function mergedProblems(problems: readonly ProblemCount[]): ProblemCount[] {
  const merged = new Map<string, ProblemCount>()
  for (const problem of problems) {
    const name = JSON.stringify([problem.column, problem.reason])
    merged.set(name, {...problem, rows: problem.rows + (merged.get(name)?.rows ?? 0)})
  }
  return [...merged.values()].sort((a, b) => b.rows - a.rows)
}
