import type {RunRecord} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import type {CheckedExport} from './export-source.js'

/** A stretch of time, in ISO 8601; `to` is excluded. */
export interface TimeRange {
  readonly from: string
  readonly to: string
}

/** What an export covers: the state at one instant, or the changes of a stretch of time. */
export interface Link {
  readonly exportId: string
  /** Null for a full export. */
  readonly exportFrom: string | null
  readonly exportTime: string
}

/** How exports follow each other, from the newest full one on. */
export interface ChainShape {
  /** Stretches whose changes no export holds. */
  readonly gaps: readonly TimeRange[]
  /** Stretches that two exports hold: harmless, every change counts by its own time. */
  readonly overlaps: readonly TimeRange[]
}

/** Full exports first, then incremental ones by their time. */
export function inOrder<Export extends Link>(exports: readonly Export[]): Export[] {
  const begin = ({exportFrom}: Link): number => (exportFrom === null ? -1 : Date.parse(exportFrom))
  return exports.toSorted(
    (a, b) =>
      begin(a) - begin(b) || Date.parse(a.exportTime) - Date.parse(b.exportTime) || (a.exportId < b.exportId ? -1 : 1),
  )
}

/**
 * Gaps and overlaps of exports. Without a full export nothing says where the history should begin, so only the
 * stretches between incremental ones are judged.
 */
export function chainShape(links: readonly Link[]): ChainShape {
  const fulls = links.filter(({exportFrom}) => exportFrom === null).map(({exportTime}) => Date.parse(exportTime))
  const base = fulls.length === 0 ? null : Math.max(...fulls)
  const gaps: TimeRange[] = []
  const overlaps: TimeRange[] = []
  let covered = base
  let isFirst = true
  for (const {exportFrom, exportTime} of inOrder(links)) {
    if (exportFrom === null) continue
    const [from, to] = [Date.parse(exportFrom), Date.parse(exportTime)]
    if (covered !== null && to <= (base ?? -1)) continue
    if (covered !== null && from > covered) gaps.push(range(covered, from))
    // One that began before the full export was taken is no overlap: the full export is an instant.
    if (covered !== null && !isFirst && from < covered) overlaps.push(range(from, Math.min(to, covered)))
    covered = Math.max(covered ?? 0, to)
    isFirst = false
  }
  return {gaps, overlaps}
}

/** The gaps that are not within one of `standing`. */
export function newGaps(gaps: readonly TimeRange[], standing: readonly TimeRange[]): TimeRange[] {
  return gaps.filter((gap) => !standing.some(({from, to}) => from <= gap.from && gap.to <= to))
}

/** What a run covers; null for one that took only a part of its export. */
export function linkOf(record: RunRecord): Link | null {
  const isPart =
    record.filter !== null || record.kind === 'quarantine' || (record.kind === 'full' && record.floor === null)
  return isPart ? null : {exportId: record.load, exportFrom: record.exportFrom, exportTime: record.exportTime}
}

/** Exports of one table, one account and one format, with one full export at most. Throws the EXPORT_CHAIN_… errors. */
export function refuseMixed(exports: readonly CheckedExport[]): void {
  refuseDifferent(exports, 'tables', ({tableArn}) => tableArn)
  refuseDifferent(exports, 'formats', ({format}) => (format === 'json' ? 'DYNAMODB_JSON' : 'ION'))
  const ids = new Set(exports.map(({tableId}) => tableId))
  if (ids.size > 1) {
    throw new SluiceError(
      'EXPORT_TABLE_RECREATED',
      `${exports[0]!.tableName} was deleted and created again between these exports: ${exports.map(({exportId}) => exportId).join(', ')}.`,
      {fix: 'Load the exports of the table as it is now; give the older ones a lake of their own.'},
    )
  }
  const fulls = exports.filter(({kind}) => kind === 'full').map(({exportId}) => exportId)
  if (fulls.length > 1) {
    throw new SluiceError(
      'EXPORT_CHAIN_TWO_FULLS',
      `The chain has ${fulls.length} full exports: ${fulls.join(', ')}.`,
      {
        fix: 'Name the newest one and what follows it: --export … --export …',
        details: {fulls},
      },
    )
  }
}

function refuseDifferent(
  exports: readonly CheckedExport[],
  what: string,
  trait: (opened: CheckedExport) => string,
): void {
  const found = [...new Set(exports.map(trait))]
  if (found.length < 2) return
  throw new SluiceError('EXPORT_CHAIN_MIXED', `The exports are of different ${what}: ${found.join(', ')}.`, {
    fix: what === 'tables' ? 'Load one table at a time; --table NAME chooses one of a chain.' : 'Load them one by one.',
    details: {[what]: found},
  })
}

function range(from: number, to: number): TimeRange {
  return {from: new Date(from).toISOString(), to: new Date(to).toISOString()}
}
