import type {Catalog, CatalogTable} from '../../ports/catalog.js'
import type {ObjectStore} from '../../ports/object-store.js'

export interface PartitionSize {
  /** Of its columns; empty for a table without partitions. */
  readonly values: readonly string[]
  files: number
  sizeBytes: number
}

interface Ports {
  readonly store: ObjectStore
  readonly catalog: Catalog
}

/** Whole addresses are of places outside of the lake, whose objects nobody here can list. */
const OUTSIDE = /^[a-z][a-z0-9+.-]*:\/\//i

/** Objects of every registered partition, or of a whole table without partitions, as one. */
export async function sizesOf(table: CatalogTable, {store, catalog}: Ports): Promise<readonly PartitionSize[]> {
  const location = table.location ?? ''
  if (table.partitionColumns.length === 0) {
    const whole = {values: [], files: 0, sizeBytes: 0}
    await addObjects(location, store, () => whole)
    return [whole]
  }
  const sizes = new Map<string, PartitionSize>()
  for await (const partition of catalog.listPartitions(table.name)) {
    sizes.set(partition.location, {values: partition.values, files: 0, sizeBytes: 0})
  }
  // One listing for all below the table; partitions elsewhere have their own.
  await addObjects(location, store, (key) => nearestFolder(key, sizes))
  for (const [folder, size] of sizes) {
    if (!folder.startsWith(location)) await addObjects(folder, store, () => size)
  }
  return [...sizes.values()]
}

async function addObjects(
  prefix: string,
  store: ObjectStore,
  sizeOf: (key: string) => PartitionSize | undefined,
): Promise<void> {
  if (prefix === '' || OUTSIDE.test(prefix)) return
  for await (const {key, sizeBytes} of store.list(prefix)) {
    const size = sizeOf(key)
    // Objects that start with `_` or `.` are hidden from every Hive reader.
    if (size === undefined || /^[_.]/.test(key.slice(key.lastIndexOf('/') + 1))) continue
    size.files += 1
    size.sizeBytes += sizeBytes
  }
}

/** Athena reads what lies in folders of a partition too. */
function nearestFolder(key: string, sizes: ReadonlyMap<string, PartitionSize>): PartitionSize | undefined {
  for (let end = key.lastIndexOf('/'); end !== -1; end = key.lastIndexOf('/', end - 1)) {
    const size = sizes.get(key.slice(0, end + 1))
    if (size !== undefined || end === 0) return size
  }
  return undefined
}
