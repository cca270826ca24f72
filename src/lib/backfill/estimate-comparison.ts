import {activeRuns, standingFloor, type StoredRunRecord} from '../changelog/index.js'
import {isImmutable} from '../mapping/index.js'
import type {Estimate} from '../operation/index.js'
import {scanCostUsdMicros} from '../query/index.js'
import {ATHENA_BYTES_PER_SECOND, ATHENA_STATEMENT_MS} from './athena-speed.js'
import {isFirstLoad, type LoadWork} from './load-work.js'

/** What comparing a load with what stands costs, before it is admitted. */
export interface ComparisonEstimate {
  readonly bytesRead: number
  /** Millionths of a dollar, as text: exact. */
  readonly costUsdMicros: string
  readonly durationMs: number
}

/**
 * What the comparison of a load on AWS costs at most: one statement of Athena reads the state as it is and as it will
 * be; where partitions are immutable a second one may ask for the keys once more. Null where none takes place. What
 * the stream has written is in no run record, and so in no estimate.
 */
export function estimateComparison(
  work: Pick<LoadWork, 'mapping' | 'sources'>,
  records: readonly StoredRunRecord[],
  bytesWritten: number,
): ComparisonEstimate | null {
  if (isFirstLoad(work, records)) return null
  const {before, after} = bytesCounted(work, records, bytesWritten)
  const statements = isImmutable(work.mapping) ? [before + after, after] : [before + after]
  const bytesRead = statements.reduce((sum, bytes) => sum + bytes, 0)
  return {
    bytesRead,
    costUsdMicros: String(statements.reduce((sum, bytes) => sum + scanCostUsdMicros('athena', bytes), 0)),
    durationMs: statements.length * ATHENA_STATEMENT_MS + Math.round((bytesRead / ATHENA_BYTES_PER_SECOND) * 1000),
  }
}

/** Adds a comparison to what its load costs. */
export function withComparison(estimate: Estimate, comparison: ComparisonEstimate | null): Estimate {
  if (comparison === null) return estimate
  return {
    ...estimate,
    bytesRead: estimate.bytesRead + comparison.bytesRead,
    costUsdMicros: String(BigInt(estimate.costUsdMicros) + BigInt(comparison.costUsdMicros)),
    durationMs: estimate.durationMs + comparison.durationMs,
  }
}

/** Files of runs that do not count, or lie below the floor as a whole, are skipped by their statistics. */
function bytesCounted(
  {sources}: Pick<LoadWork, 'sources'>,
  records: readonly StoredRunRecord[],
  bytesWritten: number,
): {readonly before: number; readonly after: number} {
  const superseded = new Set(sources.flatMap(({supersedes}) => supersedes))
  const floorBefore = standingFloor(records) ?? 0
  const ownFloors = sources.filter(({setsFloor}) => setsFloor).map(({version}) => Number(version))
  const floorAfter = Math.max(floorBefore, ...ownFloors)
  const active = activeRuns(records)
  return {
    before: bytesFrom(active, floorBefore),
    after:
      bytesWritten +
      bytesFrom(
        active.filter(({record}) => !superseded.has(record.run)),
        floorAfter,
      ),
  }
}

function bytesFrom(runs: readonly StoredRunRecord[], floor: number): number {
  const counting = runs.filter(({record}) => Date.parse(record.exportTime) * 1000 >= floor)
  return counting.reduce((sum, {record}) => sum + record.sizeBytes, 0)
}
