import type {RunFilter, StoredRunRecord} from '../changelog/index.js'
import type {TableMapping} from '../mapping/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {Broadcasts, EngineName, LineShape} from '../ports/parquet-engine.js'
import type {TimeRange} from './chain.js'
import type {CheckedExport, ExportFile} from './export-source.js'

/** A source of rows: an export, or the lines that a run set aside. */
export interface SourceWork {
  readonly kind: 'full' | 'incremental' | 'quarantine'
  readonly export: Pick<
    CheckedExport,
    | 'uri'
    | 'sourceUri'
    | 'exportId'
    | 'tableName'
    | 'tableId'
    | 'exportFrom'
    | 'exportTime'
    | 'itemCount'
    | 'isSummaryIntact'
  >
  readonly files: readonly SourceFileWork[]
  readonly shape: LineShape
  /** Microseconds, as text; changes carry their own. */
  readonly version: string
  readonly sourceRank: number
  readonly broadcasts: Broadcasts
  /** Whether rows older than this source do not count any more, if every line of it can be read. */
  readonly setsFloor: boolean
  readonly supersedes: readonly string[]
  /** The run whose quarantined lines these are. */
  readonly reloads: string | null
}

export interface SourceFileWork extends Omit<ExportFile, 'format'> {
  readonly format: 'json' | 'ion' | 'quarantine'
}

/** The work of the one unit of a load. */
export interface LoadWork {
  readonly table: string
  readonly mapping: TableMapping
  readonly mappingHash: string
  /** Absent in plans of older versions: DuckDB. */
  readonly engine?: EngineName
  /** In the order of their time. */
  readonly sources: readonly SourceWork[]
  readonly filter: RunFilter | null
  /** The filter as a condition over the mapped columns. */
  readonly where: string | null
  readonly allowUnreadable: number
  /** Share of the standing keys. */
  readonly maxVanished: number
  readonly runKey: string
  /** Stretches without an export that were accepted. */
  readonly gaps: readonly TimeRange[]
}

/** Where the files of a source are. */
export async function sourceOf(
  source: SourceWork,
  ports: Pick<OperationPorts, 'store' | 'openSource'>,
): Promise<ObjectStore> {
  return source.kind === 'quarantine' ? ports.store : ports.openSource(source.export.sourceUri)
}

/** What the load is done by, and its rows are read back by. */
export function engineOf({engine = 'duckdb'}: LoadWork): EngineName {
  return engine
}

/** Where an engine puts what it needs while it loads a run, or the runs of an operation. */
export function workPrefixOf(table: string, run: string): string {
  return `${table}__lines/${run}`
}

/** What rows of a source carry in `_source`: the attempt, and its number where the load has several sources. */
export function runOf(attempt: string, index: number, count: number): string {
  return count === 1 ? attempt : `${attempt}.${index + 1}`
}

/** Whether a load is the first of its table, and shows everything: then only rows of a stream can stand beside it. */
export function isFirstLoad({sources}: Pick<LoadWork, 'sources'>, records: readonly StoredRunRecord[]): boolean {
  return records.length === 0 && sources.length === 1 && sources[0]!.setsFloor
}

/** Lines that the manifests of all sources state. */
export function itemsOf({sources}: LoadWork): number {
  return sources.reduce((sum, source) => sum + source.export.itemCount, 0)
}
