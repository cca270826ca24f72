import {hivePathValue} from '../../mapping/index.js'
import type {Catalog, CatalogColumn, CatalogTable} from '../../ports/catalog.js'
import {HIVE_NULL_PARTITION} from '../../ports/catalog.js'
import type {ObjectStore} from '../../ports/object-store.js'
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

/**
 * A SELECT over the objects of a catalog table: those in the registered partitions, as Athena would read them.
 * A table without objects gives no rows with the right columns.
 */
export async function tableSourceSql(table: CatalogTable, ports: TableSourcePorts): Promise<string> {
  const files = await objectFiles(table, ports)
  if (files.length === 0) return emptySql(table)
  return table.format === 'json' ? jsonSql(table, files) : parquetSql(table, files)
}

async function objectFiles(
  table: CatalogTable,
  {store, catalog, spoolFolder}: TableSourcePorts,
): Promise<SourceFile[]> {
  const partitions = await partitionValues(table, catalog)
  const files: SourceFile[] = []
  for await (const {key} of store.list(table.location ?? '')) {
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    const name = key.slice(folder.length)
    const values = partitions === null ? [] : partitions.get(folder)
    // Objects that start with `_` or `.` are hidden from every Hive reader.
    if (/^[_.]/.test(name) || values === undefined) continue
    const file = await localFile(store, key, spoolFolder)
    files.push({file, values, isInPlace: isInPlace(table, file, key, values)})
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

function emptySql(table: CatalogTable): string {
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
const CHANGING_TYPE = /^(string|boolean|integer|bigint|double|timestamp|date|decimal\(.+\))$/

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

/** Athena's type names are DuckDB's but for text and arrays. */
function sqlType(type: CatalogColumn['type']): string {
  const array = /^array<(.+)>$/.exec(type)
  if (array !== null) return `${sqlType(array[1]!)}[]`
  return type === 'string' ? 'VARCHAR' : type
}
