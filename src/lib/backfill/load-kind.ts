import pMap from 'p-map'
import {
  activeRuns,
  compareCurrent,
  deletesPrefix,
  deletesTableName,
  encodeRunRecords,
  hasStreamRows,
  listRunRecords,
  nextOrder,
  partitionLocator,
  quarantinePrefix,
  readRunSlot,
  registerTable,
  showChangelogTables,
  type StoredRunRecord,
  type Locate,
} from '../changelog/index.js'
import {hasCode, SluiceError} from '../errors.js'
import type {Comparison, OperationKind, OperationPorts, Proof, StageContext, Unit} from '../operation/index.js'
import type {LoadRequest, ParquetEngine, StagedObject} from '../ports/parquet-engine.js'
import {
  leftOut,
  linesOf,
  runRecords,
  stagedObjects,
  upsertsOf,
  type StagedLoad,
  type StagedSource,
} from './load-record.js'
import {loadGarbage} from './load-garbage.js'
import {readBack} from './load-read-back.js'
import {
  engineOf,
  isFirstLoad,
  itemsOf,
  runOf,
  sourceOf,
  workPrefixOf,
  type LoadWork,
  type SourceWork,
} from './load-work.js'
import {retractLoad} from './retract-load.js'

const HEADS_AT_ONCE = 8
const OBJECT_DIGITS = 5

/** `backfill.load`: exports, staged under the attempt's run ids and admitted by one conditional write. */
export const loadKind: OperationKind<LoadWork, StagedLoad> = {
  kind: 'backfill.load',
  stage,
  prove,
  compare,
  publish,
  retract: retractLoad,
  garbage: loadGarbage,
}

async function stage({work}: Unit<LoadWork>, context: StageContext): Promise<StagedLoad> {
  const {ports, signal, steps} = context
  const engine = ports.engine(engineOf(work))
  const attempt = `${context.operation}.${await attemptOf(engine, context)}`
  ports.report({kind: 'phase', phase: 'stage', unit: 'items', total: itemsOf(work)})
  const startMs = ports.clock.monotonicMs()
  const locate = await partitionLocator(work.mapping, ports.catalog)
  const sources: StagedSource[] = []
  let before = 0
  for (const [index, source] of work.sources.entries()) {
    const run = runOf(attempt, index, work.sources.length)
    const onProgress = (done: number): void => ports.report({kind: 'progress', done: before + done})
    const request = await loadRequest(work, source, run, locate, ports)
    sources.push({...(await engine.load({...request, steps, onProgress, signal})), run})
    before += source.export.itemCount
  }
  const objects = sources.flatMap((source) => source.objects)
  await registerTable(work.mapping, objects, locate, ports.catalog)
  const durationMs = ports.clock.monotonicMs() - startMs
  ports.report({kind: 'done', phase: 'staged', text: stagedText(sources), durationMs})
  return {sources}
}

/**
 * Whose rows these are. A process that lost its lease may still write: its rows carry an older attempt and are never
 * admitted. Where what an attempt has begun is written down before, it is gone on with, under its name.
 */
async function attemptOf({goesOn}: ParquetEngine, {attempt, steps}: StageContext): Promise<number> {
  if (!goesOn) return attempt
  const noted = steps.noted.get('attempt')
  if (typeof noted === 'number') return noted
  await steps.note('attempt', attempt)
  return attempt
}

async function loadRequest(
  work: LoadWork,
  source: SourceWork,
  run: string,
  locate: Locate,
  ports: OperationPorts,
): Promise<Omit<LoadRequest, 'steps'>> {
  const {files, shape, broadcasts, sourceRank, export: opened} = source
  const name = (n: number): string => objectName(opened.exportId, run, n)
  return {
    source: await sourceOf(source, ports),
    files,
    mapping: work.mapping,
    shape,
    where: work.where,
    broadcasts,
    origin: {version: BigInt(source.version), sourceRank, source: run},
    target: ports.store,
    keyOf: async (partition, n) => `${locate(partition)}${name(n)}`,
    quarantineKeyOf: (n) => `${quarantinePrefix(work.table)}${name(n)}`,
    deletesKeyOf: (n) => `${deletesPrefix(work.table)}${name(n)}`,
    allowUnreadable: work.allowUnreadable,
    deletesTable: deletesTableName(work.table),
    workPrefix: `${workPrefixOf(work.table, run)}/`,
    onPartitions: (partitions) =>
      registerTable(
        work.mapping,
        partitions.map((partition) => ({partition})),
        locate,
        ports.catalog,
      ),
  }
}

function objectName(exportId: string, run: string, n: number): string {
  return `backfill-${exportId}-${run}-${String(n).padStart(OBJECT_DIGITS, '0')}.parquet`
}

