import {hivePathValue} from '../../mapping/index.js'
import type {Catalog, CatalogColumn, CatalogTable} from '../../ports/catalog.js'
import {HIVE_NULL_PARTITION} from '../../ports/catalog.js'
import type {ListedObject, ObjectStore} from '../../ports/object-store.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList, localFile} from './local-files.js'

export interface TableSourcePorts {
  readonly store: ObjectStore
  readonly catalog: Catalog
  readonly spoolFolder: string
}

interface SourceFile {
  readonly file: string
  /** Values of its partition as the catalog has them; empty in a table without partitions. */
  readonly values: readonly string[]
  /** DuckDB would read the same values out of its path. */
  readonly isInPlace: boolean
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
  return table.format === 'json' ? jsonSql(table, files) : parquetSql(table, files)
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

async function objectFiles(table: CatalogTable, ports: TableSourcePorts): Promise<SourceFile[]> {
  const files: SourceFile[] = []
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

/** Whether a file lies where Hive's form puts its partition, with nothing above it that looks like one of its columns. */
function isInPlace(table: CatalogTable, file: string, key: string, values: readonly string[]): boolean {
  const names = table.partitionColumns.map(({name}) => name)
  const folder = names.map((name, index) => `${name}=${hivePathValue(values[index]!)}/`).join('')
  if (!file.endsWith(`/${key}`) || !key.startsWith(`${table.location}${folder}`)) return false
  const above = file.slice(0, file.length - key.length + (table.location ?? '').length).toLowerCase()
  return !names.some((name) => above.includes(`/${name}=`))
}

/** The columns of a table with their types, and no rows. */
export function emptyTableSql(table: CatalogTable): string {
  const columns = [...table.columns, ...table.partitionColumns]
  return `SELECT ${columns.map(({name, type}) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`).join(', ')} WHERE false`
}

function jsonSql(table: CatalogTable, files: readonly SourceFile[]): string {
  const columns = table.columns.map(({name, type}) => `${quoteIdentifier(name)}: ${quoteText(sqlType(type))}`)
  return `SELECT * FROM read_json(${listOf(files)}, format = 'newline_delimited', hive_partitioning = false, columns = {${columns.join(', ')}})`
}

function parquetSql(table: CatalogTable, files: readonly SourceFile[]): string {
  const columns = table.columns.map(columnSql)
  if (table.partitionColumns.length === 0) {
    return `SELECT ${columns.join(', ')} FROM ${objectsSql(table, files, 'hive_partitioning = false')}`
  }
  return files.every((file) => file.isInPlace) ? hiveSql(table, columns, files) : placedSql(table, columns, files)
}

/** Types that a table's objects may have differently: mappings change, and older objects stay as they were. */
const CHANGING_TYPE = /^(array<)?(string|boolean|integer|bigint|double|timestamp|date|binary|decimal\([0-9, ]+\))>?$/

function columnSql({name, type}: CatalogColumn): string {
  return CHANGING_TYPE.test(type)
    ? `CAST(${quoteIdentifier(name)} AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`
    : quoteIdentifier(name)
}

/**
 * The rows of all files, whatever columns each has: a column that a file does not have is NULL, and none takes the
 * type that the first file happens to have (DuckDB would round to it in silence).
 */
function objectsSql(table: CatalogTable, files: readonly SourceFile[], options: string): string {
  const typed = table.columns.filter(({type}) => CHANGING_TYPE.test(type))
  const none = typed.map(({name, type}) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`)
  const objects = `SELECT * FROM read_parquet(${listOf(files)}, union_by_name = true, ${options})`
  return none.length === 0 ? `(${objects})` : `(SELECT ${none.join(', ')} WHERE false UNION ALL BY NAME ${objects})`
}

/** Values stay text: DuckDB would read `1` as a number and `2024-01-01` as a date. */
function hiveSql(table: CatalogTable, columns: readonly string[], files: readonly SourceFile[]): string {
  const types = table.partitionColumns.map(({name}) => `${quoteText(name)}: VARCHAR`)
  const partitions = table.partitionColumns.map(({name}) => quoteIdentifier(name))
  return `SELECT ${[...columns, ...partitions].join(', ')} FROM ${objectsSql(table, files, `hive_partitioning = true, hive_types = {${types.join(', ')}}`)}`
}

/**
 * Partitions that are not where Hive's form puts them: plain path segments, moved ones, spooled copies. The catalog
 * says their values; a branch whose values a filter excludes is not read.
 */
function placedSql(table: CatalogTable, columns: readonly string[], files: readonly SourceFile[]): string {
  const groups = new Map<string, SourceFile[]>()
  for (const file of files) {
    const name = JSON.stringify(file.values)
    groups.set(name, [...(groups.get(name) ?? []), file])
  }
  const branches = [...groups.values()].map((group) => {
    const values = table.partitionColumns.map(
      ({name}, index) => `${valueSql(group[0]!.values[index]!)} AS ${quoteIdentifier(name)}`,
    )
    return `SELECT ${[...columns, ...values].join(', ')} FROM ${objectsSql(table, group, 'hive_partitioning = false')}`
  })
  return branches.join(' UNION ALL ')
}

function valueSql(value: string): string {
  return value === HIVE_NULL_PARTITION ? 'CAST(NULL AS VARCHAR)' : quoteText(value)
}

function listOf(files: readonly SourceFile[]): string {
  return fileList(files.map(({file}) => file))
}

/** Athena's type names are DuckDB's but for text, bytes and arrays. */
function sqlType(type: CatalogColumn['type']): string {
  const array = /^array<(.+)>$/.exec(type)
  if (array !== null) return `${sqlType(array[1]!)}[]`
  if (type === 'binary') return 'BLOB'
  return type === 'string' ? 'VARCHAR' : type
}
