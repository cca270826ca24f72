import type {StoredRunRecord} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {readsExactly, type TableMapping} from '../mapping/index.js'
import type {ObjectStore} from '../ports/object-store.js'
import {mappingOfRun} from './run-work.js'

/**
 * Rows that were loaded are read under the new mapping, also those of a superseded load, which comes back when the one
 * that replaced it is undone: key and partition must be theirs, and every type must hold their values exactly. Throws
 * `LAYOUT_CHANGED`, `COLUMN_NARROWED`.
 */
export async function refuseReshaped(
  mapping: TableMapping,
  mappingHash: string,
  runs: readonly StoredRunRecord[],
  store: ObjectStore,
): Promise<void> {
  const seen = new Set([mappingHash])
  for (const run of runs) {
    if (seen.has(run.record.mapping)) continue
    seen.add(run.record.mapping)
    const standing = await mappingOfRun(store, run)
    refuseOtherLayout(standing, mapping, run)
    refuseNarrowed(standing, mapping)
  }
}

function refuseOtherLayout(standing: TableMapping, mapping: TableMapping, {record}: StoredRunRecord): void {
  const changed = (['key', 'partition'] as const).find(
    (part) => JSON.stringify(standing[part]) !== JSON.stringify(mapping[part]),
  )
  if (changed === undefined) return
  throw new SluiceError(
    'LAYOUT_CHANGED',
    `The ${changed} of ${mapping.table} is another than that of load ${record.run}, which stands.`,
    {
      fix: `Load into a table of another name, or take what is loaded back first: sluice ops undo ${record.operation}`,
      details: {changed, run: record.run},
    },
  )
}

function refuseNarrowed(standing: TableMapping, mapping: TableMapping): void {
  const stored = new Map(standing.columns.map(({name, type}) => [name, type]))
  const narrowed = mapping.columns.find(({name, type}) => !readsExactly(stored.get(name) ?? type, type))
  if (narrowed === undefined) return
  const before = stored.get(narrowed.name)
  throw new SluiceError(
    'COLUMN_NARROWED',
    `Column ${narrowed.name} of ${mapping.table} was ${before} and is ${narrowed.type} now: values that are loaded would change, or could not be read.`,
    {
      fix: `Choose a type that holds both, or add a column of another name.`,
      details: {column: narrowed.name, stored: before, defined: narrowed.type},
    },
  )
}
