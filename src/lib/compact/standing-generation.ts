import {hasCode, SluiceError} from '../errors.js'
import {
  encodeGeneration,
  generationKey,
  generationsPrefix,
  partitionDigest,
  readGeneration,
  type Generation,
  type GenerationState,
  type StoredGeneration,
} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {ObjectKey} from '../ports/object-store.js'

type Ports = Pick<OperationPorts, 'store'>

/** Writes a generation down before it has any effect; the one that stands where this was done before. */
export async function beginGeneration(
  generation: Generation,
  state: GenerationState,
  {store}: Ports,
): Promise<StoredGeneration> {
  const key = generationKey(generation, state)
  try {
    const {etag} = await store.write(key, encodeGeneration(generation), {ifAbsent: true})
    return {key, etag, state, generation}
  } catch (error) {
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
  }
  const standing = await readGeneration(store, key, state)
  if (standing !== null) return standing
  throw new SluiceError('OPERATION_CONFLICT', `${key} was taken away while it was published.`, {
    fix: `sluice ops show ${generation.operation}`,
  })
}

/** Writes what is known of it now in its place. */
export async function updateGeneration(
  {key, etag, state}: StoredGeneration,
  generation: Generation,
  {store}: Ports,
): Promise<StoredGeneration> {
  try {
    const written = await store.write(key, encodeGeneration(generation), {ifMatch: etag})
    return {key, etag: written.etag, state, generation}
  } catch (error) {
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    throw new SluiceError('OPERATION_CONFLICT', `${key} was changed by another process meanwhile.`, {
      fix: `sluice ops show ${generation.operation}`,
      cause: error,
    })
  }
}

/** The sources are gone: it is what stands, for good. Written first, so that no moment knows nothing of it. */
export async function settleGeneration({key, generation}: StoredGeneration, {store}: Ports): Promise<void> {
  await store.write(generationKey(generation, 'settled'), encodeGeneration(generation))
  await store.delete(key)
}

/** A unit's generation in one of these states, or null. */
export async function findGeneration(
  of: Pick<Generation, 'table' | 'partition' | 'operation'>,
  states: readonly GenerationState[],
  {store}: Ports,
): Promise<StoredGeneration | null> {
  for (const state of states) {
    const found = await readGeneration(store, generationKey(of, state), state)
    if (found !== null) return found
  }
  return null
}

/**
 * The generation that shows the rows of a swapped one, when readers look at `standing`: itself, or the one that it was
 * merged to since, however often. Null when readers look at something else.
 */
export async function shownGeneration(
  stored: StoredGeneration,
  standing: ObjectKey | null,
  {store}: Ports,
): Promise<StoredGeneration | null> {
  const digest = partitionDigest(stored.generation.partition)
  const others: StoredGeneration[] = []
  for (const state of ['swapped', 'settled'] as const) {
    for await (const {key} of store.list(`${generationsPrefix(stored.generation.table, state)}${digest}-`)) {
      const found = await readGeneration(store, key, state)
      if (found !== null) others.push(found)
    }
  }
  const reached = [stored]
  for (const one of reached) {
    if (one.generation.location === standing) return one
    const next = others.filter(({generation}) => generation.locationBefore === one.generation.location)
    reached.push(...next.filter(({key}) => !reached.some((known) => known.key === key)))
  }
  return null
}
