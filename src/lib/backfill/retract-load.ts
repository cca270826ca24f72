import {activeRuns, closeRun, listRunRecords, showChangelogTables} from '../changelog/index.js'
import {hasCode, SluiceError} from '../errors.js'
import {readOperation, type OperationPorts, type Unit} from '../operation/index.js'
import type {StagedLoad} from './load-record.js'
import type {LoadWork} from './load-work.js'
import {mappingOfRun} from './run-work.js'

/** Takes a load back by one write; readers see the table as the load that counts now has it. */
export async function retractLoad(
  {work}: Unit<LoadWork>,
  staged: StagedLoad,
  ports: OperationPorts,
): Promise<'retracted' | 'already' | 'conflict'> {
  await refuseWithoutRowsBefore(work, ports)
  const outcome = await closeRun(ports.store, work.runKey, staged.sources[0]!.run)
  const standing = activeRuns(await listRunRecords(ports.store, work.table))
  const [newest] = standing.toSorted((a, b) => b.record.order - a.record.order)
  // Readers see the table again as the load that counts now has it.
  if (newest !== undefined) await showChangelogTables(await mappingOfRun(ports.store, newest), ports.catalog)
  return outcome
}

/**
 * The rows of a run that this load replaced come back with its undo, unless a compaction has left them out for good:
 * its record is closed then, though its load was never taken back.
 */
async function refuseWithoutRowsBefore(work: LoadWork, ports: OperationPorts): Promise<void> {
  const standing = new Set((await listRunRecords(ports.store, work.table)).map(({record}) => record.run))
  for (const run of work.sources.flatMap(({supersedes}) => supersedes).filter((one) => !standing.has(one))) {
    const before = await readOperation(ports.store, run.split('.')[0]!).catch((error: unknown) => {
      if (hasCode(error, 'OPERATION_UNKNOWN')) return null
      throw error
    })
    if (before?.state !== 'done') continue
    throw new SluiceError(
      'OPERATION_NOT_UNDOABLE',
      `The rows of run ${run}, which this load replaced, were compacted away.`,
      {
        fix: `Load what it held anew, under its definition of then, and take this load back after that.`,
        details: {run},
      },
    )
  }
}
