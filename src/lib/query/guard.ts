import {SluiceError} from '../errors.js'
import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import type {AnalysedScan, PartitionValue, Share} from '../ports/query-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'

/** A scan as the guard judges it. */
export interface JudgedScan extends AnalysedScan {
  /**
   * Why every partition is read though there are several, or all of what nobody can tell the size of; null where it is
   * not, or a condition says which.
   */
  readonly whole: 'unfiltered' | 'mutable' | 'unknown' | null
}

export interface GuardRequest {
  /** An unfiltered scan is refused, not only warned about. */
  readonly isRequired: boolean
  readonly allowsFullScan: boolean
}

/**
 * Judges the scans of a statement. Through the current view of a table whose rows move between partitions a condition
 * prunes nothing: the newest row of a key may stand in any of them.
 */
export function judgeScans(scans: readonly AnalysedScan[], {tables}: LakeDefinition): JudgedScan[] {
  return scans.map((scan) => {
    const table = tables.find(({name}) => name === scan.table)
    const total = scan.partitions?.total ?? 0
    if (total > 1 && isMutableView(scan, table)) return {...wholeScan(scan, total), whole: 'mutable'}
    if (scan.isFiltered) return {...scan, whole: null}
    if (total > 1) return {...scan, whole: 'unfiltered'}
    return {...scan, whole: scan.sizeBytes === null ? 'unknown' : null}
  })
}

/** Throws `PARTITION_FILTER_MISSING` where an unfiltered scan is refused, or one of unknown size. */
export function refuseFullScans(scans: readonly JudgedScan[], request: GuardRequest): void {
  const scan = scans.find(({whole}) => whole === 'unfiltered' || whole === 'unknown')
  if (scan === undefined || !request.isRequired || request.allowsFullScan) return
  const {table, view, partitions, sizeBytes, newestPartition, whole} = scan
  const name = view ?? table
  throw new SluiceError(
    'PARTITION_FILTER_MISSING',
    whole === 'unknown'
      ? `How much there is of ${name} is not known, and no condition is known to leave any of it out.`
      : `No condition says which partitions of ${name} to read, so all ${partitions?.total ?? 0} would be.`,
    {
      fix:
        whole === 'unknown' && newestPartition === null
          ? 'Pass --allow-full-scan to read it all the same.'
          : `${filterToAdd(newestPartition)}, or pass --allow-full-scan.`,
      details: {table, partitions: partitions?.total ?? null, sizeBytes: sizeBytes?.total ?? null},
    },
  )
}

/** A condition that can be pasted, where there is a partition to take it from. */
function filterToAdd(partition: readonly PartitionValue[] | null): string {
  if (partition === null) return 'Compare its partition columns with values in WHERE'
  const conditions = partition.flatMap(({name, type, value}) =>
    value === null ? [] : [`${columnSql(name)} = ${valueSql(type, value)}`],
  )
  if (conditions.length > 0) return `Add WHERE ${conditions.join(' AND ')}`
  return `Compare ${partition.map(({name}) => columnSql(name)).join(', ')} with values in WHERE`
}

function columnSql(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name)
}

function valueSql(type: string, value: string): string {
  if (/^(tinyint|smallint|int|integer|bigint|float|real|double|decimal)\b/.test(type)) return value
  return /^(date|timestamp)\b/.test(type) ? `${type.toUpperCase()} ${quoteText(value)}` : quoteText(value)
}

function isMutableView({view, table}: AnalysedScan, definition: TableDefinition | undefined): boolean {
  return view === `${table}_current` && definition?.partition?.immutable === false
}

function wholeScan(scan: AnalysedScan, partitions: number): AnalysedScan {
  const {files, sizeBytes} = scan
  const all = (share: Share | null) => share && {read: share.total, total: share.total}
  const whole = {read: partitions, total: partitions}
  return {...scan, partitions: whole, files: all(files), sizeBytes: all(sizeBytes)}
}
