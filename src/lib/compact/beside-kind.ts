import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import {
  generationsHolding,
  listGenerations,
  type GenerationOutput,
  type StoredGeneration,
} from '../generations/index.js'
import type {LeftBehind, OperationKind, OperationPorts, Proof, StageContext, Unit} from '../operation/index.js'
import type {Etag, ObjectKey} from '../ports/object-store.js'
import {engineOf} from './choose-engine.js'
import {claimSources} from './claim-sources.js'
import {copyOnce, standsAs} from './copy-once.js'
import {closeDroppedRuns} from './dropped-runs.js'
import {BESIDE_GRACE_HOURS} from './grace.js'
import {generationOf, stagedOutputs} from './generation-of.js'
import {outputStart, stagingPrefix} from './layout.js'
import {proveRounds, stageRound} from './stage.js'
import {findGeneration, settleGeneration, updateGeneration} from './standing-generation.js'
import type {CompactWork, StagedCompaction, StagedOutput} from './work.js'

const COPIES_AT_ONCE = 4
const HEADS_AT_ONCE = 8

/** Errors of one partition; the others go on. */
export const UNIT_FAULTS = [
  'MERGE_SOURCE_CHANGED',
  'MERGE_SOURCE_BROKEN',
  'MERGE_LOSSY',
  'PARTITION_BUSY',
  'PARTITION_MOVED',
  'ENGINE_UNFIT',
] as const

/**
 * `compact.beside`: outputs of a change log are put beside their sources, and the sources deleted by gc. In between rows
 * stand twice, which `current` does not show: of rows of one key it takes one.
 */
export const besideKind: OperationKind<CompactWork, StagedCompaction> = {
  kind: 'compact.beside',
  unitFaults: UNIT_FAULTS,
  graceHours: BESIDE_GRACE_HOURS,
  stage: stageBeside,
  prove,
  publish: async (unit, staged, ports) => {
    await publishBeside(unit, staged, ports)
    return 'published'
  },
  refuseRetract: async (unit, staged, ports) => {
    await retractable(unit, staged, ports)
  },
  retract: retractBeside,
  garbage: garbageBeside,
  beforeGarbage,
  afterGarbage,
}

/** Outputs go to a place of their own first: only what is proven comes among what is read. */
export async function stageBeside({work}: Unit<CompactWork>, context: StageContext): Promise<StagedCompaction> {
  const place = {written: stagingPrefix(context.operation, work.partition), final: work.location, first: 0}
  const {dropped, scannedBytes, ...round} = await stageRound(work, work.sources, place, context)
  const staged = {operation: context.operation, attempt: context.attempt, rounds: [round], dropped}
  return engineOf(work) === 'duckdb' ? staged : {...staged, scannedBytes}
}

