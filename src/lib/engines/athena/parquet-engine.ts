import {SluiceError} from '../../errors.js'
import type {TableMapping} from '../../mapping/index.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {MergeEngine, MergedRequest, MergeRequest, MergeResult} from '../../ports/merge-engine.js'
import type {
  AppendRequest,
  AppendResult,
  ChangelogDigest,
  DigestRequest,
  EngineFault,
  LeftObject,
  LeftRowsRequest,
  LoadRequest,
  LoadResult,
  ParquetEngine,
  QuarantineDigestRequest,
  RowDigest,
} from '../../ports/parquet-engine.js'
import {digestOf} from './grouped-rows.js'
import {load, type LoadParts} from './load.js'
import type {MergeParts} from './merge-survey.js'
import {findObjects, findRows, type FoundObject} from './read-back.js'

export interface AthenaParquetOptions extends LoadParts, MergeParts {
  /** The engine of this machine, for what is not Athena's: conditions, single rows, lines that were set aside. */
  readonly local: ParquetEngine
}

/**
 * ParquetEngine on Athena: rows are mapped, written and read back by its statements, on as many machines as it takes.
 * Lines that are set aside are worded, written and read back by the engine of this machine.
 */
export class AthenaParquetEngine implements ParquetEngine, MergeEngine {
  readonly name = 'athena'
  readonly goesOn = true

  constructor(private readonly options: AthenaParquetOptions) {}

  fault(): Promise<EngineFault | null> {
    return this.options.writePlace.fault()
  }

  checkCondition(mapping: TableMapping, where: string): Promise<void> {
    return this.options.local.checkCondition(mapping, where)
  }

  load(request: LoadRequest): Promise<LoadResult> {
    return load(request, this.options)
  }

  append(request: AppendRequest): Promise<AppendResult> {
    return this.options.local.append(request)
  }

  /** Finds the rows by their run in the tables themselves: what is there beside the objects is seen too. */
  async digest(request: DigestRequest): Promise<ChangelogDigest> {
    const {objects, placed} = await findRows(request, this.options)
    checkObjects(request.objects, objects)
    return {
      rows: placed.reduce((sum, {rows}) => sum + rows, 0),
      quarantined: placed.reduce((sum, {quarantined}) => sum + quarantined, 0),
      digest: digestOf(placed),
    }
  }

  digestQuarantine(request: QuarantineDigestRequest): Promise<RowDigest> {
    return this.options.local.digestQuarantine(request)
  }

  findObjects(request: LeftRowsRequest): Promise<LeftObject[]> {
    return findObjects(request, this.options)
  }

  async merge(request: MergeRequest): Promise<MergeResult> {
    const {mergeByAthena} = await import('./merge.js')
    return mergeByAthena(request, this.options)
  }

  async proveMerged(request: MergedRequest): Promise<number> {
    const {proveByAthena} = await import('./prove-merged.js')
    return proveByAthena(request, this.options)
  }

  /** Statements and the local engine belong to who made them. */
  async close(): Promise<void> {}
}

function checkObjects(staged: DigestRequest['objects'], found: readonly FoundObject[]): void {
  const byKey = new Map(found.map((object) => [object.key, object]))
  for (const {key, rows, partition} of staged) {
    const object = byKey.get(key)
    byKey.delete(key)
    if (object?.rows !== rows) throw different(`${key} holds ${object?.rows ?? 0} rows, ${rows} were written.`, key)
    if (JSON.stringify(object.partition) !== JSON.stringify(partition))
      throw different(`${key} holds rows of another partition.`, key)
  }
  const [strange] = byKey.values()
  if (strange === undefined) return
  throw different(`${strange.key} holds ${strange.rows} rows of the load, which has not written it.`, strange.key)
}

function different(message: string, key: ObjectKey): SluiceError {
  return new SluiceError('PROOF_FAILED', message, {
    fix: 'Nothing was admitted. Give this load up (sluice ops cancel) and run it anew.',
    details: {key},
  })
}
