import {generationsPrefix, partitionDigest} from '../generations/index.js'
import type {OperationPorts} from '../operation/index.js'
import {isProjected, type CatalogTable} from '../ports/catalog.js'
import {isUnusable} from '../ports/object-keys.js'
import type {ListedObject, ObjectKey, ObjectStore} from '../ports/object-store.js'
import {isHiddenBelow, isOutsideLake} from '../ports/table-objects.js'
import type {RunFates} from './dropped-runs.js'
import type {PartitionFiles} from './judge.js'
import {folderOf} from './layout.js'
import {PartitionGenerations} from './partition-generations.js'
import {projectedValues} from './projected-places.js'
import type {Method} from './work.js'

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
  method: Method,
  fates: RunFates | null,
  ports: Ports,
): AsyncGenerator<FoundPartition> {
  const places = await placesOf(table, method, ports)
  const waiting = fates === null ? new Map<string, ObjectKey[]>() : await waitingGenerations(table.name, ports)
  const root = table.location ?? ''
  const folders = isOutsideLake(root) ? [] : foldersOf(root, places, ports)
  for await (const {location, objects, hasNestedFolders, unusableKey} of folders) {
    const place = places.get(location)
    // A folder inside another partition's is met twice: both are shared.
    if (place === undefined) continue
    const {values, isShared} = place
    places.delete(location)
    if (!isWanted(values)) continue
    const found = {partition: values, location, hasNestedFolders, unusableKey, isShared, isOutside: false}
    yield {...found, ...(await sortedOut(objects, table, values, waiting, fates, ports))}
  }
  for (const [location, {values, isShared}] of places) {
    if (!isWanted(values)) continue
    if (isOutsideLake(location)) yield outside(values, location)
    if (isOutsideLake(location) || location.startsWith(root)) continue
    for await (const {objects, hasNestedFolders, unusableKey} of foldersOf(
      location,
      new Map([[location, {values, isShared}]]),
      ports,
    )) {
      const found = {partition: values, location, hasNestedFolders, unusableKey, isShared, isOutside: false}
      yield {...found, ...(await sortedOut(objects, table, values, waiting, fates, ports))}
    }
  }
}

/** A partition whose files nobody here can list. */
function outside(partition: readonly string[], location: ObjectKey): FoundPartition {
  const nothing = {files: [], waiting: 0, unfinished: 0, withDroppedRows: new Set<ObjectKey>(), droppedRuns: []}
  const flags = {hasNestedFolders: false, unusableKey: null, isShared: false, isOutside: true}
  return {partition, location, ...flags, ...nothing}
}

/**
 * Partitions by location. Of two at one location, or one inside the other, none can be told from the other; and where
 * another table reads the same files, a swap would take them from it.
 */
async function placesOf(table: CatalogTable, method: Method, ports: Ports): Promise<Map<ObjectKey, Place>> {
  const places = await ownPlaces(table, ports)
  let last: ObjectKey | null = null
  for (const location of [...places.keys()].sort()) {
    if (last !== null && location.startsWith(last)) {
      for (const each of [last, location]) places.set(each, {...places.get(each)!, isShared: true})
    } else last = location
  }
  if (method !== 'swap') return places
  const others = await rootsOfOthers(table, ports)
  for (const [location, place] of places) {
    const isOverlapping = (root: ObjectKey): boolean => root.startsWith(location) || location.startsWith(root)
    if (others.some(isOverlapping)) places.set(location, {...place, isShared: true})
  }
  return places
}

async function ownPlaces(table: CatalogTable, {catalog, store}: Ports): Promise<Map<ObjectKey, Place>> {
  const places = new Map<ObjectKey, Place>()
  if (table.partitionColumns.length === 0) {
    if (table.location !== null) places.set(table.location, {values: [], isShared: false})
    return places
  }
  for await (const {location, values} of catalog.listPartitions(table.name))
    places.set(location, {values, isShared: places.has(location)})
  if (isProjected(table)) await addProjected(places, table, store)
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

async function rootsOfOthers({name}: CatalogTable, {catalog}: Ports): Promise<ObjectKey[]> {
  const others = (await catalog.listTables()).filter((other) => other.name !== name)
  return others.flatMap(({location}) => (location === null ? [] : [location]))
}

interface Folder {
  readonly location: ObjectKey
  readonly objects: ListedObject[]
  hasNestedFolders: boolean
  unusableKey: ObjectKey | null
}

/** Seen objects of one listing, place by place; what lies deeper than a place marks it. */
async function* foldersOf(
  prefix: ObjectKey,
  places: ReadonlyMap<ObjectKey, Place>,
  {store}: Ports,
): AsyncGenerator<Folder> {
  let current: Folder | null = null
  for await (const object of store.list(prefix)) {
    const folder = folderOf(object)
    const location = placeAround(folder, prefix, places)
    if (location === null || isHiddenBelow(object.key, location)) continue
    if (current === null || current.location !== location) {
      if (current !== null) yield current
      current = {location, objects: [], hasNestedFolders: false, unusableKey: null}
    }
    if (isUnusable(object.key)) current.unusableKey ??= object.key
    else if (folder === location) current.objects.push(object)
    else current.hasNestedFolders = true
  }
  if (current !== null) yield current
}

/** The innermost place that a folder is or lies in. */
function placeAround(folder: ObjectKey, prefix: ObjectKey, places: ReadonlyMap<ObjectKey, Place>): ObjectKey | null {
  for (let around = folder; around.length >= prefix.length; around = folderOf({key: around.slice(0, -1)})) {
    if (places.has(around)) return around
    if (around === '') return null
  }
  return null
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
  ports: Ports,
): Promise<SortedFiles> {
  // A file of lines without a byte holds none; of another format it is broken, and named.
  const seen = table.format === 'json' ? objects.filter(({sizeBytes}) => sizeBytes > 0) : objects
  if (fates === null) return {files: seen, waiting: 0, unfinished: 0, withDroppedRows: new Set(), droppedRuns: []}
  const known = await PartitionGenerations.of(
    seen,
    table.name,
    values,
    waiting.get(partitionDigest(values)) ?? [],
    ports,
  )
  const counts = {waiting: 0, unfinished: 0}
  const withDroppedRows = new Set<ObjectKey>()
  const droppedRuns = new Set<string>()
  const files: ListedObject[] = []
  for (const object of seen) {
    if (known.isMerged(object.key)) {
      counts.waiting += 1
      continue
    }
    const runs = await known.runsOf(object.key, fates)
    if (runs === 'unfinished') {
      counts.unfinished += 1
      continue
    }
    files.push(object)
    if (runs.length > 0) withDroppedRows.add(object.key)
    for (const run of runs) droppedRuns.add(run)
  }
  return {files, ...counts, withDroppedRows, droppedRuns: [...droppedRuns]}
}
