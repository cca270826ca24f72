import pMap from 'p-map'
import {
  activeRuns,
  closeRun,
  compareCurrent,
  encodeRunRecord,
  listRunRecords,
  prepareChangelogTables,
  quarantinePrefix,
  readRunSlot,
  showChangelogTables,
  tableLocation,
} from '../changelog/index.js'
import {hasCode, SluiceError} from '../errors.js'
import {partitionPath, pathTemplate, SOURCE_RANK, type TableMapping} from '../mapping/index.js'
import type {
  Comparison,
  OperationId,
  OperationKind,
  OperationPorts,
  Proof,
  StageContext,
  Unit,
} from '../operation/index.js'
import {HIVE_NULL_PARTITION, type Catalog} from '../ports/catalog.js'
import type {Etag, ObjectKey} from '../ports/object-store.js'
import type {LoadResult, StagedObject} from '../ports/parquet-engine.js'
import type {LoadWork} from './load-plan.js'
import {leftOut, linesOf, runRecord, type StagedLoad} from './load-record.js'
import {mappingOfRun} from './run-mapping.js'

const HEADS_AT_ONCE = 8
const OBJECT_DIGITS = 5

/** `backfill.load`: one export, staged under the attempt's run id and admitted by one conditional write. */
export const loadKind: OperationKind<LoadWork, StagedLoad> = {
  kind: 'backfill.load',
  stage,
  prove,
  compare,
  publish,
  retract,
  garbage,
}

async function stage({work}: Unit<LoadWork>, context: StageContext): Promise<StagedLoad> {
  const {ports, signal} = context
  // A process that lost its lease may still write: its rows carry an older attempt and are never admitted.
  const run = `${context.operation}.${context.attempt}`
  ports.report({kind: 'phase', phase: 'stage', unit: 'items', total: work.export.itemCount})
  const startMs = ports.clock.monotonicMs()
  const locate = await partitionLocator(work.mapping, ports.catalog)
  const result = await ports.parquet.load({
    source: await ports.openSource(work.export.sourceUri),
    files: work.files,
    mapping: work.mapping,
    origin: {version: BigInt(work.version), sourceRank: SOURCE_RANK.fullExport, source: run},
    loadDay: work.loadDay,
    target: ports.store,
    keyOf: async (partition, n) => `${locate(partition)}${objectName(work, run, n)}`,
    quarantineKeyOf: (n) => `${quarantinePrefix(work.table)}${objectName(work, run, n)}`,
    allowUnreadable: work.allowUnreadable,
    onProgress: (done) => ports.report({kind: 'progress', done}),
    signal,
  })
  await registerTable(work.mapping, result.objects, locate, ports.catalog)
  ports.report({
    kind: 'done',
    phase: 'staged',
    text: stagedText(result),
    durationMs: ports.clock.monotonicMs() - startMs,
  })
  return {...result, run}
}

function objectName(work: LoadWork, run: string, n: number): string {
  return `backfill-${work.export.exportId}-${run}-${String(n).padStart(OBJECT_DIGITS, '0')}.parquet`
}

function stagedText(result: LoadResult): string {
  const {rows, quarantined, unreadable} = result
  const count = (value: number): string => value.toLocaleString('en-US')
  const parts = [`${count(rows - quarantined)} rows`, `${count(quarantined)} quarantined`]
  if (leftOut(result) > 0) parts.push(`${count(leftOut(result))} left out`)
  if (unreadable > 0) parts.push(`${count(unreadable)} unreadable`)
  return `${count(linesOf(result))} items: ${parts.join(', ')}`
}

type Locate = (partition: readonly string[]) => string

/** Standing partitions are written where the catalog says, new ones where the path template says. */
async function partitionLocator(mapping: TableMapping, catalog: Catalog): Promise<Locate> {
  const table = await catalog.getTable(mapping.table)
  const location = table?.location ?? tableLocation(mapping.table)
  const {partition} = mapping
  if (partition === null) return () => location
  const standing = new Map<string, string>()
  if (table !== null) {
    for await (const found of catalog.listPartitions(mapping.table))
      standing.set(JSON.stringify(found.values), found.location)
  }
  return (values) => {
    const named = values.map((value) => (value === HIVE_NULL_PARTITION ? null : value))
    return standing.get(JSON.stringify(values)) ?? `${location}${partitionPath(partition, named)}`
  }
}

