import {createHash} from 'node:crypto'
import pMap from 'p-map'
import {z} from 'zod'
import {hasCode, SluiceError} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {Etag, ObjectKey, ObjectStore} from '../ports/object-store.js'

const StandingObject = z.object({key: z.string(), etag: z.string(), sizeBytes: z.number().int()})
const Output = StandingObject.extend({
  rows: z.number().int(),
  /** Rows by `_source`, in a change log. */
  runs: z.record(z.string(), z.number().int()),
})

/**
 * Files of one partition that hold the rows of other files: what a compaction put in their place. Whoever must know
 * where the rows of an object are now, an erasure above all, follows these.
 */
const GenerationDocument = z.object({
  format: z.literal(1),
  operation: z.string(),
  unit: z.string(),
  table: z.string(),
  method: z.enum(['beside', 'swap', 'in-place']),
  /** One text a partition column; empty for a table in one piece. */
  partition: z.array(z.string()),
  /** Where readers looked for the partition before, and where they look since. */
  locationBefore: z.string(),
  location: z.string(),
  sources: z.array(StandingObject),
  outputs: z.array(Output),
  /** Rows of runs that no reader counts, which were left out. */
  dropped: z.record(z.string(), z.number().int()),
  publishedAt: z.string(),
})
export type Generation = z.infer<typeof GenerationDocument>
export type GenerationOutput = z.infer<typeof Output>

/**
 * `doubled`: sources and outputs lie side by side, each row twice. `swapped`: the catalog shows the outputs, the
 * sources lie where they were. `settled`: the sources are gone.
 */
export type GenerationState = 'doubled' | 'swapped' | 'settled'
export const GENERATION_STATES: readonly GenerationState[] = ['doubled', 'swapped', 'settled']

export interface StoredGeneration {
  readonly key: ObjectKey
  readonly etag: Etag
  readonly state: GenerationState
  readonly generation: Generation
}

const READS_AT_ONCE = 16
const DIGEST_DIGITS = 16

/** Where the generations of a table are kept; outside every table's location. */
export function generationsPrefix(table: string, state: GenerationState): string {
  return `_sluice/generations/${table}/${state}/`
}

/** A short name of a partition, for keys. */
export function partitionDigest(partition: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(partition)).digest('hex').slice(0, DIGEST_DIGITS)
}

export function generationKey(
  {table, partition, operation}: Pick<Generation, 'table' | 'partition' | 'operation'>,
  state: GenerationState,
): ObjectKey {
  return `${generationsPrefix(table, state)}${partitionDigest(partition)}-${operation}.json`
}

/** What stands at a generation's key; null when nothing does. Throws `FORMAT_UNKNOWN`. */
export async function readGeneration(
  store: ObjectStore,
  key: ObjectKey,
  state: GenerationState,
): Promise<StoredGeneration | null> {
  const head = await store.head(key)
  if (head === null) return null
  try {
    const found = GenerationDocument.safeParse(JSON.parse(await readText(store, key)))
    if (found.success) return {key, etag: head.etag, state, generation: found.data}
  } catch (error) {
    if (hasCode(error, 'OBJECT_NOT_FOUND')) return null
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new SluiceError('FORMAT_UNKNOWN', `${key} is no generation that this version can read.`, {
    fix: 'Use the version of sluice that wrote it, or a newer one.',
  })
}

/** Every generation of a table in one of these states. */
export async function listGenerations(
  store: ObjectStore,
  table: string,
  states: readonly GenerationState[] = GENERATION_STATES,
): Promise<StoredGeneration[]> {
  const found: {key: ObjectKey; state: GenerationState}[] = []
  for (const state of states)
    for await (const {key} of store.list(generationsPrefix(table, state))) found.push({key, state})
  const read = await pMap(found, ({key, state}) => readGeneration(store, key, state), {concurrency: READS_AT_ONCE})
  return read.filter((generation) => generation !== null)
}

/** Whether rows of a table stand twice, in the files that were merged and in what they were merged to. */
export async function hasDoubledRows(store: ObjectStore, table: string): Promise<boolean> {
  for await (const _ of store.list(generationsPrefix(table, 'doubled'))) return true
  return false
}

export function encodeGeneration(generation: Generation): Buffer {
  return Buffer.from(`${JSON.stringify(generation)}\n`)
}
