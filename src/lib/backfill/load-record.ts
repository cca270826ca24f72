import {createHash} from 'node:crypto'
import type {RunRecord} from '../changelog/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {Etag, ObjectKey} from '../ports/object-store.js'
import type {LoadResult} from '../ports/parquet-engine.js'
import type {LoadWork} from './load-plan.js'

/** What staging leaves in the journal; nothing of it is visible until the run is admitted. */
export interface StagedLoad extends LoadResult {
  readonly run: string
}

/** Items that conditions of the table leave out. */
export function leftOut({skipped, elsewhere}: LoadResult): number {
  return skipped + elsewhere
}

/** Every line that was read. */
export function linesOf(result: LoadResult): number {
  return result.rows + leftOut(result) + result.unreadable
}

/** With an item missing nothing tells whether its key stands still, so that the load sets no floor. */
export function floorOf(work: LoadWork, {unreadable}: StagedLoad): bigint | null {
  return unreadable > 0 ? null : BigInt(work.version)
}

/** What admits a staged load. */
export function runRecord(work: LoadWork, staged: StagedLoad, ports: Pick<OperationPorts, 'clock'>): RunRecord {
  const floor = floorOf(work, staged)
  return {
    format: 1,
    run: staged.run,
    operation: staged.run.split('.')[0]!,
    kind: 'full',
    load: work.export.exportId,
    tableId: work.export.tableId,
    floor: floor === null ? null : Number(floor),
    supersedes: [...work.supersedes],
    rows: staged.rows,
    quarantined: staged.quarantined,
    leftOut: leftOut(staged),
    unreadable: staged.unreadable,
    objects: staged.objects.length,
    sizeBytes: staged.objects.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    objectsSha256: objectsSha256([...staged.objects, ...staged.quarantine.objects]),
    mapping: work.mappingHash,
    exportTime: work.export.exportTime,
    admittedAt: ports.clock.now().toISOString(),
  }
}

/** SHA-256 over `key etag` of every object, sorted: names the bytes that were proven, for any later reader. */
export function objectsSha256(objects: readonly {readonly key: ObjectKey; readonly etag: Etag}[]): string {
  const lines = objects.map(({key, etag}) => `${key} ${etag}\n`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}
