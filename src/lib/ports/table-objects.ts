import {compactedPrefix} from '../lake/table-places.js'
import {HIVE_NULL_PARTITION, type Catalog, type CatalogTable, type NewCatalogPartition} from './catalog.js'
import {compareKeys} from './object-keys.js'
import type {ListedObject, ObjectKey, ObjectStore} from './object-store.js'
import type {PartitionValue} from './query-engine.js'

/** An object in a partition of a table, or in a table that has none. */
export interface TableObject {
  readonly object: ListedObject
  /** Location of its partition; of the table, where that has none. */
  readonly location: string
  /** It lies in a folder in its partition's, where Athena looks and Trino, as it is shipped, and the local reader do not. */
  readonly isNested: boolean
  /** Values of its partition as the catalog has them; empty in a table without partitions. */
  readonly values: readonly string[]
}

export interface PartitionSize {
  /** Of its columns; empty for a table without partitions. */
  readonly values: readonly string[]
  /** False for a place outside of the lake, whose objects nobody here can list. */
  readonly isListed: boolean
  files: number
  sizeBytes: number
}

export interface TablePlaces {
  readonly store: ObjectStore
  readonly catalog: Catalog
}

/** Partitions by their location; two may share one, and then readers see its objects twice. */
type Located = ReadonlyMap<string, readonly (readonly string[])[]>

/** Whole addresses are of places outside of the lake, whose objects nobody here can list. */
const OUTSIDE = /^[a-z][a-z0-9+.-]*:\/\//i

const HIDDEN = /(^|\/)(?!__HIVE_DEFAULT_PARTITION__\/)[_.]/

export function isOutsideLake(location: string): boolean {
  return OUTSIDE.test(location)
}

/** What readers of Hive tables pass over: parts of a path that begin with `_` or `.`, but for NULL, and marks of folders. */
export function isHiddenBelow(key: ObjectKey, location: string): boolean {
  const below = key.slice(location.length)
  return below === '' || HIDDEN.test(below) || below.endsWith('/') || below.endsWith('_$folder$')
}

/**
 * Every object in the registered partitions of a table, wherever these lie, or in a table without. Places outside of the lake are left out, after they were told.
 */
export async function* tableObjects(
  table: CatalogTable,
  {store, catalog}: TablePlaces,
  tellOutside: (location: string) => void = () => undefined,
): AsyncGenerator<TableObject> {
  const root = table.location ?? ''
  const located = table.partitionColumns.length === 0 ? new Map([[root, [[]]]]) : await locations(table, catalog)
  for (const location of located.keys()) if (isOutsideLake(location)) tellOutside(location)
  for (const prefix of prefixesOf(table.name, root, located.keys())) {
    for await (const object of store.list(prefix)) yield* inPartition(object, located)
  }
}

/** As `tableObjects`, without what lies below the table's own location: compacted and moved partitions. */
export async function* objectsElsewhere(
  {name, location}: Pick<CatalogTable, 'name' | 'location'>,
  partitions: readonly NewCatalogPartition[],
  {store}: Pick<TablePlaces, 'store'>,
): AsyncGenerator<TableObject> {
  const root = location ?? ''
  const located = byLocation(partitions.filter((one) => !one.location.startsWith(root)))
  for (const prefix of prefixesOf(name, root, located.keys())) {
    for await (const object of store.list(prefix)) yield* inPartition(object, located)
  }
}

