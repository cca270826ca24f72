import type {StoredRunRecord} from '../changelog/index.js'
import type {TableMapping} from '../mapping/index.js'
import {readOperation} from '../operation/index.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {LoadWork} from './load-work.js'

/** The work that a run was made by, from its plan. Throws `OPERATION_UNKNOWN` when that is gone. */
export async function workOfRun(store: ObjectStore, {record}: StoredRunRecord): Promise<LoadWork> {
  const {units} = await readOperation(store, record.operation)
  return units[0]!.work as LoadWork
}

/** The mapping that a load's rows were made with. Throws as `workOfRun`. */
export async function mappingOfRun(store: ObjectStore, run: StoredRunRecord): Promise<TableMapping> {
  return (await workOfRun(store, run)).mapping
}
