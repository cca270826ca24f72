import {tableLocation} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import {findTable, type LakeDefinition, type TableDefinition} from '../lake/index.js'
import {hivePathValue, pathTemplate, type PathForm} from '../mapping/index.js'
import type {Catalog, CatalogTable, NewCatalogTable} from '../ports/catalog.js'

/** A table as its partitions are looked at. */
export interface PartitionedTable {
  readonly table: TableDefinition
  readonly entry: NewCatalogTable
  /** Null where the catalog has no such table: `entry` is what the definition makes of it. */
  readonly standing: CatalogTable | null
  /** Of its paths: the catalog's, or the definition's where that says nothing. */
  readonly form: PathForm
}

/** The tables that a command means: the named one, or all that have partitions. Throws `TABLE_UNKNOWN`, `USAGE`. */
export function partitionedTables(definition: LakeDefinition, name: string | undefined): readonly TableDefinition[] {
  const tables = name === undefined ? definition.tables : [findTable(definition, name)]
  const partitioned = tables.filter(({partition}) => partition !== null)
  if (partitioned.length > 0) return partitioned
  const what =
    name === undefined ? `The lake ${definition.lake} has no table with partitions` : `${name} has no partitions`
  throw new SluiceError('USAGE', `${what}: the definition says no \`partition:\`.`, {fix: 'sluice lake show'})
}

/** The one table that a command means. Throws `TABLE_UNKNOWN`, `USAGE`. */
export function partitionedTable(definition: LakeDefinition, name: string | undefined): TableDefinition {
  const tables = partitionedTables(definition, name)
  if (tables.length === 1) return tables[0]!
  throw new SluiceError(
    'USAGE',
    `The lake has ${tables.length} tables with partitions: ${tables.map((one) => one.name).join(', ')}.`,
    {
      fix: 'Add --table NAME.',
    },
  )
}

/** Throws `TABLE_UNSUPPORTED` where the catalog has something else of this name. */
export async function readEntry(table: TableDefinition, catalog: Catalog): Promise<PartitionedTable> {
  const standing = await catalog.getTable(table.name)
  const entry = standing ?? definedEntry(table)
  if (entry.kind === 'view' || entry.location === null || entry.partitionColumns.length === 0) {
    const what = entry.kind === 'view' ? 'a view' : entry.location === null ? 'without a location' : 'in one piece'
    throw new SluiceError('TABLE_UNSUPPORTED', `${table.name} is ${what} in the catalog: it has no partitions there.`, {
      fix: 'Compare the catalog with the definition: sluice doctor',
      details: {table: table.name},
    })
  }
  const by = entry.partitionColumns.map(({name}) => ({name}))
  return {table, entry, standing, form: {by, path: entry.pathTemplate ?? definedPath(table, by)}}
}

/** The path of the definition, where it names the columns that the catalog has. */
function definedPath({partition}: TableDefinition, by: PathForm['by']): string | null {
  const names = (columns: PathForm['by']): string => columns.map(({name}) => name.toLowerCase()).join('/')
  return partition !== null && names(partition.by) === names(by) ? partition.path : null
}

/** What the catalog is to hold of a table that others write. */
export function definedEntry({name, columns, partition, format}: TableDefinition): NewCatalogTable {
  return {
    name,
    kind: 'table',
    columns: columns.map((column) => ({name: column.name, type: column.type})),
    partitionColumns: (partition?.by ?? []).map((column) => ({name: column.name, type: 'string'})),
    location: tableLocation(name),
    format,
    pathTemplate: partition === null ? null : pathTemplate(partition),
    viewSql: null,
    parameters: {},
  }
}

/** `year=2026/month=01`, whatever the paths of the table look like. */
export function partitionName(
  {partitionColumns}: Pick<NewCatalogTable, 'partitionColumns'>,
  values: readonly string[],
): string {
  return partitionColumns.map(({name}, index) => `${name}=${hivePathValue(values[index] ?? '')}`).join('/')
}