/** Tables and partitions enter the catalog before the run is admitted: an empty partition harms no reader. */
async function registerTable(
  mapping: TableMapping,
  objects: readonly StagedObject[],
  locate: Locate,
  catalog: Catalog,
): Promise<void> {
  await prepareChangelogTables(mapping, catalog)
  if (mapping.partition === null) return
  const partitions = new Map(objects.map(({partition}) => [JSON.stringify(partition), partition]))
  const outcomes = await catalog.createPartitions(
    mapping.table,
    [...partitions.values()].map((values) => ({values, location: locate(values), parameters: {}})),
  )
  const failed = outcomes.find((outcome) => outcome.state === 'failed')
  if (failed === undefined) return
  throw new SluiceError(
    'STORE_UNAVAILABLE',
    `Partition ${failed.values.join('/')} of ${mapping.table} could not be registered: ${failed.reason}.`,
    {
      fix: 'Run the same command again.',
      details: {template: mapping.partition && pathTemplate(mapping.partition)},
    },
  )
}

async function prove(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<Proof> {
  await checkObjects([...staged.objects, ...staged.quarantine.objects], ports)
  const found = await ports.parquet.digest({
    store: ports.store,
    objects: staged.objects,
    mapping: work.mapping,
    loadDay: work.loadDay,
    signal,
  })
  const aside = await ports.parquet.digestQuarantine({store: ports.store, objects: staged.quarantine.objects, signal})
  const differs =
    found.rows !== staged.rows || found.quarantined !== staged.quarantined || found.digest !== staged.digest
  const asideDiffers =
    aside.rows !== staged.quarantined + staged.unreadable || aside.digest !== staged.quarantine.digest
  if (differs || asideDiffers || linesOf(staged) !== work.export.itemCount) {
    throw new SluiceError(
      'PROOF_FAILED',
      `What was written is not what was read: ${found.rows} rows found, ${staged.rows} staged, of ${work.export.itemCount} items.`,
      {
        fix: 'Nothing was admitted. Run the same command again; if it happens twice, check the disk.',
        details: {found, aside, staged: {rows: staged.rows, quarantined: staged.quarantined, digest: staged.digest}},
      },
    )
  }
  return {level: 'content', text: `structure and content: counts, ${staged.objects.length} objects read back, digest`}
}

async function compare(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
  signal: AbortSignal,
): Promise<Comparison | null> {
  const records = await listRunRecords(ports.store, work.table)
  if (records.length === 0) return null
  const change = await compareCurrent(work.mapping, records, runRecord(work, staged, ports), ports.query, signal)
  return {of: 'keys', ...change, maxVanished: work.maxVanished}
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
  try {
    await ports.store.write(work.runKey, encodeRunRecord(runRecord(work, staged, ports)), {ifAbsent: true})
    return 'published'
  } catch (error) {
    // Taken: by ourselves before a crash or a lost answer, or by another load of this export.
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    return (await readRunSlot(ports.store, work.runKey))?.record?.run === staged.run ? 'already' : 'conflict'
  }
}

async function retract(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
): Promise<'retracted' | 'already' | 'conflict'> {
  const outcome = await closeRun(ports.store, work.runKey, staged.run)
  const standing = activeRuns(await listRunRecords(ports.store, work.table))
  const newest = standing.toSorted((a, b) => (a.record.admittedAt < b.record.admittedAt ? 1 : -1))[0]
  // Readers see the table again as the load that counts now has it.
  if (newest !== undefined) await showChangelogTables(await mappingOfRun(ports.store, newest), ports.catalog)
  return outcome
}

/** Objects of the operation's attempts that no run record admits; their names carry the operation's id. */
async function* garbage(
  {work}: Unit<LoadWork>,
  staged: StagedLoad | null,
  published: boolean,
  ports: OperationPorts,
  operation: OperationId,
): AsyncGenerator<{key: ObjectKey; etag: Etag; sizeBytes: number}> {
  const admitted = published && staged !== null ? `-${staged.run}-` : null
  const location = (await ports.catalog.getTable(work.table))?.location ?? tableLocation(work.table)
  for (const prefix of [location, quarantinePrefix(work.table)]) {
    for await (const {key} of ports.store.list(prefix)) {
      const name = key.slice(key.lastIndexOf('/') + 1)
      if (!name.startsWith(`backfill-${work.export.exportId}-${operation}.`)) continue
      if (admitted !== null && name.includes(admitted)) continue
      const head = await ports.store.head(key)
      if (head !== null) yield {key, etag: head.etag, sizeBytes: head.sizeBytes}
    }
  }
}
