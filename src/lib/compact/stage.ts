import {createHash} from 'node:crypto'
import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import {partitionDigest} from '../generations/index.js'
import type {Proof, StageContext} from '../operation/index.js'
import type {ObjectHead, ObjectKey} from '../ports/object-store.js'
import type {MergedOutput, MergeEngine, MergeRequest, MergeSource} from '../ports/merge-engine.js'
import {engineOf} from './choose-engine.js'
import {copyOnce} from './copy-once.js'
import {outputName, stagingPrefix} from './layout.js'
import type {CompactWork, MergeRound, PlannedSource, StagedOutput} from './work.js'

const HEADS_AT_ONCE = 8
const COPIES_AT_ONCE = 4
const SOURCES_DIGITS = 16

/** Where a round's outputs are written, and where readers will find them. */
export interface RoundPlace {
  /** Ends in `/`. */
  readonly written: ObjectKey
  readonly final: ObjectKey
  /** Number of the first output. */
  readonly first: number
}

interface StagedRound extends MergeRound {
  readonly dropped: Readonly<Record<string, number>>
  readonly scannedBytes: number
}

/** Merges the sources of a unit to staged outputs. Throws what the merge throws. */
export async function stageRound(
  work: CompactWork,
  planned: readonly PlannedSource[],
  place: RoundPlace,
  {ports, operation, attempt, signal, steps}: StageContext,
): Promise<StagedRound> {
  const heads = await pMap(planned, (source) => standingSource(source, ports), {concurrency: HEADS_AT_ONCE, signal})
  refuseMixedKeys(heads)
  const sources = heads.map(({key, etag, sizeBytes}): MergeSource => ({key, etag, sizeBytes}))
  const table = await ports.catalog.getTable(work.table)
  const nameOf = (n: number, schema: string): string =>
    outputName({...work, sources: planned}, {operation, attempt, schema, n: place.first + n})
  const merged = await mergerOf(work, ports).merge({
    store: ports.store,
    format: work.format,
    sources,
    columns: table?.columns ?? [],
    droppedRuns: work.droppedRuns,
    targetBytes: work.targetBytes,
    outputs: place.first === 0 ? work.outputs : 1,
    keyOf: (n, schema) => `${place.written}${nameOf(n, schema)}`,
    place: mergePlace(work, sources, operation),
    steps,
    signal,
  })
  const isPlanned = place.first === 0 && work.droppedRuns.length === 0
  if (isPlanned && engineOf(work) === 'athena' && merged.objects.length >= sources.length)
    throw notFewer(work, merged.objects.length)
  const outputs = await pMap(merged.objects, (object) => placedOutput(object, place, ports), {
    concurrency: COPIES_AT_ONCE,
  })
  const {facts, dropped, scannedBytes} = merged
  return {sources, outputs, facts, dropped, scannedBytes}
}

function mergerOf(work: CompactWork, ports: StageContext['ports']): MergeEngine {
  return engineOf(work) === 'duckdb' ? ports.parquet : ports.engine('athena')
}

/** An engine that gives names of its own writes elsewhere; what is swapped must lie where readers will look. */
async function placedOutput(
  {wanted, ...object}: MergedOutput,
  place: RoundPlace,
  {store}: StageContext['ports'],
): Promise<StagedOutput> {
  const finalKey = `${place.final}${wanted.slice(wanted.lastIndexOf('/') + 1)}`
  if (object.key === wanted || place.written !== place.final) return {...object, finalKey}
  const {key, etag, sizeBytes} = await copyOnce(object, wanted, store)
  return {...object, key, etag, sizeBytes, finalKey}
}

function mergePlace(
  {table, partition}: CompactWork,
  sources: readonly MergeSource[],
  operation: string,
): MergeRequest['place'] {
  const digest = createHash('sha256').update(JSON.stringify(sources.map(({key, etag}) => [key, etag])))
  const name = `${partitionDigest(partition)}_${digest.digest('hex').slice(0, SOURCES_DIGITS)}`
  return {table, operation, name, prefix: `${stagingPrefix(operation, partition)}${name}/`}
}

function notFewer({table, sources}: CompactWork, outputs: number): SluiceError {
  return new SluiceError('ENGINE_UNFIT', `Athena wrote ${outputs} files of ${sources.length}: nothing is gained.`, {
    fix: 'Merge this partition with --engine duckdb, or leave it as it is.',
    details: {table, sources: sources.length, outputs},
  })
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
  operation: string,
  ports: StageContext['ports'],
  signal: AbortSignal,
): Promise<Pick<Proof, 'text' | 'scannedBytes'>> {
  const engine = mergerOf(work, ports)
  let scannedBytes = 0
  for (const {sources, outputs, facts} of rounds) {
    const place = mergePlace(work, sources, operation)
    const request = {store: ports.store, format: work.format, objects: outputs, expected: facts, place, signal}
    scannedBytes += await engine.proveMerged(request)
  }
  const rows = rounds.reduce((sum, {facts}) => sum + facts.rows, 0)
  const what = work.format === 'parquet' ? 'rows: counts, nulls, bounds and digest' : 'lines: counts and digest'
  const text = `${rows.toLocaleString('en-US')} ${what}`
  return engineOf(work) === 'duckdb' ? {text} : {text: `${text}, by Athena`, scannedBytes}
}