function stagedText(sources: readonly StagedSource[]): string {
  const sum = (of: (source: StagedSource) => number): number => sources.reduce((total, one) => total + of(one), 0)
  const counts: [number, string][] = [
    [sum(upsertsOf), 'rows'],
    [sum(({deleted}) => deleted), 'deletes'],
    [sum(({quarantined}) => quarantined), 'quarantined'],
    [sum(leftOut), 'left out'],
    [sum(({unreadable}) => unreadable), 'unreadable'],
  ]
  const shown = counts.filter(([value, what]) => value > 0 || what === 'rows' || what === 'quarantined')
  const parts = shown.map(([value, what]) => `${value.toLocaleString('en-US')} ${what}`)
  return `${sum(linesOf).toLocaleString('en-US')} items: ${parts.join(', ')}`
}

async function prove(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<Proof> {
  for (const [index, source] of work.sources.entries())
    await proveSource(work, source, staged.sources[index]!, ports, signal)
  const objects = staged.sources.flatMap(stagedObjects)
  return {level: 'content', text: `counts, placement and digest of ${objects.length} objects`}
}

async function proveSource(
  work: LoadWork,
  source: SourceWork,
  staged: StagedSource,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<void> {
  await checkObjects(stagedObjects(staged), ports)
  const {found, aside} = await readBack(work, staged, ports, signal)
  // A row that cannot be placed and was set aside has a second one among the deletes.
  const differs = found.rows !== staged.rows || found.quarantined < staged.quarantined || found.digest !== staged.digest
  const asideDiffers =
    aside.rows !== staged.quarantined + staged.unreadable || aside.digest !== staged.quarantine.digest
  if (!differs && !asideDiffers && linesOf(staged) === source.export.itemCount) return
  const {rows, quarantined, digest} = staged
  throw new SluiceError(
    'PROOF_FAILED',
    `What was written is not what was read: ${found.rows} rows found, ${rows} staged, of ${source.export.itemCount} items.`,
    {
      fix: 'Nothing was admitted. Run the same command again; if it happens twice, check the disk.',
      details: {found, aside, staged: {rows, quarantined, digest}},
    },
  )
}

/** What admitting the load does to the keys that stand; null where none does. Throws `KEY_MOVED`. */
async function compare(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<Comparison | null> {
  const records = await listRunRecords(ports.store, work.table)
  if (isFirstLoad(work, records) && !(await hasStreamRows(work.mapping, ports.query, signal))) return null
  const {doubled, ...change} = await compareCurrent(
    work.mapping,
    records,
    runRecords(work, staged, nextOrder(records), ports),
    ports.query,
    signal,
  )
  if (doubled > 0) throw keyMoved(work, doubled)
  return change.standing === 0 ? null : {of: 'keys', ...change, maxVanished: work.maxVanished}
}

function keyMoved({table}: LoadWork, keys: number): SluiceError {
  return new SluiceError(
    'KEY_MOVED',
    `${keys} keys of ${table} changed their partition, and no image tells from where: an older row of them would show.`,
    {
      fix: `Load into a table of another name with partition.immutable: false (sluice ops cancel gives this load up).`,
      details: {keys},
    },
  )
}

async function checkObjects(objects: readonly StagedObject[], ports: OperationPorts): Promise<void> {
  await pMap(
    objects,
    async (object) => {
      const head = await ports.store.head(object.key)
      if (head?.etag === object.etag && head.sizeBytes === object.sizeBytes) return
      throw new SluiceError('PROOF_FAILED', `${object.key} ${head === null ? 'is gone' : 'is not what was written'}.`, {
        fix: 'Nothing was admitted. Cancel this operation and run the load anew.',
        details: {key: object.key},
      })
    },
    {concurrency: HEADS_AT_ONCE},
  )
}

async function publish(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
): Promise<'published' | 'already' | 'conflict'> {
  const outcome = await admit(work, staged, ports)
  // Only now: a load that is refused or taken back before this must leave readers what they had.
  if (outcome !== 'conflict') await showChangelogTables(work.mapping, ports.catalog)
  return outcome
}

async function admit(
  work: LoadWork,
  staged: StagedLoad,
  ports: OperationPorts,
): Promise<'published' | 'already' | 'conflict'> {
  const {run} = staged.sources[0]!
  const records = await listRunRecords(ports.store, work.table)
  if (isLoadedMeanwhile(work, run, records)) return 'conflict'
  const order = nextOrder(records)
  try {
    await ports.store.write(work.runKey, encodeRunRecords(runRecords(work, staged, order, ports)), {ifAbsent: true})
    return 'published'
  } catch (error) {
    // Taken: by ourselves before a crash or a lost answer, or by another load of these exports.
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    const slot = await readRunSlot(ports.store, work.runKey)
    return slot?.records.some((record) => record.run === run) === true ? 'already' : 'conflict'
  }
}

/**
 * Whether another load holds one of these exports by now, under whatever name; its rows would stand twice. A part of an
 * export may be loaded beside the whole of it.
 */
function isLoadedMeanwhile(work: LoadWork, run: string, records: readonly StoredRunRecord[]): boolean {
  if (work.filter !== null || records.some(({record}) => record.run === run)) return false
  return work.sources.some(({kind, export: opened, supersedes}) =>
    activeRuns(records).some(
      ({record}) =>
        record.kind === kind &&
        record.load === opened.exportId &&
        record.filter === null &&
        kind !== 'quarantine' &&
        !supersedes.includes(record.run),
    ),
  )
}