export async function prove(
  {work}: Unit<CompactWork>,
  {operation, rounds}: StagedCompaction,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<Proof> {
  const standing = await pMap(rounds, async (round) => ({
    ...round,
    outputs: await whereTheyStand(round.outputs, ports),
  }))
  return {level: 'content', ...(await proveRounds(work, standing, operation, ports, signal))}
}

/** A publish that was cut short may have taken what was staged away: it is read where readers find it then. */
function whereTheyStand(outputs: readonly StagedOutput[], {store}: OperationPorts): Promise<StagedOutput[]> {
  return pMap(
    outputs,
    async (output) => {
      if (output.key === output.finalKey || (await standsAs(output, store))) return output
      const head = await store.head(output.finalKey)
      return head === null ? output : {...output, key: output.finalKey, etag: head.etag}
    },
    {concurrency: HEADS_AT_ONCE},
  )
}

/** Copies the outputs among the sources, once it is written down what they are. Repeatable. */
export async function publishBeside(
  unit: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<StoredGeneration> {
  const begun = await claimSources(generationOf(unit, staged, unit.work.location, ports), ports)
  const outputs = await pMap(
    stagedOutputs(staged),
    async ({key, finalKey, etag, sizeBytes, rows, runs}): Promise<GenerationOutput> => {
      const head = await copyOnce({key, etag, sizeBytes}, finalKey, ports.store)
      return {key: finalKey, etag: head.etag, sizeBytes, rows, runs: {...runs}}
    },
    {concurrency: COPIES_AT_ONCE},
  )
  const standing = await updateGeneration(begun, {...begun.generation, outputs}, ports)
  await ports.store.deleteBatch(stagedOutputs(staged).map(({key, etag}) => ({key, etag})))
  return standing
}

export async function retractBeside(
  unit: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<'retracted' | 'already' | 'conflict'> {
  const found = await retractable(unit, staged, ports)
  if (found === null) return 'already'
  // By name, not by what was written down: a publish that was cut short has copied without saying so.
  for (const {finalKey} of stagedOutputs(staged)) await ports.store.delete(finalKey)
  await ports.store.delete(found.key)
  return 'retracted'
}

/** What there is to take back; null where it is taken back. Throws `OPERATION_NOT_UNDOABLE`. */
async function retractable(
  {work}: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<StoredGeneration | null> {
  const of = {...work, partition: [...work.partition], operation: staged.operation}
  const found = await findGeneration(of, ['doubled', 'settled'], ports)
  if (found === null) return null
  if (found.state === 'settled') throw notUndoable(staged.operation)
  const {sources} = found.generation
  const standing = await pMap(sources, (source) => standsAs(source, ports.store), {concurrency: HEADS_AT_ONCE})
  if (standing.includes(false)) throw notUndoable(staged.operation)
  await refuseWhenMergedFurther(found, ports)
  return found
}

/** Without its outputs, which a later compaction has merged, that one's could not be told from newcomers. */
async function refuseWhenMergedFurther({generation}: StoredGeneration, {store}: OperationPorts): Promise<void> {
  const {table, operation, outputs} = generation
  const generations = await listGenerations(store, table)
  const later = outputs.flatMap((output) => generationsHolding(output, generations)).at(0)
  if (later === undefined) return
  throw new SluiceError(
    'OPERATION_NOT_UNDOABLE',
    `What operation ${operation} merged was merged further by operation ${later.generation.operation}.`,
    {fix: `Take that one back first: sluice compact rollback ${later.generation.operation}`},
  )
}

export function notUndoable(operation: string): SluiceError {
  return new SluiceError('OPERATION_NOT_UNDOABLE', `The files that operation ${operation} merged are gone.`, {
    fix: 'Nothing is lost: their rows stand in what they were merged to (sluice compact status).',
  })
}

/** Sources of what is published, and whatever an attempt left that nothing admits. */
export async function* garbageBeside(
  {work}: Unit<CompactWork>,
  {staged, published}: LeftBehind<StagedCompaction>,
  {store}: OperationPorts,
  operation: string,
): AsyncGenerator<{key: ObjectKey; etag: Etag; sizeBytes: number}> {
  const of = {...work, partition: [...work.partition], operation}
  const found = staged === null ? null : await findGeneration(of, ['doubled', 'settled'], {store})
  // Without the note of what was merged, nobody knows where the rows are: all of it stays.
  if (published && found === null) return
  if (published && found?.state === 'doubled') yield* found.generation.sources
  const kept = new Set(found?.generation.outputs.map(({key}) => key))
  for (const prefix of [`${work.location}${outputStart(operation)}`, stagingPrefix(operation, work.partition)]) {
    for await (const {key} of store.list(prefix)) {
      const head = kept.has(key) ? null : await store.head(key)
      if (head !== null) yield {key, etag: head.etag, sizeBytes: head.sizeBytes}
    }
  }
}

/** Nothing is deleted unless the rows stand in the outputs, or in what these were merged to since. */
async function beforeGarbage(
  {work}: Unit<CompactWork>,
  {staged, published}: LeftBehind<StagedCompaction>,
  ports: OperationPorts,
): Promise<'go on' | 'kept'> {
  if (!published || staged === null) return 'go on'
  const of = {...work, partition: [...work.partition], operation: staged.operation}
  const found = await findGeneration(of, ['doubled'], ports)
  if (found === null) return 'go on'
  if (!(await holdsAll(found, ports))) return 'kept'
  return (await closeDroppedRuns(work.table, found.generation.dropped, ports)) ? 'go on' : 'kept'
}

async function holdsAll({generation}: StoredGeneration, {store}: OperationPorts): Promise<boolean> {
  const {outputs, table} = generation
  const standing = await pMap(outputs, (output) => standsAs(output, store), {concurrency: HEADS_AT_ONCE})
  const missing = outputs.filter((_, index) => !standing[index])
  if (missing.length === 0) return true
  const generations = await listGenerations(store, table)
  const later = missing.map((output) => generationsHolding(output, generations).at(0))
  const last = await pMap(
    later.flatMap((stored) => stored?.generation.outputs ?? []),
    (output) => standsAs(output, store),
    {concurrency: HEADS_AT_ONCE},
  )
  return !later.includes(undefined) && !last.includes(false)
}

async function afterGarbage(
  {work}: Unit<CompactWork>,
  {staged, published}: LeftBehind<StagedCompaction>,
  ports: OperationPorts,
): Promise<void> {
  if (!published || staged === null) return
  const of = {...work, partition: [...work.partition], operation: staged.operation}
  const found = await findGeneration(of, ['doubled'], ports)
  if (found !== null) await settleGeneration(found, ports)
}
