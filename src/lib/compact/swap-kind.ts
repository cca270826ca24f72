import pMap from 'p-map'
import {hasCode, SluiceError} from '../errors.js'
import type {StoredGeneration} from '../generations/index.js'
import type {LeftBehind, OperationKind, OperationPorts, StageContext, Unit} from '../operation/index.js'
import type {Etag, ObjectKey, ObjectStore} from '../ports/object-store.js'
import {notUndoable, prove, UNIT_FAULTS} from './beside-kind.js'
import {engineOf} from './choose-engine.js'
import {standsAs} from './copy-once.js'
import {generationOf} from './generation-of.js'
import {addNewcomers, keepNewcomers, newcomersOf, spareObjects} from './newcomers.js'
import {plannedSource, swapLocation, swapStart} from './layout.js'
import {stagedObjects} from './staged-objects.js'
import {stageRound} from './stage.js'
import {beginGeneration, findGeneration, settleGeneration, shownGeneration} from './standing-generation.js'
import {locationOf, pointTo} from './swap-location.js'
import type {CompactWork, MergeRound, PlannedSource, StagedCompaction} from './work.js'

const HEADS_AT_ONCE = 8
/** The planned merge, and as many for files that come while it runs. */
const MAXIMUM_ROUNDS = 4

/**
 * `compact.swap`: the outputs of a closed partition lie outside the table until the catalog is pointed to them by one
 * update. The sources stay where they are until gc; undo points the catalog back.
 */
export const swapKind: OperationKind<CompactWork, StagedCompaction> = {
  kind: 'compact.swap',
  unitFaults: UNIT_FAULTS,
  stage,
  prove,
  publish,
  refuseRetract: async (unit, staged, ports) => {
    await retractable(unit, staged, ports)
  },
  retract,
  garbage,
  beforeGarbage,
  afterGarbage,
}

async function stage({work}: Unit<CompactWork>, context: StageContext): Promise<StagedCompaction> {
  const {store} = context.ports
  const location = swapLocation(work, context)
  const rounds: MergeRound[] = []
  let dropped: StagedCompaction['dropped'] = {}
  let scannedBytes = 0
  let sources: readonly PlannedSource[] = work.sources
  while (sources.length > 0) {
    if (rounds.length === MAXIMUM_ROUNDS) throw busy(work)
    const first = rounds.reduce((sum, {outputs}) => sum + outputs.length, 0)
    const round = await stageRound(work, sources, {written: location, final: location, first}, context)
    if (rounds.length === 0) dropped = round.dropped
    scannedBytes += round.scannedBytes
    rounds.push({sources: round.sources, outputs: round.outputs, facts: round.facts})
    sources = (await newcomersOf(work.location, knownOf(rounds), store)).map(plannedSource)
  }
  const staged = {operation: context.operation, attempt: context.attempt, rounds, dropped}
  return engineOf(work) === 'duckdb' ? staged : {...staged, scannedBytes}
}

function knownOf(rounds: readonly MergeRound[]): Map<ObjectKey, {sizeBytes: number; etag: Etag}> {
  return new Map(rounds.flatMap(({sources}) => sources.map((source) => [source.key, source] as const)))
}

