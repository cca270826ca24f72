import {isMergedObject, runOfObject} from '../changelog/index.js'
import {generationsPrefix, partitionDigest, readGeneration, type StoredGeneration} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {CatalogTable} from '../ports/catalog.js'
import type {ListedObject, ObjectKey, ObjectStore} from '../ports/object-store.js'
import {isOutsideLake} from '../ports/table-objects.js'
import type {RunFates} from './dropped-runs.js'
import type {PartitionFiles} from './judge.js'
import {isProjected} from './choose-method.js'
import {folderOf, isHidden} from './layout.js'
import {projectedValues} from './projected-places.js'

type Ports = Pick<OperationPorts, 'store' | 'catalog'>

/** A partition's files, and the runs that no reader counts any more. */
export interface FoundPartition extends PartitionFiles {
  readonly droppedRuns: readonly string[]
}

interface Place {
  readonly values: readonly string[]
  readonly isShared: boolean
}

/**
 * The partitions of a table that hold files, in the order of their locations: one listing of the table's folder, and
 * one of each partition that lies elsewhere. No more than one partition's files are in memory at a time. Of a change
 * log `fates` tells whose rows count.
 */
export async function* partitionFiles(
  table: CatalogTable,
  isWanted: (partition: readonly string[]) => boolean,
  fates: RunFates | null,
  ports: Ports,
): AsyncGenerator<FoundPartition> {
  const places = await placesOf(table, ports)
  const waiting = fates === null ? new Map<string, ObjectKey[]>() : await waitingGenerations(table.name, ports)
  const root = table.location ?? ''
  const folders = isOutsideLake(root) ? [] : foldersOf(root, places, ports)
  for await (const {location, objects, hasNestedFolders} of folders) {
    const place = places.get(location)
    // A folder inside another partition's is met twice: both are shared.
    if (place === undefined) continue
    const {values, isShared} = place
    places.delete(location)
    if (!isWanted(values)) continue
    const found = {partition: values, location, hasNestedFolders, isShared, isOutside: false}
    yield {...found, ...(await sortedOut(objects, table, values, waiting, fates, ports))}
  }
  for (const [location, {values, isShared}] of places) {
    if (!isWanted(values)) continue
    if (isOutsideLake(location)) yield outside(values, location)
    if (isOutsideLake(location) || location.startsWith(root)) continue
    for await (const {objects, hasNestedFolders} of foldersOf(
      location,
      new Map([[location, {values, isShared}]]),
      ports,
    )) {
      const found = {partition: values, location, hasNestedFolders, isShared, isOutside: false}
      yield {...found, ...(await sortedOut(objects, table, values, waiting, fates, ports))}
    }
  }
}

/** A partition whose files nobody here can list. */
function outside(partition: readonly string[], location: ObjectKey): FoundPartition {
  const nothing = {files: [], waiting: 0, unfinished: 0, withDroppedRows: 0, droppedRuns: []}
  return {partition, location, hasNestedFolders: false, isShared: false, isOutside: true, ...nothing}
}

/** Partitions by location. Of two at one location, or one inside the other, none can be told from the other. */
async function placesOf(table: CatalogTable, {catalog, store}: Ports): Promise<Map<ObjectKey, Place>> {
  const places = new Map<ObjectKey, Place>()
  if (table.partitionColumns.length === 0) {
    if (table.location !== null) places.set(table.location, {values: [], isShared: false})
    return places
  }
  for await (const {location, values} of catalog.listPartitions(table.name))
    places.set(location, {values, isShared: places.has(location)})
  if (isProjected(table)) await addProjected(places, table, store)
  let last: ObjectKey | null = null
  for (const location of [...places.keys()].sort()) {
    if (last !== null && location.startsWith(last)) {
      for (const each of [last, location]) places.set(each, {...places.get(each)!, isShared: true})
    } else last = location
  }
  return places
}

/** Where partitions are computed, nobody registers them: their folders tell which there are. */
async function addProjected(places: Map<ObjectKey, Place>, table: CatalogTable, store: ObjectStore): Promise<void> {
  const valuesOf = projectedValues(table)
  if (table.location === null || isOutsideLake(table.location)) return
  for await (const object of store.list(table.location)) {
    const folder = folderOf(object)
    const values = places.has(folder) ? null : valuesOf(folder)
    if (values !== null) places.set(folder, {values, isShared: false})
  }
}

interface Folder {
  readonly location: ObjectKey
  readonly objects: ListedObject[]
  hasNestedFolders: boolean
}

/** Seen objects of one listing, folder by folder; what lies deeper than a place marks it. */
async function* foldersOf(
  prefix: ObjectKey,
  places: ReadonlyMap<ObjectKey, Place>,
  {store}: Ports,
): AsyncGenerator<Folder> {
  let current: Folder | null = null
  for await (const object of store.list(prefix)) {
    if (isHidden(object.key)) continue
    const folder = folderOf(object)
    if (current !== null && folder !== current.location) {
      if (folder.startsWith(current.location) && !places.has(folder)) {
        current.hasNestedFolders = true
        continue
      }
      yield current
      current = null
    }
    if (!places.has(folder)) continue
    current ??= {location: folder, objects: [], hasNestedFolders: false}
    current.objects.push(object)
  }
  if (current !== null) yield current
}

/** Keys of generations whose sources still lie beside them, by partition. */
async function waitingGenerations(table: string, {store}: Ports): Promise<Map<string, ObjectKey[]>> {
  const prefix = generationsPrefix(table, 'doubled')
  const keys = new Map<string, ObjectKey[]>()
  for await (const {key} of store.list(prefix)) {
    const digest = key.slice(prefix.length).split('-')[0]!
    keys.set(digest, [...(keys.get(digest) ?? []), key])
  }
  return keys
}

type SortedFiles = Pick<FoundPartition, 'files' | 'waiting' | 'unfinished' | 'withDroppedRows' | 'droppedRuns'>

/** Which files of a partition may be merged, and whose rows of them are left out. */
async function sortedOut(
  objects: readonly ListedObject[],
  table: CatalogTable,
  values: readonly string[],
  waiting: ReadonlyMap<string, readonly ObjectKey[]>,
  fates: RunFates | null,
  {store}: Ports,
): Promise<SortedFiles> {
  // A file of lines without a byte holds none; of another format it is broken, and named.
  const seen = table.format === 'json' ? objects.filter(({sizeBytes}) => sizeBytes > 0) : objects
  if (fates === null) return {files: seen, waiting: 0, unfinished: 0, withDroppedRows: 0, droppedRuns: []}
  const generations: StoredGeneration[] = []
  for (const key of waiting.get(partitionDigest(values)) ?? []) {
    const generation = await readGeneration(store, key, 'doubled')
    if (generation !== null) generations.push(generation)
  }
  const merged = new Set(generations.flatMap(({generation}) => generation.sources.map(({key}) => key)))
  const counts = {waiting: 0, unfinished: 0, withDroppedRows: 0}
  const dropped = new Set<string>()
  const files: ListedObject[] = []
  for (const object of seen) {
    const run = isMergedObject(object.key) ? null : runOfObject(object.key)
    const fate = run === null ? 'counts' : await fates.fateOf(run.run)
    if (merged.has(object.key)) counts.waiting += 1
    else if (fate === 'may come') counts.unfinished += 1
    else {
      files.push(object)
      if (fate !== 'gone') continue
      counts.withDroppedRows += 1
      dropped.add(run!.run)
    }
  }
  return {files, ...counts, droppedRuns: [...dropped]}
}
