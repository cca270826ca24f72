import {DEFAULT_GRACE_HOURS, type OperationPorts} from '../operation/index.js'
import type {Findings} from './findings.js'
import type {KnownOperations} from './operations.js'
import {countingRuns, type ReadableRuns} from './run-records.js'
import type {Listing} from './table-objects.js'
import type {TablePartitions} from './types.js'

const MS_PER_HOUR = 3_600_000

/** Everything that was seen of a table's objects. */
export interface SeenObjects {
  readonly about: string
  readonly table: string
  readonly runs: ReadableRuns
  readonly listing: Listing | null
  readonly partitions: TablePartitions | null
  readonly operations: KnownOperations
  /** Runs whose objects were merged with others since: their own say nothing any more. */
  readonly mergedRuns: ReadonlySet<string>
}

/** Tells what is wrong with a table's objects; true when those that readers see are all where they should be. */
export function tellObjects(seen: SeenObjects, ports: Pick<OperationPorts, 'clock'>, findings: Findings): boolean {
  const {about, table, listing, partitions} = seen
  if (listing === null) return false
  tellLeft(seen, listing, ports, findings)
  const {orphaned} = listing.objects
  if (orphaned.objects > 0) {
    const text = `${objectsText(orphaned.objects)} of operations that the lake does not know; readers do not see them`
    findings.warn(about, text, ['sluice ops list', 'the operations that it knows'])
  }
  const unregistered = partitions?.unregisteredObjects ?? 0
  if (unregistered > 0) {
    const text = `${objectsText(unregistered)} in folders that are no registered partition: no query finds them`
    findings.warn(about, text, [`sluice backfill verify --table ${table}`, 'prove what is there'])
  }
  return tellChanged(seen, listing, findings) && unregistered === 0
}

/** What gc may delete waits for somebody once the grace time is over. */
function tellLeft(
  {about, operations}: SeenObjects,
  {objects: {left}, leavers}: Listing,
  ports: Pick<OperationPorts, 'clock'>,
  findings: Findings,
): void {
  if (left.objects === 0) return
  const nowMs = ports.clock.now().getTime()
  const isOver = [...leavers].some((id) => {
    const endedAt = operations.summaries.get(id)?.endedAt ?? null
    return endedAt !== null && nowMs - Date.parse(endedAt) >= DEFAULT_GRACE_HOURS * MS_PER_HOUR
  })
  const text = `${objectsText(left.objects)} of operations that ended; readers do not see them`
  if (isOver) findings.warn(about, text, ['sluice ops gc --dry-run', 'what can be deleted'])
  else findings.note(about, text, ['sluice ops gc', `deletes them ${DEFAULT_GRACE_HOURS} hours after their end`])
}

/** A load wrote down how many objects it has, and how large they are. */
function tellChanged({about, table, runs, mergedRuns}: SeenObjects, {byRun}: Listing, findings: Findings): boolean {
  const changed = countingRuns(runs).filter(({record}) => {
    if (mergedRuns.has(record.run)) return false
    const found = byRun.get(record.run)
    return found?.objects !== record.objects || found.sizeBytes !== record.sizeBytes
  })
  for (const {record} of changed.filter(({record: {objects}}) => objects > 0)) {
    const found = byRun.get(record.run)?.objects ?? 0
    const text =
      found === record.objects
        ? `the objects of run ${record.run} have not the size that was proven`
        : `${objectsText(found)} of run ${record.run} where ${record.objects} were proven`
    findings.warn(about, text, [`sluice backfill verify --table ${table}`, 'what exactly is missing or changed'])
  }
  return changed.every(({record}) => record.objects === 0)
}

function objectsText(objects: number): string {
  return `${objects.toLocaleString('en-US')} ${objects === 1 ? 'object' : 'objects'}`
}