/** Objects and bytes of every registered partition, or of a whole table without partitions, as one. */
export async function tableSizes(
  table: CatalogTable,
  places: TablePlaces,
  isSeen: (object: TableObject) => boolean = () => true,
): Promise<readonly PartitionSize[]> {
  const sizes = new Map<string, PartitionSize>()
  const sizeOf = (location: string, values: readonly string[]): PartitionSize => {
    const name = JSON.stringify([location, values])
    const size = sizes.get(name) ?? {
      values,
      isListed: location !== '' && !isOutsideLake(location),
      files: 0,
      sizeBytes: 0,
    }
    sizes.set(name, size)
    return size
  }
  if (table.partitionColumns.length === 0) sizeOf(table.location ?? '', [])
  else for await (const {location, values} of places.catalog.listPartitions(table.name)) sizeOf(location, values)
  for await (const found of tableObjects(table, places)) {
    if (!isSeen(found)) continue
    const size = sizeOf(found.location, found.values)
    size.files += 1
    size.sizeBytes += found.object.sizeBytes
  }
  return [...sizes.values()]
}

/** The last partition that holds files, as a condition would name it; null for a table without partitions. */
export function newestPartition(
  {partitionColumns}: Pick<CatalogTable, 'partitionColumns'>,
  sizes: readonly PartitionSize[],
): readonly PartitionValue[] | null {
  if (partitionColumns.length === 0) return null
  let newest: readonly string[] | null = null
  for (const {values, files} of sizes) {
    if (files === 0 || values.includes(HIVE_NULL_PARTITION)) continue
    if (newest === null || compareValues(values, newest) > 0) newest = values
  }
  return partitionColumns.map(({name, type}, index) => ({name, type, value: newest?.[index] ?? null}))
}

/** Whether a view has every partition column of a table that it reads. */
export function showsPartitions(
  view: Pick<CatalogTable, 'columns' | 'partitionColumns'>,
  {partitionColumns}: Pick<CatalogTable, 'partitionColumns'>,
): boolean {
  const shown = new Set([...view.columns, ...view.partitionColumns].map(({name}) => name.toLowerCase()))
  return partitionColumns.every(({name}) => shown.has(name.toLowerCase()))
}

function compareValues(left: readonly string[], right: readonly string[]): number {
  const index = left.findIndex((value, at) => value !== right[at])
  const [one = '', other = ''] = [left[index], right[index]]
  const isNumber = [one, other].every((value) => /^-?\d{1,15}$/.test(value))
  return isNumber ? Number(one) - Number(other) : compareKeys(one, other)
}

async function locations(table: CatalogTable, catalog: Catalog): Promise<Located> {
  const partitions: NewCatalogPartition[] = []
  for await (const partition of catalog.listPartitions(table.name)) partitions.push(partition)
  return byLocation(partitions)
}

function byLocation(partitions: readonly NewCatalogPartition[]): Located {
  const located = new Map<string, (readonly string[])[]>()
  for (const {location, values} of partitions) {
    const sharing = located.get(location)
    if (sharing === undefined) located.set(location, [values])
    else sharing.push(values)
  }
  return located
}

/** One listing for all below the table, one for all that was compacted; partitions elsewhere have their own. */
function prefixesOf(table: string, root: string, found: Iterable<string>): string[] {
  const together = [root, compactedPrefix(table)].filter((prefix) => prefix !== '')
  const used = new Set<string>()
  for (const location of found) {
    if (location === '' || isOutsideLake(location)) continue
    used.add(together.find((prefix) => location.startsWith(prefix)) ?? location)
  }
  // A place that lies in another one is listed with it.
  return [...used].sort().filter((prefix, _, all) => !all.some((other) => other !== prefix && prefix.startsWith(other)))
}

function* inPartition(object: ListedObject, located: Located): Generator<TableObject> {
  const location = nearestLocation(object.key, located)
  if (location === null || isHiddenBelow(object.key, location)) return
  const isNested = object.key.includes('/', location.length)
  for (const values of located.get(location) ?? []) yield {object, location, isNested, values}
}

/** The innermost partition that a key lies in. */
function nearestLocation(key: ObjectKey, located: Located): string | null {
  for (let end = key.lastIndexOf('/'); end !== -1; end = key.lastIndexOf('/', end - 1)) {
    const folder = key.slice(0, end + 1)
    if (located.has(folder)) return folder
    if (end === 0) return null
  }
  return null
}
