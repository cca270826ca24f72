import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import type {StageContext} from '../operation/index.js'
import type {ObjectHead, ObjectKey} from '../ports/object-store.js'
import type {MergeSource} from '../ports/merge-engine.js'
import {outputName} from './layout.js'
import type {CompactWork, MergeRound, PlannedSource, StagedOutput} from './work.js'

const HEADS_AT_ONCE = 8

/** Where a round's outputs are written, and where readers will find them. */
export interface RoundPlace {
  /** Ends in `/`. */
  readonly written: ObjectKey
  readonly final: ObjectKey
  /** Number of the first output. */
  readonly first: number
}

/** Merges the sources of a unit to staged outputs. Throws what the merge throws. */
export async function stageRound(
  work: CompactWork,
  planned: readonly PlannedSource[],
  place: RoundPlace,
  {ports, operation, attempt, signal}: StageContext,
): Promise<MergeRound & {readonly dropped: Readonly<Record<string, number>>}> {
  const heads = await pMap(planned, (source) => standingSource(source, ports), {concurrency: HEADS_AT_ONCE, signal})
  refuseMixedKeys(heads)
  const sources = heads.map(({key, etag, sizeBytes}): MergeSource => ({key, etag, sizeBytes}))
  const table = await ports.catalog.getTable(work.table)
  const nameOf = (n: number, schema: string): string =>
    outputName({...work, sources: planned}, {operation, attempt, schema, n: place.first + n})
  const merged = await ports.parquet.merge({
    store: ports.store,
    format: work.format,
    sources,
    columns: table?.columns ?? [],
    droppedRuns: work.droppedRuns,
    targetBytes: work.targetBytes,
    outputs: place.first === 0 ? work.outputs : 1,
    keyOf: (n, schema) => `${place.written}${nameOf(n, schema)}`,
    signal,
  })
  const outputs = merged.objects.map((object): StagedOutput => {
    const name = object.key.slice(object.key.lastIndexOf('/') + 1)
    return {...object, finalKey: `${place.final}${name}`}
  })
  return {sources, outputs, facts: merged.facts, dropped: merged.dropped}
}

/** The source as it stands, when it is what the listing showed. Throws `MERGE_SOURCE_CHANGED`. */
async function standingSource(
  {key, sizeBytes, modifiedAt, etag}: PlannedSource,
  {store}: StageContext['ports'],
): Promise<ObjectHead> {
  const head = await store.head(key)
  const isSame =
    head !== null &&
    (etag === undefined
      ? head.sizeBytes === sizeBytes && head.modifiedAt.toISOString() === modifiedAt
      : head.etag === etag)
  if (isSame) return head
  throw sourceChanged(key, head === null ? 'is gone' : 'has other bytes')
}

/** Who may read one file may not be who may read the other: rows of both in one file would be open to either, or to none. */
function refuseMixedKeys(heads: readonly ObjectHead[]): void {
  const odd = heads.find(({encryption}) => encryption !== heads[0]!.encryption)
  if (odd === undefined) return
  throw new SluiceError('MERGE_LOSSY', `${heads[0]!.key} and ${odd.key} are encrypted with different keys.`, {
    fix: 'Write them anew under one key, or leave the partition out: --from and --to.',
    details: {keys: [heads[0]!.key, odd.key]},
  })
}

/** The error for a file that is not what the plan names. */
export function sourceChanged(key: ObjectKey, what: string): SluiceError {
  return new SluiceError('MERGE_SOURCE_CHANGED', `${key} ${what} since it was planned.`, {
    fix: 'Plan and run it again: sluice compact plan',
    details: {key},
  })
}

/** Reads back the outputs of every round. Throws `PROOF_FAILED`. */
export async function proveRounds(
  work: CompactWork,
  rounds: readonly MergeRound[],
  {store, parquet}: StageContext['ports'],
  signal: AbortSignal,
): Promise<string> {
  for (const {outputs, facts} of rounds)
    await parquet.proveMerged({store, format: work.format, objects: outputs, expected: facts, signal})
  const rows = rounds.reduce((sum, {facts}) => sum + facts.rows, 0)
  const what = work.format === 'parquet' ? 'rows: counts, nulls, bounds and digest' : 'lines: counts and digest'
  return `${rows.toLocaleString('en-US')} ${what}`
}
