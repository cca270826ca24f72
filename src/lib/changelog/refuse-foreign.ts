import {SluiceError} from '../errors.js'
import {readsExactly, storedColumns, type TableMapping} from '../mapping/index.js'
import type {Catalog, CatalogTable} from '../ports/catalog.js'
import {currentViewName} from './current-view.js'

/**
 * Refuses what stands under the names of a change log and is none of sluice's: it would be replaced, or rows would be
 * written that its readers cannot read. A table that sluice made may lack columns of a newer definition. Throws
 * `TABLE_UNSUPPORTED`, `TABLE_DIFFERS`.
 */
export async function refuseForeignTables(
  mapping: TableMapping,
  entry: CatalogTable | null,
  catalog: Pick<Catalog, 'getTable'>,
): Promise<void> {
  if (entry !== null) refuseForeignTable(mapping, entry)
  const view = await catalog.getTable(currentViewName(mapping.table))
  if (view !== null && view.kind !== 'view') throw unsupported(view.name, 'is a table, where the view is to be')
}

function refuseForeignTable(mapping: TableMapping, entry: CatalogTable): void {
  const fault = faultOf(entry)
  if (fault !== null) throw unsupported(entry.name, fault)
  const layout = entry.parameters['layout']
  const partitions = layout === undefined ? partitionNames(mapping) : partitionNames(JSON.parse(layout) as Layout)
  const found = entry.partitionColumns.map(({name}) => name.toLowerCase())
  if (JSON.stringify(found) !== JSON.stringify(partitions)) {
    throw differs(entry.name, `is partitioned by ${listed(found)}, not by ${listed(partitions)}`)
  }
  if (layout === undefined) refuseOtherColumns(mapping, entry)
}

/** Why rows of a change log cannot be written to it, as the end of a sentence; null where they can. */
function faultOf({kind, format, parameters}: CatalogTable): string | null {
  if (kind === 'view') return 'is a view'
  const target = parameters['link.target']
  if (target !== undefined) return `is a link to ${target}`
  if (parameters['projection.enabled'] === 'true') return 'has partition projection: its partitions are never looked up'
  const engine = parameters['table_type'] ?? parameters['spark.sql.sources.provider']
  if (format === null) return engine === undefined ? 'has a format of its own' : `is a table of ${engine.toLowerCase()}`
  return format === 'parquet' ? null : `has the format ${format}, not parquet`
}

type Layout = Pick<TableMapping, 'partition'>

function partitionNames({partition}: Layout): string[] {
  return (partition?.by ?? []).map(({name}) => name)
}

/** A table that somebody else made must have every column that is written, in a type that holds its values. */
function refuseOtherColumns(mapping: TableMapping, entry: CatalogTable): void {
  const types = new Map(entry.columns.map(({name, type}) => [name.toLowerCase(), type]))
  const wanted = storedColumns(mapping)
  const missing = wanted.filter(({name}) => !types.has(name.toLowerCase())).map(({name}) => name)
  if (missing.length > 0) {
    throw differs(entry.name, `was not made by sluice and has no column ${missing.join(', ')}`)
  }
  for (const {name, type} of wanted) {
    const found = types.get(name.toLowerCase())!
    if (!readsExactly(found, type)) throw differs(entry.name, `has ${name} as ${found}, not as ${type}`)
  }
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ')
}

function unsupported(table: string, fault: string): SluiceError {
  return new SluiceError('TABLE_UNSUPPORTED', `In the catalog ${table} ${fault}. sluice does not write it.`, {
    fix: 'Give the table another name in the definition, or drop the one that stands there.',
    details: {table},
  })
}

/** `TABLE_DIFFERS`: what the catalog says of a table is not what its rows are. */
export function differs(table: string, how: string): SluiceError {
  return new SluiceError('TABLE_DIFFERS', `In the catalog ${table} ${how}.`, {
    fix: 'Correct the definition or the catalog, then run it again: sluice doctor shows every difference.',
    details: {table},
  })
}
