import pMap from 'p-map'
import {
  isResumable,
  listLocks,
  listOperationIds,
  readOperation,
  type LockDescription,
  type OperationPorts,
  type OperationState,
} from '../operation/index.js'
import {runsOfObjects} from '../backfill/index.js'
import type {ObjectKey} from '../ports/object-store.js'
import type {Findings} from './findings.js'
import type {OperationsStatus, OperationSummary} from './types.js'

const READS_AT_ONCE = 16
const LAST_SHOWN = 3

/** Every operation of the lake. */
export interface KnownOperations {
  /** By id; one that cannot be read has no summary. */
  readonly summaries: ReadonlyMap<string, OperationSummary | null>
  /** Runs of the objects that journals name. */
  readonly runs: ReadonlyMap<ObjectKey, string>
}

/** Plans and journals of all operations; each that cannot be read is told, and the others still are. */
export async function readOperations(
  ports: Pick<OperationPorts, 'store'>,
  findings: Findings,
): Promise<KnownOperations> {
  const ids: string[] = []
  await findings.attempt('operations', 'the list of operations', async () => {
    for await (const id of listOperationIds(ports.store)) ids.push(id)
  })
  const runs = new Map<ObjectKey, string>()
  const look = async (id: string): Promise<OperationSummary> => {
    const record = await readOperation(ports.store, id)
    for (const [key, run] of runsOfObjects(record)) runs.set(key, run)
    const {header, state, startedAt, endedAt} = record
    return {operation: id, kind: header.kind, state, tables: header.tables, startedAt, endedAt}
  }
  const summaries = await pMap(
    ids,
    async (id) => [id, await findings.attempt('operations', `operation ${id}`, () => look(id))] as const,
    {concurrency: READS_AT_ONCE},
  )
  return {summaries: new Map(summaries), runs}
}

/** What is done on the lake, what runs now, and what waits for somebody to go on. */
export async function operationsStatus(
  {summaries: known}: KnownOperations,
  ports: Pick<OperationPorts, 'store' | 'host'>,
  findings: Findings,
): Promise<OperationsStatus> {
  const locks = (await findings.attempt('locks', 'who holds a lock', () => listLocks(ports))) ?? []
  const running = locks.filter(({fate}) => fate !== 'gone')
  const summaries = [...known.values()].filter((summary) => summary !== null)
  const isRunning = (id: string): boolean => running.some(({operation}) => operation === id)
  const waiting = summaries.filter(({operation, state}) => isOpen(state) && !isRunning(operation))
  for (const lock of locks) if (lock.fate === 'gone') tellDeadLock(lock, findings)
  for (const summary of waiting) tellWaiting(summary, findings)
  return {count: known.size, last: summaries.slice(-LAST_SHOWN).reverse(), waiting, running}
}

function isOpen(state: OperationState): boolean {
  return isResumable(state) || state === 'undoing'
}

function tellDeadLock({lock, operation, holder}: LockDescription, findings: Findings): void {
  const text = `${lock} is still locked by operation ${operation}, whose process ${holder.pid} is gone; the next operation takes it over`
  findings.note('locks', text)
}

function tellWaiting({operation, kind, state}: OperationSummary, findings: Findings): void {
  const verb = state === 'undoing' ? 'undo' : 'resume'
  const text = `operation ${operation} (${kind}) is ${state}`
  findings.warn('operations', text, [`sluice ops ${verb} ${operation}`, 'goes on where it stopped'])
}
