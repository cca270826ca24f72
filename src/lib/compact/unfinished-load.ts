import {hasCode} from '../errors.js'
import {isResumable, listOperationIds, readOperation, type OperationPorts} from '../operation/index.js'

/**
 * An operation that can go on and whose engine writes objects of a table under names of its own: only its rows tell them
 * from others, and it counts them when it goes on. Null where there is none; a lake on this machine has no such engine.
 */
export async function unfinishedLoad(table: string, {store}: Pick<OperationPorts, 'store'>): Promise<string | null> {
  if (store.localPath(table) !== null) return null
  for await (const id of listOperationIds(store)) {
    const record = await readOperation(store, id).catch((error: unknown) => {
      if (hasCode(error, 'PLAN_INVALID', 'FORMAT_UNKNOWN', 'OPERATION_UNKNOWN')) return null
      throw error
    })
    if (record === null || !record.header.tables.includes(table)) continue
    const isOpen = isResumable(record.state) || record.state === 'undoing'
    const hasSteps = [...record.unitRecords.values()].some(({steps}) => steps.size > 0)
    if (isOpen && hasSteps && record.header.kind === 'backfill.load') return id
  }
  return null
}
