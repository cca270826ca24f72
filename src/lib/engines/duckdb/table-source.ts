import {hivePathValue} from '../../mapping/index.js'
import {SluiceError} from '../../errors.js'
import type {CatalogTable} from '../../ports/catalog.js'
import {tableObjects, type TableObject, type TablePlaces} from '../../ports/table-objects.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {jsonSql, type KeysOf} from './json-source.js'
import {localFile} from './local-files.js'
import {parquetSql, sqlType, type LocatedFile, type StoredColumns} from './parquet-source.js'

export interface TableSourcePorts extends TablePlaces {
  readonly spoolFolder: string
  /** Columns of a Parquet file, with DuckDB's types. */
  readonly describe: (file: string) => Promise<StoredColumns>
  readonly keysOf: KeysOf
}

/**
 * A SELECT over the objects of a catalog table: those in the registered partitions, as Athena would read them.
 * A table without objects gives no rows with the right columns. `masked` columns show nothing of the data.
 */
export async function tableSourceSql(
  table: CatalogTable,
  ports: TableSourcePorts,
  masked: readonly string[] = [],
): Promise<string> {
  const source = await unmaskedSql(table, ports)
  return masked.length === 0 ? source : maskedSql(table, source, masked)
}

async function unmaskedSql(table: CatalogTable, ports: TableSourcePorts): Promise<string> {
  const files = await objectFiles(table, ports)
  if (files.length === 0) return emptyTableSql(table)
  return table.format === 'json' ? jsonSql(table, files, ports.keysOf) : parquetSql(table, files, ports.describe)
}

/** The masked columns are not even read. */
function maskedSql(table: CatalogTable, source: string, masked: readonly string[]): string {
  const hidden = new Set(masked.map((name) => name.toLowerCase()))
  const columns = [...table.columns, ...table.partitionColumns].map(({name, type}) => {
    if (!hidden.has(name.toLowerCase())) return quoteIdentifier(name)
    const value = type === 'string' ? quoteText('[restricted]') : `CAST(NULL AS ${sqlType(type)})`
    return `${value} AS ${quoteIdentifier(name)}`
  })
  return `SELECT ${columns.join(', ')} FROM (${source}) AS source`
}

/** Folders in a partition's folder are no part of it; a table without partitions is read whole. */
export function isRead({partitionColumns}: CatalogTable, {isNested}: TableObject): boolean {
  return !isNested || partitionColumns.length === 0
}

async function objectFiles(table: CatalogTable, ports: TableSourcePorts): Promise<LocatedFile[]> {
  const files: LocatedFile[] = []
  for await (const found of tableObjects(table, ports, (location) => refuseOutside(table, location))) {
    if (!isRead(table, found)) continue
    const {object, values} = found
    const file = await localFile(ports.store, object.key, ports.spoolFolder)
    files.push({file, values, isInPlace: isInPlace(table, file, object.key, values)})
  }
  return files
}

/** Rows that cannot be read here must not be missing in silence. */
function refuseOutside({name}: CatalogTable, location: string): never {
  throw new SluiceError('TABLE_UNSUPPORTED', `Objects of ${name} lie at ${location}, outside of the lake.`, {
    fix: `See where its partitions lie: sluice partitions list --table ${name}`,
    details: {table: name, location},
  })
}

/**
 * Whether a file lies where Hive's form puts its partition, with nothing else in its path that looks like one of its
 * columns: the engine takes every `name=value` for a column, in place of the file's own of that name.
 */
function isInPlace(table: CatalogTable, file: string, key: string, values: readonly string[]): boolean {
  // The engine takes this text in a path for no value at all, in capitals or not.
  if (values.some((value) => value.toUpperCase() === 'NULL')) return false
  const names = table.partitionColumns.map(({name}) => name)
  const folder = names.map((name, index) => `${name}=${hivePathValue(values[index]!)}/`).join('')
  if (!file.endsWith(`/${key}`) || !key.startsWith(`${table.location}${folder}`)) return false
  const below = key.slice(`${table.location}${folder}`.length)
  const above = file.slice(0, file.length - below.length - folder.length)
  const around = `${above}/${below}`.toLowerCase()
  return ![...table.columns, ...table.partitionColumns].some(({name}) => around.includes(`/${name.toLowerCase()}=`))
}

/** The columns of a table with their types, and no rows. */
export function emptyTableSql(table: CatalogTable): string {
  const columns = [...table.columns, ...table.partitionColumns]
  return `SELECT ${columns.map(({name, type}) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`).join(', ')} WHERE false`
}
