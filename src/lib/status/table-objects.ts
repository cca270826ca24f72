import {isResumable, type OperationPorts} from '../operation/index.js'
import type {KnownOperations} from './operations.js'
import type {Amount, TableObjects, TablePartitions} from './types.js'

/** The run that an object's name carries: `…-<operation>.<attempt>-<number>.parquet`, or `…<attempt>.<source>-…`. */
const RUN_OF_NAME = /-([0-9A-HJKMNP-TV-Z]{26}\.\d+(?:\.\d+)?)-\d+\.parquet$/
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
  readonly seenByFolder: ReadonlyMap<string, number>
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
  const seenByFolder = new Map<string, number>()
  const stagedRuns = new Set<string>()
  const leavers = new Set<string>()
  let foreign = 0
  for await (const {key, sizeBytes} of ports.store.list(location)) {
    const run = RUN_OF_NAME.exec(key)?.[1] ?? operations.runs.get(key)
    const operation = run?.split('.')[0]
    const part = partOf(run, operation, admitted, operations)
    add(amounts[part], sizeBytes)
    if (run === undefined) foreign += 1
    else add(byRun.get(run) ?? mapped(byRun, run), sizeBytes)
    if (part === 'staged') stagedRuns.add(run!)
    if (part === 'left') leavers.add(operation!)
    if (part === 'seen') {
      const folder = key.slice(0, key.lastIndexOf('/') + 1)
      seenByFolder.set(folder, (seenByFolder.get(folder) ?? 0) + 1)
    }
  }
  if (deletes !== undefined)
    for await (const {key} of ports.store.list(deletes))
      if (!RUN_OF_NAME.test(key) && !operations.runs.has(key)) foreign += 1
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

/** The catalog's partitions beside the folders that hold objects. */
export async function comparePartitions(
  table: string,
  seenByFolder: ReadonlyMap<string, number>,
  ports: Pick<OperationPorts, 'catalog'>,
): Promise<TablePartitions> {
  const locations = new Set<string>()
  for await (const {location} of ports.catalog.listPartitions(table)) locations.add(location)
  const folders = [...seenByFolder]
  return {
    registered: locations.size,
    empty: [...locations].filter((location) => !seenByFolder.has(location)).length,
    unregisteredObjects: folders.reduce((sum, [folder, objects]) => sum + (locations.has(folder) ? 0 : objects), 0),
  }
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
