import {createHash} from 'node:crypto'
import type {RunRecord} from '../changelog/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {Etag, ObjectKey} from '../ports/object-store.js'
import type {LoadResult, StagedObject} from '../ports/parquet-engine.js'
import type {LoadWork, SourceWork} from './load-work.js'

/** One source as it was staged. */
export interface StagedSource extends LoadResult {
  readonly run: string
}

/** What staging leaves in the journal; nothing of it is visible until the runs are admitted. */
export interface StagedLoad {
  /** In the order of the work's sources. */
  readonly sources: readonly StagedSource[]
}

/** Items that conditions of the table or of the load leave out. */
export function leftOut({skipped, elsewhere, filtered}: LoadResult): number {
  return skipped + elsewhere + filtered
}

/** Every line that was read. */
export function linesOf(result: LoadResult): number {
  return result.rows - result.added + leftOut(result) + result.unreadable
}

/** Rows that readers may see. */
export function upsertsOf({rows, quarantined, deleted, added}: LoadResult): number {
  return rows - quarantined - deleted - added
}

/** Every object that a source was staged to. */
export function stagedObjects({objects, deletes, quarantine}: LoadResult): StagedObject[] {
  return [...objects, ...deletes, ...quarantine.objects]
}

/** With an item missing nothing tells whether its key stands still, so that the load sets no floor. */
export function floorOf({setsFloor, version}: SourceWork, {unreadable}: LoadResult): bigint | null {
  return setsFloor && unreadable === 0 ? BigInt(version) : null
}

/** What admits a staged load: a record for each of its sources. `order`: of the admission among those of the table. */
export function runRecords(
  work: LoadWork,
  staged: StagedLoad,
  order: number,
  ports: Pick<OperationPorts, 'clock'>,
): RunRecord[] {
  const admission = {admittedAt: ports.clock.now().toISOString(), order}
  return work.sources.map((source, index) => runRecord(work, source, staged.sources[index]!, admission))
}

function runRecord(
  work: LoadWork,
  source: SourceWork,
  staged: StagedSource,
  admission: Pick<RunRecord, 'admittedAt' | 'order'>,
): RunRecord {
  const floor = floorOf(source, staged)
  const {exportId, tableId, exportFrom, exportTime} = source.export
  return {
    format: 1,
    run: staged.run,
    operation: staged.run.split('.')[0]!,
    kind: source.kind,
    load: exportId,
    tableId,
    floor: floor === null ? null : Number(floor),
    reloads: source.reloads,
    filter: work.filter,
    supersedes: [...source.supersedes],
    rows: staged.rows,
    quarantined: staged.quarantined,
    deletes: staged.deleted + staged.added,
    leftOut: leftOut(staged),
    unreadable: staged.unreadable,
    objects: staged.objects.length,
    sizeBytes: staged.objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    objectsSha256: objectsSha256(stagedObjects(staged)),
    mapping: work.mappingHash,
    exportFrom,
    exportTime,
    ...admission,
  }
}

/** SHA-256 over `key etag` of every object, sorted: names the bytes that were proven, for any later reader. */
export function objectsSha256(objects: readonly {readonly key: ObjectKey; readonly etag: Etag}[]): string {
  const lines = objects.map(({key, etag}) => `${key} ${etag}\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}
