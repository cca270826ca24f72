import {
  generationsPrefix,
  partitionDigest,
  readGeneration,
  type Generation,
  type StoredGeneration,
} from '../generations/index.js'
import {hasCode, type SluiceError} from '../errors.js'
import type {OperationPorts} from '../operation/index.js'
import {newcomersOf} from './newcomers.js'
import {sourceChanged} from './stage.js'
import {beginGeneration, findGeneration} from './standing-generation.js'

type Ports = Pick<OperationPorts, 'store'>

/**
 * Writes down what is about to be put beside its sources, when these are still there to be merged. A plan may be older
 * than the compaction that merged them, or its process may have slept through it: their rows would stand twice for good.
 * Each looks for the other after it has written, so that of two at once one sees the other. Throws
 * `MERGE_SOURCE_CHANGED`; nothing is written down then.
 */
export async function claimSources(generation: Generation, ports: Ports): Promise<StoredGeneration> {
  const isResumed = (await findGeneration(generation, ['doubled'], ports)) !== null
  const begun = await beginGeneration(generation, 'doubled', ports)
  // In this order: another's sources are gone before its note is.
  const claimed = await claimOfAnother(begun.generation, ports)
  const changed = await changeOfSources(begun.generation, ports)
  // What has begun to delete its sources goes on.
  if (changed !== null && isResumed) return begun
  const obstacle = changed ?? claimed
  if (obstacle === null) return begun
  await ports.store.delete(begun.key)
  throw obstacle
}

async function claimOfAnother(
  {table, partition, operation, sources}: Generation,
  {store}: Ports,
): Promise<SluiceError | null> {
  const own = new Set(sources.map(({key}) => key))
  for await (const {key} of store.list(`${generationsPrefix(table, 'doubled')}${partitionDigest(partition)}-`)) {
    const found = (await readGeneration(store, key, 'doubled'))?.generation
    if (found === undefined || found.operation === operation) continue
    const shared = found.sources.find((source) => own.has(source.key))
    if (shared !== undefined) return sourceChanged(shared.key, `was merged by operation ${found.operation}`)
  }
  return null
}

/** What somebody deleted must not come back in an output. */
async function changeOfSources({locationBefore, sources}: Generation, {store}: Ports): Promise<SluiceError | null> {
  try {
    await newcomersOf(locationBefore, new Map(sources.map((source) => [source.key, source])), store)
    return null
  } catch (error) {
    if (hasCode(error, 'MERGE_SOURCE_CHANGED')) return error
    throw error
  }
}
