import {runOfObject} from '../changelog/index.js'
import {compactedPrefix} from '../lake/index.js'
import {partitionPath} from '../mapping/index.js'
import {isResumable, type OperationPorts} from '../operation/index.js'
import type {CatalogPartition, CatalogTable} from '../ports/catalog.js'
import {isHiddenBelow, isOutsideLake, objectsElsewhere} from '../ports/table-objects.js'
import type {KnownOperations} from './operations.js'
import type {Amount, TableObjects, TablePartitions} from './types.js'

type Part = keyof TableObjects

/** What lies in a table's folder. */
export interface Listing {
  readonly objects: TableObjects
  /** Objects of each run. */
  readonly byRun: ReadonlyMap<string, Amount>
  /** Objects that no load wrote. */
  readonly foreign: number
  /** Runs that are staged and not admitted. */
  readonly stagedRuns: number
  /** Operations that ended and left objects. */
  readonly leavers: ReadonlySet<string>
  /** Seen objects by the folder they lie in, which ends in `/`. */
  readonly seenByFolder: ReadonlyMap<string, Amount>
}

export interface Admitted {
  readonly active: ReadonlySet<string>
  readonly superseded: ReadonlySet<string>
  /** False: a run record could not be read, so that other runs may be admitted too. */
  readonly isComplete: boolean
}

/**
 * Lists a table's folder once and sorts its objects by the runs and operations that they name, or that name them. Of the folder of its
 * deletes only a stream's are counted: those of a load are proven by its verification.
 */
export async function listTable(
  location: string,
  admitted: Admitted,
  operations: KnownOperations,
  ports: Pick<OperationPorts, 'store'>,
  deletes?: string,
): Promise<Listing> {
  const amounts = {seen: zero(), superseded: zero(), staged: zero(), left: zero(), orphaned: zero()}
  const byRun = new Map<string, MutableAmount>()
  const seenByFolder = new Map<string, MutableAmount>()
  const stagedRuns = new Set<string>()
  const leavers = new Set<string>()
  let foreign = 0
  for await (const {key, sizeBytes} of ports.store.list(location)) {
    if (isHiddenBelow(key, location)) continue
    const run = runOfObject(key)?.run ?? operations.runs.get(key)
    const operation = run?.split('.')[0]
    const part = partOf(run, operation, admitted, operations)
    add(amounts[part], sizeBytes)
    if (run === undefined) foreign += 1
    else add(byRun.get(run) ?? mapped(byRun, run), sizeBytes)
    if (part === 'staged') stagedRuns.add(run!)
    if (part === 'left') leavers.add(operation!)
    if (part === 'seen') {
      const folder = key.slice(0, key.lastIndexOf('/') + 1)
      add(seenByFolder.get(folder) ?? mapped(seenByFolder, folder), sizeBytes)
    }
  }
  if (deletes !== undefined)
    for await (const {key} of ports.store.list(deletes))
      if (runOfObject(key) === null && !operations.runs.has(key)) foreign += 1
  return {objects: amounts, byRun, foreign, stagedRuns: stagedRuns.size, leavers, seenByFolder}
}

function partOf(
  run: string | undefined,
  operation: string | undefined,
  {active, superseded, isComplete}: Admitted,
  operations: KnownOperations,
): Part {
  // What no load wrote, a stream did: readers see it.
  if (run === undefined || operation === undefined || active.has(run)) return 'seen'
  if (superseded.has(run)) return 'superseded'
  if (!operations.summaries.has(operation)) return 'orphaned'
  const summary = operations.summaries.get(operation)
  // Of an operation whose journal cannot be read nobody knows whether it can go on.
  if (summary === null || summary === undefined || isResumable(summary.state)) return 'staged'
  return summary.state === 'done' && !isComplete ? 'seen' : 'left'
}

/** What the catalog adds to a listing. */
export interface ComparedPartitions {
  readonly partitions: TablePartitions
  /** With what lies in partitions elsewhere, and without what a compaction has replaced. */
  readonly objects: TableObjects
}

/** The catalog's partitions beside the folders that hold objects. */
export async function comparePartitions(
  table: CatalogTable,
  {objects, seenByFolder}: Listing,
  ports: Pick<OperationPorts, 'catalog' | 'store'>,
): Promise<ComparedPartitions> {
  const partitions: CatalogPartition[] = []
  for await (const partition of ports.catalog.listPartitions(table.name)) partitions.push(partition)
  const filled = new Set<string>()
  const [seen, superseded] = [{...objects.seen}, {...objects.superseded}]
  for await (const {object, location} of objectsElsewhere(table, partitions, ports)) {
    filled.add(location)
    add(seen, object.sizeBytes)
  }
  const locations = new Set(partitions.map(({location}) => location))
  const replaced = new Set(partitions.flatMap((partition) => replacedFolder(table, partition) ?? []))
  let unregisteredObjects = 0
  for (const [folder, amount] of seenByFolder) {
    const found = nearest(folder, (one) => locations.has(one) || replaced.has(one))
    if (found === null) unregisteredObjects += amount.objects
    else if (locations.has(found)) filled.add(found)
    else move(amount, seen, superseded)
  }
  const empty = partitions.filter(({location}) => !filled.has(location) && !isOutsideLake(location)).length
  const registered = partitions.length
  return {partitions: {registered, empty, unregisteredObjects}, objects: {...objects, seen, superseded}}
}

/** Where the objects lie that a compaction wrote anew elsewhere; null for a partition that was not compacted. */
function replacedFolder(table: CatalogTable, {location, values}: CatalogPartition): string | null {
  if (!location.startsWith(compactedPrefix(table.name)) || table.location === null) return null
  const by = table.partitionColumns.map(({name}) => ({name}))
  return `${table.location}${partitionPath({by, path: table.pathTemplate}, values)}`
}

function nearest(folder: string, isKnown: (folder: string) => boolean): string | null {
  for (let end = folder.length - 1; end > 0; end = folder.lastIndexOf('/', end - 1)) {
    if (isKnown(folder.slice(0, end + 1))) return folder.slice(0, end + 1)
  }
  return null
}

interface MutableAmount {
  objects: number
  sizeBytes: number
}

function zero(): MutableAmount {
  return {objects: 0, sizeBytes: 0}
}

function mapped(amounts: Map<string, MutableAmount>, run: string): MutableAmount {
  const amount = zero()
  amounts.set(run, amount)
  return amount
}

function add(amount: MutableAmount, sizeBytes: number): void {
  amount.objects += 1
  amount.sizeBytes += sizeBytes
}

function move(amount: Amount, from: MutableAmount, to: MutableAmount): void {
  from.objects -= amount.objects
  from.sizeBytes -= amount.sizeBytes
  to.objects += amount.objects
  to.sizeBytes += amount.sizeBytes
}
