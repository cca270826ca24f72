import type {OperationRecord} from '../operation/index.js'
import type {ObjectKey} from '../ports/object-store.js'
import {keysOfStep} from './load-garbage.js'
import {stagedObjects, type StagedLoad} from './load-record.js'

/** The run of each object that a load names in its journal: an engine may give objects names that do not tell it. */
export function runsOfObjects({header, unitRecords}: OperationRecord): ReadonlyMap<ObjectKey, string> {
  const runs = new Map<ObjectKey, string>()
  if (header.kind !== 'backfill.load') return runs
  for (const {staged, isStaged, steps} of unitRecords.values()) {
    // A step is called after the run that it writes for.
    for (const [step, value] of steps) for (const key of keysOfStep(value)) runs.set(key, step.split(' ')[0]!)
    for (const source of isStaged ? (staged as StagedLoad).sources : [])
      for (const {key} of stagedObjects(source)) runs.set(key, source.run)
  }
  return runs
}
