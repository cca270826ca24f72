import {compactedPrefix} from '../lake/index.js'
import {partitionPath, pathDepth, pathReader, type PathForm} from '../mapping/index.js'
import type {CatalogPartition, NewCatalogTable} from '../ports/catalog.js'
import type {ObjectStore} from '../ports/object-store.js'
import {isHiddenBelow, isOutsideLake, objectsElsewhere} from '../ports/table-objects.js'

export interface Amount {
  files: number
  sizeBytes: number
}

/** A folder with objects that is a partition, or could be one. */
export interface PartitionFolder extends Amount {
  readonly folder: string
  readonly values: readonly string[]
}

/** Everything that lies in a table's place: as large as the number of its folders, not of its objects. */
export interface FoundFolders {
  /** By `JSON.stringify` of their values: more than one where writers encode one value in several ways. */
  readonly byValues: ReadonlyMap<string, readonly PartitionFolder[]>
  /** Objects where the catalog points, by location. */
  readonly registered: ReadonlyMap<string, Amount>
  /** Folders whose path has another form. */
  readonly misfits: ReadonlyMap<string, Amount>
  /** Folders inside of partitions. */
  readonly nested: ReadonlyMap<string, Amount>
  readonly total: Amount
}

/** Lists a table's place once, and places elsewhere that its partitions point to. */
export async function findFolders(
  entry: NewCatalogTable,
  form: PathForm,
  partitions: readonly CatalogPartition[],
  store: ObjectStore,
): Promise<FoundFolders> {
  const found = new FolderFinder(entry.location ?? '', form, new Set(partitions.map(({location}) => location)))
  if (!isOutsideLake(entry.location ?? '')) {
    for await (const {key, sizeBytes} of store.list(entry.location ?? '')) found.add(key, sizeBytes)
  }
  for await (const {object, location} of objectsElsewhere(entry, partitions, {store})) {
    found.addRegistered(location, object.key, object.sizeBytes)
  }
  return found
}

class FolderFinder implements FoundFolders {
  readonly byValues = new Map<string, PartitionFolder[]>()
  readonly registered = new Map<string, Amount>()
  readonly misfits = new Map<string, Amount>()
  readonly nested = new Map<string, Amount>()
  readonly total: Amount = {files: 0, sizeBytes: 0}
  private readonly depth: number
  private readonly read: (path: string) => string[] | null
  /** Listings are in order: mostly the folder of one object is that of the one before. */
  private last: {readonly folder: string; readonly amounts: readonly Amount[]} | null = null

  constructor(
    private readonly root: string,
    form: PathForm,
    private readonly locations: ReadonlySet<string>,
  ) {
    this.depth = pathDepth(form)
    this.read = pathReader(form)
  }

  add(key: string, sizeBytes: number): void {
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    // A partition of the catalog is read whatever its own path looks like.
    if (isHiddenBelow(key, this.nearestLocation(folder) ?? this.root)) return
    if (this.last?.folder !== folder) this.last = {folder, amounts: this.amountsOf(folder)}
    for (const amount of [...this.last.amounts, this.total]) count(amount, sizeBytes)
  }

  addRegistered(location: string, key: string, sizeBytes: number): void {
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    count(amountIn(this.registered, location), sizeBytes)
    if (folder !== location) count(amountIn(this.nested, folder), sizeBytes)
    count(this.total, sizeBytes)
  }

  /** Every figure that an object in this folder belongs to. */
  private amountsOf(folder: string): readonly Amount[] {
    const location = this.nearestLocation(folder)
    const own = this.partitionFolder(folder)
    const inside = [location, own?.folder ?? null].filter((one) => one !== null)
    const nested = inside.length > 0 && !inside.includes(folder) ? [amountIn(this.nested, folder)] : []
    if (inside.length === 0) return [amountIn(this.misfits, folder)]
    return [
      ...(location === null ? [] : [amountIn(this.registered, location)]),
      ...(own === null ? [] : [own]),
      ...nested,
    ]
  }

  private nearestLocation(folder: string): string | null {
    for (let end = folder.length - 1; end > 0; end = folder.lastIndexOf('/', end - 1)) {
      const one = folder.slice(0, end + 1)
      if (one.length < this.root.length) return null
      if (this.locations.has(one)) return one
    }
    return null
  }

  /** The folder as deep as partitions lie, where its path has their form. */
  private partitionFolder(folder: string): PartitionFolder | null {
    const path = folder.slice(this.root.length).split('/').slice(0, this.depth)
    const own = path.length < this.depth || path.at(-1) === '' ? null : `${path.join('/')}/`
    const values = own === null ? null : this.read(own)
    if (own === null || values === null) return null
    const name = JSON.stringify(values)
    const known = this.byValues.get(name) ?? []
    this.byValues.set(name, known)
    const standing = known.find((one) => one.folder === `${this.root}${own}`)
    if (standing !== undefined) return standing
    const added = {folder: `${this.root}${own}`, values, files: 0, sizeBytes: 0}
    known.push(added)
    return added
  }
}

function amountIn(amounts: Map<string, Amount>, name: string): Amount {
  const amount = amounts.get(name) ?? {files: 0, sizeBytes: 0}
  amounts.set(name, amount)
  return amount
}

function count(amount: Amount, sizeBytes: number): void {
  amount.files += 1
  amount.sizeBytes += sizeBytes
}

/** Where a partition of these values lies by the table's template. */
export function folderOf(entry: NewCatalogTable, form: PathForm, values: readonly string[]): string {
  return `${entry.location ?? ''}${partitionPath(form, values)}`
}

export function isCompacted(entry: NewCatalogTable, location: string): boolean {
  return location.startsWith(compactedPrefix(entry.name))
}
