import {partitionPath} from '../mapping/index.js'
import type {RunFilter} from '../changelog/index.js'
import type {Estimate} from '../operation/index.js'
import type {EngineName} from '../ports/parquet-engine.js'
import type {TimeRange} from './chain.js'
import type {ChosenPlan} from './choose-engine.js'
import {athenaWarnings} from './estimate-athena.js'
import type {ComparisonEstimate} from './estimate-comparison.js'
import type {CheckedExport} from './export-source.js'
import type {LoadPlan, PlannedExport} from './load-plan.js'
import type {WeighedLoad} from './weigh-load.js'

/** One export of a plan. */
export interface PlannedExportDocument extends Pick<
  CheckedExport,
  | 'uri'
  | 'exportId'
  | 'kind'
  | 'format'
  | 'view'
  | 'tableName'
  | 'exportFrom'
  | 'exportTime'
  | 'sizeBytes'
  | 'isSummaryIntact'
  | 'rebasedFrom'
> {
  readonly items: number
  readonly files: number
  /** The run that holds it already under this mapping. */
  readonly loadedAs: string | null
  readonly supersedes: readonly string[]
  /** The floor is newer than all of it: its rows stay hidden. */
  readonly isBehindFloor: boolean
}

/** What `backfill plan` and `backfill run --dry-run` answer. */
export interface LoadPlanDocument {
  readonly operation: string
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly table: string
  /** Where a partition's objects go, e.g. `claims/year=2026/month=01/day=14/`. */
  readonly examplePath: string
  /** Full first, then by time. */
  readonly exports: readonly PlannedExportDocument[]
  /** Folders under the prefix that hold no finished export: left out. */
  readonly unfinished: readonly string[]
  readonly chain: {readonly gaps: readonly TimeRange[]; readonly overlaps: readonly TimeRange[]}
  readonly effect: {
    /** False: all of it is already loaded under this mapping. */
    readonly changes: boolean
    /** The floor after the load; null: none. */
    readonly floor: string | null
    readonly floorBefore: string | null
    /** False: no full export stands, so keys that did not change are not known. */
    readonly hasBase: boolean
    readonly filter: RunFilter | null
    /** The operation whose quarantined lines are read again. */
    readonly reloads: string | null
  }
  readonly engine: EngineName
  /** Why this one, as the end of a sentence. */
  readonly engineReason: string
  readonly estimate: Estimate
  /** Part of the estimate: what Athena reads to compare the load with what stands; null where it compares nothing. */
  readonly comparison: Pick<ComparisonEstimate, 'bytesRead' | 'costUsdMicros'> | null
  /** What the load may meet although nothing refuses it, as ends of a sentence. */
  readonly warnings: readonly string[]
  /** Null: there is nothing to do. */
  readonly needs: WeighedLoad | null
}

export function planDocument(
  planned: ChosenPlan,
  needs: WeighedLoad | null,
  environment: string,
  asOf: Date,
): LoadPlanDocument {
  const {plan, exports, table, chain, filter, floorBefore, hasBase, comparison} = planned
  const floor = floorAfter(planned)
  return {
    operation: plan.header.operation,
    lake: plan.header.lake,
    environment,
    asOf: asOf.toISOString(),
    table: table.name,
    examplePath: `${table.name}/${examplePath(planned)}`,
    exports: exports.map((one) => exportDocument(one, floor)),
    unfinished: planned.unfinished,
    chain,
    effect: {
      changes: plan.units.length > 0,
      floor: floor === null ? null : new Date(floor).toISOString(),
      floorBefore: floorBefore === null ? null : new Date(floorBefore / 1000).toISOString(),
      hasBase,
      filter,
      reloads: planned.reloads,
    },
    engine: planned.engine.name,
    engineReason: planned.engine.reason,
    estimate: plan.header.estimate,
    comparison: comparison === null ? null : comparisonDocument(comparison),
    warnings: planned.engine.name === 'athena' ? plan.units.flatMap(({work}) => athenaWarnings(work)) : [],
    needs,
  }
}

function comparisonDocument({bytesRead, costUsdMicros}: ComparisonEstimate): LoadPlanDocument['comparison'] {
  return {bytesRead, costUsdMicros}
}

/** Milliseconds, or null. */
function floorAfter({exports, filter, reloads, floorBefore}: LoadPlan): number | null {
  const isWhole = filter === null && reloads === null
  const own = exports.filter(({export: opened}) => opened.kind === 'full' && isWhole)
  const floors = own.map(({export: opened}) => Math.floor(Date.parse(opened.exportTime) / 1000) * 1000)
  if (floorBefore !== null) floors.push(floorBefore / 1000)
  return floors.length === 0 ? null : Math.max(...floors)
}

function exportDocument(
  {export: opened, loadedAs, supersedes}: PlannedExport,
  floor: number | null,
): PlannedExportDocument {
  const {sourceUri: _place, tableArn: _arn, tableId: _id, itemCount, files, ...shown} = opened
  const {kind, exportTime} = shown
  const lastMs = Math.floor(Date.parse(exportTime) / 1000) * 1000
  return {
    ...shown,
    items: itemCount,
    files: files.length,
    loadedAs: loadedAs?.record.run ?? null,
    supersedes: supersedes.map(({record}) => record.run),
    isBehindFloor: floor !== null && (kind === 'full' ? lastMs < floor : lastMs <= floor),
  }
}

/** The partition of the first export's day: shows the layout without reading a row. */
function examplePath({table, exports}: LoadPlan): string {
  if (table.partition === null) return ''
  const {exportTime} = exports[0]!.export
  const fields: Record<string, string> = {
    '%Y': exportTime.slice(0, 4),
    '%m': exportTime.slice(5, 7),
    '%d': exportTime.slice(8, 10),
    '%H': exportTime.slice(11, 13),
  }
  const values = table.partition.by.map(({name, derive}) =>
    derive !== undefined && 'format_date' in derive
      ? derive.format_date[1].replaceAll(/%[YmdH]/g, (field) => fields[field] ?? field)
      : `<${name}>`,
  )
  return partitionPath(table.partition, values)
}
