import {differs, layoutOf, refuseForeignTables, type StoredRunRecord} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {readsExactly, type TableMapping} from '../mapping/index.js'
import {listOperationIds, readOperation, type OperationPorts} from '../operation/index.js'
import type {CatalogTable} from '../ports/catalog.js'
import type {ObjectStore} from '../ports/object-store.js'
import type {LoadWork} from './load-work.js'
import {mappingOfRun} from './run-work.js'

/**
 * Rows that were loaded are read under the new mapping, also those of a superseded load, which comes back when the one
 * that replaced it is undone: key and partition must be theirs, and every type must hold their values exactly. What
 * stands in the catalog must be theirs too. Throws `LAYOUT_CHANGED`, `COLUMN_NARROWED`, `TABLE_UNSUPPORTED`,
 * `TABLE_DIFFERS`.
 */
export async function refuseReshaped(
  mapping: TableMapping,
  mappingHash: string,
  runs: readonly StoredRunRecord[],
  ports: Pick<OperationPorts, 'store' | 'catalog'>,
): Promise<void> {
  const entry = await ports.catalog.getTable(mapping.table)
  await refuseForeignTables(mapping, entry, ports.catalog)
  const seen = new Set([mappingHash])
  for (const run of runs) {
    if (seen.has(run.record.mapping)) continue
    seen.add(run.record.mapping)
    const standing = await mappingOfRun(ports.store, run)
    refuseOtherLayout(standing, mapping, run)
    const narrowed = narrowedColumn(standing.columns, mapping)
    if (narrowed !== null)
      throw columnNarrowed(mapping, narrowed, 'Choose a type that holds both, or add a column of another name.')
  }
  if (entry !== null) await refuseOtherRows(mapping, entry, runs, ports.store)
}

/** Rows that no run record tells of lie in the table too: the stream's, and those of loads that were given up, until gc. */
async function refuseOtherRows(
  mapping: TableMapping,
  entry: CatalogTable,
  runs: readonly StoredRunRecord[],
  store: ObjectStore,
): Promise<void> {
  const hasOtherLayout = (entry.parameters['layout'] ?? layoutOf(mapping)) !== layoutOf(mapping)
  const narrowed = narrowedColumn(entry.columns, mapping)
  if (!hasOtherLayout && narrowed === null) return
  const hasStream = await holdsStreamRows(store, entry.location ?? '')
  if (hasStream && hasOtherLayout) {
    throw new SluiceError(
      'LAYOUT_CHANGED',
      `The key or the partition of ${mapping.table} is another than that of its stream rows.`,
      {
        fix: 'Load into a table of another name.',
      },
    )
  }
  if (narrowed === null) return
  if (hasStream)
    throw columnNarrowed(mapping, narrowed, 'Choose a type that holds both, or add a column of another name.')
  const {withRows, wasLoaded} = await loadsWith(narrowed, mapping, store)
  if (withRows !== null)
    throw columnNarrowed(
      mapping,
      narrowed,
      `Remove what that load left, after ops cancel if it waits: sluice ops gc ${withRows} --grace-hours 0`,
    )
  // the loads that stand have the definition's type or one that it holds: somebody else gave the column another one
  if (runs.length > 0 && !wasLoaded)
    throw differs(
      mapping.table,
      `has ${narrowed.name} as ${narrowed.before}; loads and definition have ${narrowed.type}`,
    )
}

async function holdsStreamRows(store: ObjectStore, location: string): Promise<boolean> {
  for await (const {key} of store.list(location)) if (/\/stream-[^/]+$/.test(key)) return true
  return false
}

/**
 * The loads that had the column in its other type: `withRows` is one whose rows still lie in the table, `wasLoaded`
 * says that one was there at all, and so the catalog has that type from sluice.
 */
async function loadsWith(
  {name, before}: NarrowedColumn,
  {table}: TableMapping,
  store: ObjectStore,
): Promise<{withRows: string | null; wasLoaded: boolean}> {
  let wasLoaded = false
  for await (const id of listOperationIds(store)) {
    const {header, units, unitRecords, collected} = await readOperation(store, id)
    if (header.kind !== 'backfill.load' || !header.tables.includes(table)) continue
    const unit = units[0]!
    const {columns} = (unit.work as LoadWork).mapping
    if (!columns.some((column) => column.name === name && column.type === before)) continue
    wasLoaded = true
    if (collected === null && unitRecords.get(unit.key)?.isStaged === true) return {withRows: id, wasLoaded}
  }
  return {withRows: null, wasLoaded}
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

interface NarrowedColumn {
  readonly name: string
  readonly before: string
  readonly type: string
}

function narrowedColumn(
  stored: readonly {readonly name: string; readonly type: string}[],
  mapping: TableMapping,
): NarrowedColumn | null {
  const types = new Map(stored.map(({name, type}) => [name, type]))
  const narrowed = mapping.columns.find(({name, type}) => !readsExactly(types.get(name) ?? type, type))
  return narrowed === undefined ? null : {name: narrowed.name, before: types.get(narrowed.name)!, type: narrowed.type}
}

function columnNarrowed({table}: TableMapping, {name, before, type}: NarrowedColumn, fix: string): SluiceError {
  return new SluiceError(
    'COLUMN_NARROWED',
    `Column ${name} of ${table} was ${before} and is ${type} now: values that are loaded would change, or could not be read.`,
    {fix, details: {column: name, stored: before, defined: type}},
  )
}
