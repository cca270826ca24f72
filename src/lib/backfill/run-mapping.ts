import type {StoredRunRecord} from '../changelog/index.js'
import type {TableMapping} from '../mapping/index.js'
import {readOperation} from '../operation/index.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {LoadWork} from './load-plan.js'

/** The mapping that a load's rows were made with, from its plan. Throws `OPERATION_UNKNOWN` when that is gone. */
export async function mappingOfRun(store: ObjectStore, {record}: StoredRunRecord): Promise<TableMapping> {
  const {units} = await readOperation(store, record.operation)
  return (units[0]!.work as LoadWork).mapping
}
