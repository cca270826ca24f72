import {partitionPath} from '../mapping/index.js'
import type {Estimate} from '../operation/index.js'
import type {LoadPlan} from './load-plan.js'

/** What `backfill plan` and `backfill run --dry-run` answer. */
export interface LoadPlanDocument {
  readonly operation: string
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly table: string
  /** Where a partition's objects go, e.g. `claims/year=2026/month=01/day=14/`. */
  readonly examplePath: string
  readonly export: {
    readonly uri: string
    readonly exportId: string
    readonly tableName: string
    readonly exportTime: string
    readonly items: number
    readonly files: number
    readonly sizeBytes: number
    readonly isSummaryIntact: boolean
    readonly rebasedFrom: string | null
  }
  readonly effect: {
    /** False: the export is already loaded under this mapping. */
    readonly changes: boolean
    readonly loadedAs: string | null
    readonly supersedes: readonly string[]
    readonly floor: string
    readonly floorBefore: string | null
    /** The standing floor is newer: rows of this export stay hidden behind it. */
    readonly isBehindFloor: boolean
  }
  readonly engine: 'duckdb'
  readonly estimate: Estimate
}

export function planDocument(planned: LoadPlan, environment: string, asOf: Date): LoadPlanDocument {
  const {plan, export: opened, table, loadedAs, supersedes, floorBefore} = planned
  const floorMs = Math.floor(Date.parse(opened.exportTime) / 1000) * 1000
  return {
    operation: plan.header.operation,
    lake: plan.header.lake,
    environment,
    asOf: asOf.toISOString(),
    table: table.name,
    examplePath: `${table.name}/${examplePath(planned)}`,
    export: {
      uri: opened.uri,
      exportId: opened.exportId,
      tableName: opened.tableName,
      exportTime: opened.exportTime,
      items: opened.itemCount,
      files: opened.files.length,
      sizeBytes: opened.sizeBytes,
      isSummaryIntact: opened.isSummaryIntact,
      rebasedFrom: opened.rebasedFrom,
    },
    effect: {
      changes: loadedAs === null,
      loadedAs: loadedAs?.record.run ?? null,
      supersedes: supersedes.map(({record}) => record.run),
      floor: new Date(floorMs).toISOString(),
      floorBefore: floorBefore === null ? null : new Date(floorBefore / 1000).toISOString(),
      isBehindFloor: floorBefore !== null && floorBefore / 1000 > floorMs,
    },
    engine: 'duckdb',
    estimate: plan.header.estimate,
  }
}

/** The partition of the export's own day: shows the layout without reading a row. */
function examplePath({table, export: opened}: LoadPlan): string {
  if (table.partition === null) return ''
  const fields: Record<string, string> = {
    '%Y': opened.exportTime.slice(0, 4),
    '%m': opened.exportTime.slice(5, 7),
    '%d': opened.exportTime.slice(8, 10),
    '%H': opened.exportTime.slice(11, 13),
  }
  const values = table.partition.by.map(({name, derive}) =>
    'format_date' in derive
      ? derive.format_date[1].replaceAll(/%[YmdH]/g, (field) => fields[field] ?? field)
      : `<${name}>`,
  )
  return partitionPath(table.partition, values)
}
