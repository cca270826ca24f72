import {SluiceError} from '../errors.js'
import {isResumable, listOperationIds, readOperation} from './record.js'
import type {OperationId, OperationPorts} from './types.js'

/**
 * The operation that a command means: the named one, or the only one that waits. Throws `OPERATION_UNKNOWN`, `USAGE`.
 */
export async function chooseResumable(
  named: string | undefined,
  ports: Pick<OperationPorts, 'store'>,
): Promise<OperationId> {
  if (named !== undefined) return named
  const waiting: OperationId[] = []
  for await (const id of listOperationIds(ports.store)) {
    if (isResumable((await readOperation(ports.store, id)).state)) waiting.push(id)
  }
  if (waiting.length === 1) return waiting[0]!
  if (waiting.length === 0)
    throw new SluiceError('OPERATION_UNKNOWN', 'No operation waits to be resumed.', {fix: 'sluice ops list'})
  throw new SluiceError('USAGE', `${waiting.length} operations wait: ${waiting.join(', ')}.`, {
    fix: `sluice ops resume ${waiting[0]}`,
  })
}