async function publish(
  unit: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<'published' | 'already' | 'conflict'> {
  const {work} = unit
  const location = swapLocation(work, staged)
  const standing = await locationOf(work, ports.catalog)
  if (standing !== location) {
    if (standing !== work.location) return publishedBefore(work, staged, standing, ports)
    if ((await newcomersOf(work.location, knownOf(staged.rounds), ports.store)).length > 0) throw busy(work)
  }
  const generation = await beginGeneration(generationOf(unit, staged, location, ports), 'swapped', ports)
  if (standing !== location) await swapTo(location, work, generation, ports)
  // What came between the last look and the swap is out of sight since; it is brought in at once.
  await addNewcomers(generation, location, ports)
  return standing === location ? 'already' : 'published'
}

/** Where the catalog was changed by somebody else at the same time, no note stays of a swap that is none. */
async function swapTo(
  location: ObjectKey,
  work: CompactWork,
  generation: StoredGeneration,
  ports: OperationPorts,
): Promise<void> {
  try {
    await pointTo(work, {from: work.location, to: location}, ports.catalog)
  } catch (error) {
    if (hasCode(error, 'PARTITION_MOVED')) await ports.store.delete(generation.key)
    throw error
  }
}

/** Readers look at neither place: another compaction has merged this one's outputs since, or somebody moved it. */
async function publishedBefore(
  work: CompactWork,
  staged: StagedCompaction,
  standing: ObjectKey | null,
  ports: OperationPorts,
): Promise<'already'> {
  const found = await swapped(work, {staged, published: true}, ports)
  if (found !== null) {
    if ((await shownGeneration(found, standing, ports)) !== null) return 'already'
    await ports.store.delete(found.key)
  }
  throw moved(work, standing)
}

async function retract(
  unit: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<'retracted' | 'already' | 'conflict'> {
  const found = await retractable(unit, staged, ports)
  if (found === null) return 'already'
  const {location, locationBefore} = found.generation
  if (found.isShown) {
    // What others wrote into the generation since must not be lost from sight.
    await keepNewcomers(found.generation, ports)
    await pointTo(unit.work, {from: location, to: locationBefore}, ports.catalog)
  }
  await keepNewcomers(found.generation, ports)
  await ports.store.delete(found.key)
  return 'retracted'
}

/**
 * What there is to take back, and whether readers see it; null where it is taken back. Throws `PARTITION_MOVED`,
 * `OPERATION_NOT_UNDOABLE`.
 */
async function retractable(
  {work}: Unit<CompactWork>,
  staged: StagedCompaction,
  ports: OperationPorts,
): Promise<(StoredGeneration & {readonly isShown: boolean}) | null> {
  const of = {...work, partition: [...work.partition], operation: staged.operation}
  const found = await findGeneration(of, ['swapped', 'settled'], ports)
  if (found === null) return null
  const {location, locationBefore, sources} = found.generation
  const standing = await locationOf(work, ports.catalog)
  if (standing === locationBefore) return {...found, isShown: false}
  if (found.state === 'settled') throw notUndoable(staged.operation)
  if (standing !== location) throw moved(work, standing)
  const heads = await pMap(sources, (source) => standsAs(source, ports.store), {concurrency: HEADS_AT_ONCE})
  if (heads.includes(false)) throw notUndoable(staged.operation)
  return {...found, isShown: true}
}

/** The sources of a swapped partition; of one that was not swapped, or is taken back, everything that was written. */
async function* garbage(
  {work}: Unit<CompactWork>,
  {staged, published}: LeftBehind<StagedCompaction>,
  ports: OperationPorts,
  operation: string,
): AsyncGenerator<{key: ObjectKey; etag: Etag; sizeBytes: number}> {
  const {store, catalog} = ports
  const of = {...work, partition: [...work.partition], operation}
  const found = published && staged !== null ? await findGeneration(of, ['swapped', 'settled'], {store}) : null
  if (found?.state === 'swapped') yield* found.generation.sources
  // Without the note of what was merged, nobody knows where the rows are: all of it stays.
  if (published && found === null) return
  const kept = [found?.generation.location, await locationOf(work, catalog)]
  for (const location of await attemptLocations(work, operation, store))
    if (!kept.includes(location)) yield* spareObjects({operation, location, locationBefore: work.location}, ports)
  // What an engine wrote under names of its own; what is swapped was copied from there.
  if (engineOf(work) === 'athena') yield* stagedObjects(work.partition, operation, store)
}

/** Where attempts of an operation have written something. */
async function attemptLocations(work: CompactWork, operation: string, store: ObjectStore): Promise<Set<ObjectKey>> {
  const start = swapStart(work, operation)
  const locations = new Set<ObjectKey>()
  for await (const {key} of store.list(start)) locations.add(`${start}${key.slice(start.length).split('/')[0]!}/`)
  return locations
}

/** Nothing is deleted while readers look where the sources are. */
async function beforeGarbage(
  {work}: Unit<CompactWork>,
  {staged, published}: LeftBehind<StagedCompaction>,
  ports: OperationPorts,
): Promise<'go on' | 'kept'> {
  if (!published && staged !== null) await keepLateWriters(work, staged, ports)
  const found = await swapped(work, {staged, published}, ports)
  if (found === null) return 'go on'
  const shown = await shownGeneration(found, await locationOf(work, ports.catalog), ports)
  if (shown === null) return 'kept'
  await addNewcomers(found, shown.generation.location, ports)
  const {outputs} = shown.generation
  const standing = await pMap(outputs, (output) => standsAs(output, ports.store), {concurrency: HEADS_AT_ONCE})
  return standing.includes(false) ? 'kept' : 'go on'
}

/** Who asked the catalog before a rollback may have written to the generation after it. */
async function keepLateWriters(work: CompactWork, staged: StagedCompaction, ports: OperationPorts): Promise<void> {
  if ((await locationOf(work, ports.catalog)) !== work.location) return
  const {operation} = staged
  await keepNewcomers({operation, location: swapLocation(work, staged), locationBefore: work.location}, ports)
}

async function afterGarbage(
  {work}: Unit<CompactWork>,
  {staged, published}: LeftBehind<StagedCompaction>,
  ports: OperationPorts,
): Promise<void> {
  const found = await swapped(work, {staged, published}, ports)
  if (found !== null) await settleGeneration(found, ports)
}

async function swapped(
  work: CompactWork,
  {staged, published}: Pick<LeftBehind<StagedCompaction>, 'staged' | 'published'>,
  ports: OperationPorts,
): Promise<StoredGeneration | null> {
  if (!published || staged === null) return null
  return findGeneration({...work, partition: [...work.partition], operation: staged.operation}, ['swapped'], ports)
}

function busy(work: CompactWork): SluiceError {
  return new SluiceError('PARTITION_BUSY', `Files keep coming to ${work.location} while it is merged.`, {
    fix: 'It stays as it was. Run it again when the writer is quiet, or with a longer --min-age.',
    details: {partition: work.partition},
  })
}

function moved(work: CompactWork, standing: string | null): SluiceError {
  const now = standing === null ? 'is not in the catalog any more' : `is at ${standing} by now`
  return new SluiceError('PARTITION_MOVED', `The partition that was at ${work.location} ${now}.`, {
    fix: 'It was left as it was found. See what stands there: sluice partitions diff',
    details: {partition: work.partition, planned: work.location, found: standing},
  })
}
