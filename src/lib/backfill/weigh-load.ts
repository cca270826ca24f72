import {activeRuns, listRunRecords} from '../changelog/index.js'
import {storedColumns} from '../mapping/index.js'
import type {LoadedPlan, OperationPorts, Unit} from '../operation/index.js'
import type {Machine, Resources} from '../ports/machine.js'
import {expectedPartitions} from './expected-partitions.js'
import {engineOf, itemsOf, sourceOf, type LoadWork} from './load-work.js'
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
  readonly ports: Pick<OperationPorts, 'store' | 'openSource' | 'engine'>
  readonly machine: Machine
  readonly resources: Resources
  leftOvers(): Promise<{readonly sizeBytes: number}>
}

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
