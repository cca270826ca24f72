import {activeRuns, closeRun, listRunRecords, type StoredRunRecord} from '../changelog/index.js'
import {hasCode} from '../errors.js'
import {isResumable, readOperation, type OperationPorts, type OperationState} from '../operation/index.js'

const MS_PER_HOUR = 3_600_000
/** While the load that superseded a run may still be taken back, the rows of that run stay. */
const UNDO_HOURS = 72

type RunFate = 'counts' | 'may come' | 'gone'

/**
 * Tells of each run whether its rows count or may ever count: those of an operation that can go on may be admitted, and
 * those of a superseded run come back when the load that replaced it is taken back.
 */
export class RunFates {
  private readonly operations = new Map<string, Promise<OperationState | null>>()

  private constructor(
    private readonly fates: ReadonlyMap<string, RunFate>,
    private readonly ports: Pick<OperationPorts, 'store'>,
  ) {}

  static async of(table: string, ports: Pick<OperationPorts, 'store' | 'clock'>): Promise<RunFates> {
    const records = await listRunRecords(ports.store, table)
    const active = new Set(activeRuns(records))
    const nowMs = ports.clock.now().getTime()
    const fates = records.map((stored): [string, RunFate] => {
      if (active.has(stored)) return [stored.record.run, 'counts']
      return [stored.record.run, isReplacedForGood(stored, records, nowMs) ? 'gone' : 'may come']
    })
    return new RunFates(new Map(fates), ports)
  }

  /** `run` is `stream` or a run's id: `<operation>.<attempt>`, with `.<n>` for the n-th export of a chain. */
  async fateOf(run: string): Promise<RunFate> {
    if (run === 'stream') return 'counts'
    const known = this.fates.get(run)
    if (known !== undefined) return known
    const state = await this.stateOf(run.split('.')[0]!)
    // No record admits it. What nobody knows, and what can go on, may be admitted yet.
    return state === null || state === 'undoing' || isResumable(state) ? 'may come' : 'gone'
  }

  /** Whether an operation will not go on, or is not known. */
  async isOver(operation: string): Promise<boolean> {
    const state = await this.stateOf(operation)
    return state === null || !(state === 'undoing' || isResumable(state))
  }

  private stateOf(operation: string): Promise<OperationState | null> {
    const known = this.operations.get(operation) ?? this.readState(operation)
    this.operations.set(operation, known)
    return known
  }

  private async readState(operation: string): Promise<OperationState | null> {
    try {
      return (await readOperation(this.ports.store, operation)).state
    } catch (error) {
      if (hasCode(error, 'OPERATION_UNKNOWN', 'PLAN_INVALID', 'FORMAT_UNKNOWN')) return null
      throw error
    }
  }
}

/** Superseded, with every run that was admitted by the same object, so long ago that it stays so. */
function isReplacedForGood(stored: StoredRunRecord, records: readonly StoredRunRecord[], nowMs: number): boolean {
  const together = records.filter(({key}) => key === stored.key)
  return together.every(({record}) =>
    activeRuns(records).some(
      (other) =>
        other.record.supersedes.includes(record.run) &&
        nowMs - Date.parse(other.record.admittedAt) >= UNDO_HOURS * MS_PER_HOUR,
    ),
  )
}

/**
 * Closes superseded runs whose rows are about to be deleted, so that they cannot come back without them. False when
 * one of the runs counts again: then its rows must not go.
 */
export async function closeDroppedRuns(
  table: string,
  dropped: Readonly<Record<string, number>>,
  {store}: Pick<OperationPorts, 'store'>,
): Promise<boolean> {
  const runs = Object.keys(dropped)
  if (runs.length === 0) return true
  const records = await listRunRecords(store, table)
  const active = activeRuns(records).map(({record}) => record.run)
  if (runs.some((run) => active.includes(run))) return false
  for (const {key, record} of records) if (runs.includes(record.run)) await closeRun(store, key, record.run)
  return true
}
