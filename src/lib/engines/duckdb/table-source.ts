import {hivePathValue} from '../../mapping/index.js'
import type {Catalog, CatalogTable} from '../../ports/catalog.js'
import type {ListedObject, ObjectStore} from '../../ports/object-store.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList, localFile} from './local-files.js'
import {parquetSql, sqlType, type ParquetFile, type StoredColumns} from './parquet-source.js'

export interface TableSourcePorts {
  readonly store: ObjectStore
  readonly catalog: Catalog
  readonly spoolFolder: string
  /** Columns of a Parquet file, with DuckDB's types. */
  readonly describe: (file: string) => Promise<StoredColumns>
}

/** One object of a table. */
export interface TableObject {
  readonly object: ListedObject
  /** Its key up to the last `/`. */
  readonly folder: string
  /** Values of its partition as the catalog has them; empty in a table without partitions. */
  readonly values: readonly string[]
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
  return table.format === 'json' ? jsonSql(table, files) : parquetSql(table, files, ports.describe)
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

/** Every object that a reader of the table sees. */
export async function* tableObjects(
  table: CatalogTable,
  {store, catalog}: Pick<TableSourcePorts, 'store' | 'catalog'>,
): AsyncGenerator<TableObject> {
  const partitions = await partitionValues(table, catalog)
  for await (const object of store.list(table.location ?? '')) {
    const folder = object.key.slice(0, object.key.lastIndexOf('/') + 1)
    const values = partitions === null ? [] : partitions.get(folder)
    // Objects that start with `_` or `.` are hidden from every Hive reader.
    if (values !== undefined && !/^[_.]/.test(object.key.slice(folder.length))) yield {object, folder, values}
  }
}

async function objectFiles(table: CatalogTable, ports: TableSourcePorts): Promise<ParquetFile[]> {
  const files: ParquetFile[] = []
  for await (const {object, values} of tableObjects(table, ports)) {
    const file = await localFile(ports.store, object.key, ports.spoolFolder)
    files.push({file, values, isInPlace: isInPlace(table, file, object.key, values)})
  }
  return files
}

async function partitionValues(table: CatalogTable, catalog: Catalog): Promise<Map<string, readonly string[]> | null> {
  if (table.partitionColumns.length === 0) return null
  const partitions = new Map<string, readonly string[]>()
  for await (const {location, values} of catalog.listPartitions(table.name)) partitions.set(location, values)
  return partitions
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

function jsonSql(table: CatalogTable, files: readonly ParquetFile[]): string {
  const columns = table.columns.map(({name, type}) => `${quoteIdentifier(name)}: ${quoteText(sqlType(type))}`)
  return `SELECT * FROM read_json(${fileList(files.map(({file}) => file))}, format = 'newline_delimited', hive_partitioning = false, columns = {${columns.join(', ')}})`
}
