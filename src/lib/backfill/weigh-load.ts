import {activeRuns, listRunRecords} from '../changelog/index.js'
import {Readable} from 'node:stream'
import {
  compileRowFunction,
  dayOfVersion,
  MAXIMUM_LINE_BYTES,
  readItem,
  storedColumns,
  type DynamoItem,
} from '../mapping/index.js'
import type {LoadedPlan, OperationPorts, Unit} from '../operation/index.js'
import {gzipLines} from '../ports/byte-lines.js'
import type {Machine, Resources} from '../ports/machine.js'
import type {ObjectKey, ObjectStore} from '../ports/object-store.js'
import {engineOf, itemsOf, sourceOf, type LoadWork, type SourceWork} from './load-work.js'
import {
  needsOf,
  refuseShort,
  shortagesOf,
  type LoadNeeds,
  type LoadRoom,
  type LoadScale,
  type Shortage,
} from './resources.js'

/** What a load needs, and what of it is missing. */
export interface WeighedLoad extends LoadNeeds {
  readonly missing: readonly Shortage[]
}

/** Where it is looked for. */
export interface Surroundings {
  readonly ports: Pick<OperationPorts, 'store' | 'openSource'>
  readonly machine: Machine
  readonly resources: Resources
  leftOvers(): Promise<{readonly sizeBytes: number}>
}

const SAMPLED_ITEMS = 2000
const SAMPLED_FILES = 4

/** Holds the need of a planned load against the machine; null where there is nothing to do. Reads, writes nothing. */
export async function weighPlan(
  {units}: Pick<LoadedPlan<LoadWork>, 'units'>,
  around: Surroundings,
): Promise<WeighedLoad | null> {
  const [unit] = units
  // Athena's work takes nothing of this machine.
  if (unit === undefined || engineOf(unit.work) === 'athena') return null
  return (await weighWork(unit.work, around)).weighed
}

/**
 * Refuses what is about to be staged and has no room. Gives the threads to load with, as many as fit into the memory
 * limit. Throws `RESOURCES_SHORT`.
 */
export async function fitLoad(units: readonly Unit<unknown>[], around: Surroundings): Promise<number> {
  const [unit] = units
  if (unit === undefined || engineOf(unit.work as LoadWork) === 'athena') return around.resources.threads
  const {missing, threads} = (await weighWork(unit.work as LoadWork, around)).weighed
  refuseShort(missing)
  return threads
}

/** How large a load is, and what it would need and miss on this machine. */
export async function weighWork(
  work: LoadWork,
  around: Surroundings,
): Promise<{readonly scale: LoadScale; readonly weighed: WeighedLoad}> {
  const [scale, room] = await Promise.all([scaleOf(work, around.ports), roomOf(around)])
  const needs = needsOf(scale, room)
  return {scale, weighed: {...needs, missing: shortagesOf(needs, room)}}
}

async function roomOf({machine, resources, leftOvers}: Surroundings): Promise<LoadRoom> {
  const [temporary, lake, {sizeBytes}] = await Promise.all([
    machine.spaceOf(resources.temporaryFolder),
    resources.lakeFolder === null ? null : machine.spaceOf(resources.lakeFolder),
    leftOvers(),
  ])
  return {
    ...resources,
    // The load begins with removing what killed ones left there.
    temporaryFreeBytes: temporary.freeBytes + sizeBytes,
    lakeFreeBytes: lake?.freeBytes ?? Number.POSITIVE_INFINITY,
    isOneFileSystem: temporary.fileSystem === lake?.fileSystem,
    machineMemoryBytes: machine.memoryBytes(),
  }
}

async function scaleOf(work: LoadWork, ports: Surroundings['ports']): Promise<LoadScale> {
  const sizes = work.sources.flatMap(({files}) => files.map(({sizeBytes}) => sizeBytes))
  const standing = activeRuns(await listRunRecords(ports.store, work.table))
  return {
    items: itemsOf(work),
    compressedBytes: sizes.reduce((sum, size) => sum + size, 0),
    largestFileBytes: sizes.reduce((largest, size) => Math.max(largest, size), 0),
    copiedBytes: await copiedBytes(work, ports),
    sifted: Math.min(work.allowUnreadable, sizes.length),
    columns: storedColumns(work.mapping).length,
    partitions: await expectedPartitions(work, ports),
    standingRows: standing.reduce((sum, {record}) => sum + record.rows, 0),
  }
}

async function copiedBytes({sources}: LoadWork, ports: Surroundings['ports']): Promise<number> {
  let copied = 0
  for (const source of sources) {
    const store = await sourceOf(source, ports)
    for (const {key, sizeBytes} of source.files) if (store.localPath(key) === null) copied += sizeBytes
  }
  return copied
}

/** An export holds its items in the order of their keys' hashes: the first lines of a file are as good as any. */
async function expectedPartitions(work: LoadWork, ports: Surroundings['ports']): Promise<number> {
  if (work.mapping.partition === null) return 1
  const times = new Map<string, number>()
  for (const source of work.sources) {
    const map = compileRowFunction(work.mapping, dayOfVersion(BigInt(source.version)))
    for (const item of await firstItems(source, ports)) {
      const row = map(item)
      if (row.state !== 'row') continue
      const name = JSON.stringify(row.partition)
      times.set(name, (times.get(name) ?? 0) + 1)
    }
  }
  // Where no item could be looked at, each may have a partition of its own.
  const expected = times.size === 0 ? itemsOf(work) : expectedKinds([...times.values()])
  return Math.max(1, Math.min(expected, itemsOf(work)))
}

/** Items of the first files of a full export in JSON; none of others. */
async function firstItems(source: SourceWork, ports: Surroundings['ports']) {
  const {kind, files} = source
  const chosen = files.filter(({format, itemCount}) => format === 'json' && itemCount > 0).slice(0, SAMPLED_FILES)
  if (kind !== 'full' || chosen.length === 0) return []
  const store = await sourceOf(source, ports)
  const items: DynamoItem[] = []
  for (const {key} of chosen) {
    // A file that cannot be read is for the load to name.
    await readFirst(store, key, items).catch(() => undefined)
  }
  return items
}

async function readFirst(store: ObjectStore, key: ObjectKey, items: DynamoItem[]): Promise<void> {
  const last = items.length + SAMPLED_ITEMS / SAMPLED_FILES
  for await (const {bytes} of gzipLines(Readable.from(store.read(key)), MAXIMUM_LINE_BYTES)) {
    const read = readItem(bytes)
    if ('item' in read) items.push(read.item)
    if (items.length >= last) return
  }
}

/** Kinds in the whole, from how often each was met in a sample: by those met once and twice (Chao 1984). */
export function expectedKinds(timesMet: readonly number[]): number {
  const once = timesMet.filter((times) => times === 1).length
  const twice = timesMet.filter((times) => times === 2).length
  return Math.ceil(timesMet.length + (once * (once - 1)) / (2 * (twice + 1)))
}
