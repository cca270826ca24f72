import pMap from 'p-map'
import {hasCode, SluiceError} from '../errors.js'
import type {OperationKind, OperationPorts} from '../operation/index.js'
import type {CatalogPartition, NewCatalogPartition, PartitionOutcome} from '../ports/catalog.js'
import {isHiddenBelow} from '../ports/table-objects.js'
import {SYNC_MARK, type StagedSync, type SyncItem, type SyncWork} from './sync-work.js'

const LISTS_AT_ONCE = 8
const TOLD_REASONS = 10

type Batch = Extract<SyncWork, {action: 'create' | 'drop'}>

/**
 * Brings the catalog to what lies in the store, some partitions a unit. A partition that Glue refuses fails its unit
 * and leaves the others of it created: the next sync finds what is missing.
 */
export const syncKind: OperationKind<SyncWork, StagedSync> = {
  kind: 'partitions.sync',
  unitFaults: ['PARTITIONS_FAILED'],
  async stage({work}, {ports, operation, signal}) {
    const nothing = {operation, standing: [], dropped: []}
    if (work.action === 'table') return nothing
    const found = await ports.catalog.getPartitions(work.table, valuesOf(work)).catch(noTable(work))
    const others = found.filter((one) => one !== null && one.parameters[SYNC_MARK] !== operation) as CatalogPartition[]
    if (work.action === 'create') return {...nothing, standing: others.map(({values}) => values)}
    return {...nothing, dropped: await stillEmpty(work, found, ports, signal)}
  },
  async prove({work}, {standing, dropped}) {
    const text =
      work.action === 'table'
        ? `${work.table} is not in the catalog`
        : work.action === 'create'
          ? `${work.items.length} partitions, ${standing.length} of them stand already`
          : `${dropped.length} of ${work.items.length} partitions hold no object`
    return Promise.resolve({level: 'structure' as const, text})
  },
  async publish(unit, staged, ports) {
    const {work} = unit
    if (work.action === 'table') return publishTable(work, staged, ports)
    if (work.action === 'create') return publishCreates(work, staged, ports)
    return publishDrops(work, staged, ports)
  },
  async retract(unit, staged, ports) {
    const {work} = unit
    if (work.action === 'table') return retractTable(work, staged, ports)
    if (work.action === 'create') return retractCreates(work, staged, ports)
    const back = await ports.catalog.createPartitions(work.table, staged.dropped)
    tellFailed(work, 'registered again', back)
    return back.some(({state}) => state === 'created') ? 'retracted' : 'already'
  },
}

/** A sync that makes the table stages its partitions before there is one. */
function noTable({items}: Batch): (error: unknown) => null[] {
  return (error) => {
    if (hasCode(error, 'TABLE_UNKNOWN')) return items.map(() => null)
    throw error
  }
}

/** Looked at once more: data may have come since the plan was made. */
async function stillEmpty(
  {items}: Batch,
  found: readonly (CatalogPartition | null)[],
  {store}: OperationPorts,
  signal: AbortSignal,
): Promise<NewCatalogPartition[]> {
  const standing = found.filter((one, index) => one?.location === items[index]?.location) as CatalogPartition[]
  const looked = await pMap(
    standing,
    async (partition) => {
      signal.throwIfAborted()
      for await (const {key} of store.list(partition.location)) {
        if (!isHiddenBelow(key, partition.location)) return null
      }
      const {values, location, parameters} = partition
      return {values, location, parameters}
    },
    {concurrency: LISTS_AT_ONCE},
  )
  return looked.filter((one) => one !== null)
}

async function publishTable(
  {entry}: Extract<SyncWork, {action: 'table'}>,
  {operation}: StagedSync,
  {catalog}: OperationPorts,
): Promise<'published' | 'already' | 'conflict'> {
  const parameters = {...entry.parameters, [SYNC_MARK]: operation}
  try {
    await catalog.putTable({...entry, parameters}, null)
    return 'published'
  } catch (error) {
    if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
    // ours, when the answer of an earlier attempt was lost
    const standing = await catalog.getTable(entry.name)
    return standing?.parameters[SYNC_MARK] === operation ? 'already' : 'conflict'
  }
}

async function publishCreates(
  work: Batch,
  {operation, standing}: StagedSync,
  {catalog}: OperationPorts,
): Promise<'published'> {
  const known = new Set(standing.map(identityOf))
  const wanted = work.items.filter(({values}) => !known.has(identityOf(values)))
  const parameters = {[SYNC_MARK]: operation}
  const outcomes = await catalog.createPartitions(
    work.table,
    wanted.map(({values, location}) => ({values, location, parameters})),
  )
  tellFailed(work, 'created', outcomes)
  return 'published'
}

async function publishDrops(work: Batch, {dropped}: StagedSync, {catalog}: OperationPorts): Promise<'published'> {
  const outcomes = await catalog.deletePartitions(
    work.table,
    dropped.map(({values}) => values),
  )
  tellFailed(work, 'dropped', outcomes)
  return 'published'
}

/** Throws `PARTITIONS_FAILED` with the outcome of each item. */
function tellFailed({table}: Pick<Batch, 'table'>, what: string, outcomes: readonly PartitionOutcome[]): void {
  const failed = outcomes.flatMap((one) => (one.state === 'failed' ? [{values: one.values, reason: one.reason}] : []))
  if (failed.length === 0) return
  const reasons = failed.slice(0, TOLD_REASONS).map(({values, reason}) => `${values.join('/')}: ${reason}`)
  const more = failed.length > TOLD_REASONS ? `; and ${failed.length - TOLD_REASONS} more` : ''
  const count = `${failed.length} of ${outcomes.length} partitions of ${table}`
  throw new SluiceError('PARTITIONS_FAILED', `${count} were not ${what}: ${reasons.join('; ')}${more}.`, {
    fix: `sluice partitions sync --table ${table}`,
    details: {table, failed},
  })
}

/** Only what still stands as it was created; one that was changed since keeps all of its unit. */
async function retractCreates(
  work: Batch,
  {operation}: StagedSync,
  {catalog}: OperationPorts,
): Promise<'retracted' | 'already' | 'conflict'> {
  const found = await catalog.getPartitions(work.table, valuesOf(work)).catch(noTable(work))
  const own = work.items.flatMap((item, index) => {
    const partition = found[index]
    return partition?.parameters[SYNC_MARK] === operation ? [{item, partition}] : []
  })
  if (own.some(({item, partition}) => partition.location !== item.location)) return 'conflict'
  if (own.length === 0) return 'already'
  const outcomes = await catalog.deletePartitions(
    work.table,
    own.map(({item}) => item.values),
  )
  tellFailed(work, 'taken back', outcomes)
  return 'retracted'
}

/** The table goes when nothing but the sync has used it. */
async function retractTable(
  {table}: Extract<SyncWork, {action: 'table'}>,
  {operation}: StagedSync,
  {catalog}: OperationPorts,
): Promise<'retracted' | 'already' | 'conflict'> {
  const standing = await catalog.getTable(table)
  if (standing === null) return 'already'
  if (standing.parameters[SYNC_MARK] !== operation) return 'conflict'
  for await (const _ of catalog.listPartitions(table)) return 'conflict'
  await catalog.dropTable(table, standing.version)
  return 'retracted'
}

function valuesOf({items}: {readonly items: readonly SyncItem[]}): (readonly string[])[] {
  return items.map(({values}) => values)
}

function identityOf(values: readonly string[]): string {
  return JSON.stringify(values)
}
