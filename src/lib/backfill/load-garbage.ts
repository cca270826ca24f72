import {deletesPrefix, deletesTableName, isMergedObject, quarantinePrefix, tableLocation} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import type {LeftBehind, OperationId, OperationPorts, Unit} from '../operation/index.js'
import type {Etag, ObjectKey} from '../ports/object-store.js'
import type {LeftObject, LeftRowsRequest} from '../ports/parquet-engine.js'
import {stagedObjects, type StagedLoad} from './load-record.js'
import {engineOf, runOf, workPrefixOf, type LoadWork} from './load-work.js'

interface Garbage {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly sizeBytes: number
}

/**
 * Objects of the operation's attempts that no run record admits: their names carry the operation's id, its journal names
 * them, or, where nobody was told how a statement ended, their rows do.
 */
export async function* loadGarbage(
  {work}: Unit<LoadWork>,
  left: LeftBehind<StagedLoad>,
  ports: OperationPorts,
  operation: OperationId,
): AsyncGenerator<Garbage> {
  const written = await writtenObjects(work, left, ports, operation)
  for await (const key of namedObjects(work, left, ports, operation)) {
    const head = await ports.store.head(key)
    if (head !== null) yield {key, etag: head.etag, sizeBytes: head.sizeBytes}
  }
  const {staged, published} = left
  const admitted = new Set(
    published && staged !== null ? staged.sources.flatMap(stagedObjects).map(({key}) => key) : [],
  )
  for (const key of written) {
    // A merged object holds rows of other runs too; those of this one are left to the next compaction.
    if (admitted.has(key) || isMergedObject(key)) continue
    const head = await ports.store.head(key)
    if (head !== null) yield {key, etag: head.etag, sizeBytes: head.sizeBytes}
  }
}

async function* namedObjects(
  work: LoadWork,
  {staged, published}: LeftBehind<StagedLoad>,
  ports: OperationPorts,
  operation: OperationId,
): AsyncGenerator<ObjectKey> {
  const admitted = published && staged !== null ? staged.sources.map(({run}) => `-${run}-`) : []
  const own = work.sources.map((source) => `backfill-${source.export.exportId}-${operation}.`)
  const location = (await ports.catalog.getTable(work.table))?.location ?? tableLocation(work.table)
  for (const prefix of [location, quarantinePrefix(work.table), deletesPrefix(work.table)]) {
    for await (const {key} of ports.store.list(prefix)) {
      const name = key.slice(key.lastIndexOf('/') + 1)
      if (own.some((start) => name.startsWith(start)) && !admitted.some((run) => name.includes(run))) yield key
    }
  }
  if (engineOf(work) === 'duckdb') return
  for await (const {key} of ports.store.list(workPrefixOf(work.table, `${operation}.`))) yield key
}

/** Objects of an engine that gives them names of its own. Throws `PROOF_FAILED` for one that somebody else has written. */
async function writtenObjects(
  work: LoadWork,
  {staged, steps}: LeftBehind<StagedLoad>,
  ports: OperationPorts,
  operation: OperationId,
): Promise<ReadonlySet<ObjectKey>> {
  const keys = new Set([...steps.values()].flatMap(keysOfStep))
  const attempt = steps.get('attempt')
  // What was staged was read back, and is named. A table that is not there holds no rows.
  if (staged !== null || typeof attempt !== 'number' || (await ports.catalog.getTable(work.table)) === null) return keys
  const runs = work.sources.map((_, index) => runOf(`${operation}.${attempt}`, index, work.sources.length))
  const find = {mapping: work.mapping, deletesTable: deletesTableName(work.table), sources: runs}
  for (const object of (await ports.engine(engineOf(work)).findObjects?.(find)) ?? []) {
    refuseShared(object, find)
    keys.add(object.key)
  }
  return keys
}

function refuseShared(
  {key, otherRows}: LeftObject,
  {mapping: {table}, sources}: Pick<LeftRowsRequest, 'mapping' | 'sources'>,
): void {
  if (otherRows === 0 || isMergedObject(key)) return
  throw new SluiceError(
    'PROOF_FAILED',
    `${key} holds rows of ${sources.join(' or ')}, a load that was given up, beside ${otherRows} others.`,
    {
      fix: `Nothing of this load was deleted. Find out who else writes objects of ${table}, and have them write this one without those rows; then again: sluice ops gc`,
      details: {key, otherRows, sources},
    },
  )
}

/** Keys of the objects that a step of a load has written. */
export function keysOfStep(value: unknown): readonly ObjectKey[] {
  const {keys} = (value ?? {}) as {readonly keys?: unknown}
  return Array.isArray(keys) ? (keys as readonly ObjectKey[]) : []
}
