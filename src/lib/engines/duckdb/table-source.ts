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

/**
 * A SELECT over the objects of a catalog table: those in the registered partitions, as Athena would read them.
 * A table without objects gives no rows with the right columns.
 */
export async function tableSourceSql(table: CatalogTable, ports: TableSourcePorts): Promise<string> {
  const files = await objectFiles(table, ports)
  if (files.length === 0) return emptySql(table)
  return table.format === 'json' ? jsonSql(table, files) : parquetSql(table, files)
}

async function objectFiles(table: CatalogTable, {store, catalog, spoolFolder}: TableSourcePorts): Promise<string[]> {
  const locations = await partitionLocations(table, catalog)
  const files: string[] = []
  for await (const {key} of store.list(table.location ?? '')) {
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    const name = key.slice(folder.length)
    // Objects that start with `_` or `.` are hidden from every Hive reader.
    if (/^[_.]/.test(name) || (locations !== null && !locations.has(folder))) continue
    files.push(await localFile(store, key, spoolFolder, files.length))
  }
  return files
}

async function partitionLocations(table: CatalogTable, catalog: Catalog): Promise<Set<string> | null> {
  if (table.partitionColumns.length === 0) return null
  const locations = new Set<string>()
  for await (const {location} of catalog.listPartitions(table.name)) locations.add(location)
  return locations
}

function emptySql(table: CatalogTable): string {
  const columns = [...table.columns, ...table.partitionColumns]
  return `SELECT ${columns.map(({name, type}) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`).join(', ')} WHERE false`
}

function jsonSql(table: CatalogTable, files: readonly string[]): string {
  const columns = table.columns.map(({name, type}) => `${quoteIdentifier(name)}: ${quoteText(sqlType(type))}`)
  return `SELECT * FROM read_json(${fileList(files)}, format = 'newline_delimited', columns = {${columns.join(', ')}})`
}

function parquetSql(table: CatalogTable, files: readonly string[]): string {
  const columns = table.columns.map(({name}) => quoteIdentifier(name))
  if (table.partitionColumns.length === 0) {
    return `SELECT ${columns.join(', ')} FROM read_parquet(${fileList(files)}, hive_partitioning = false)`
  }
  return isHiveForm(table) ? hiveSql(table, columns, files) : plainSql(table, columns, files)
}

function isHiveForm(table: CatalogTable): boolean {
  return table.pathTemplate === table.partitionColumns.map(({name}) => `${name}={${name}}/`).join('')
}

/** Values stay text: DuckDB would read `1` as a number and `2024-01-01` as a date. */
function hiveSql(table: CatalogTable, columns: readonly string[], files: readonly string[]): string {
  const types = table.partitionColumns.map(({name}) => `${quoteText(name)}: VARCHAR`)
  const partitions = table.partitionColumns.map(({name}) => quoteIdentifier(name))
  return `SELECT ${[...columns, ...partitions].join(', ')} FROM read_parquet(${fileList(files)}, hive_partitioning = true, hive_types = {${types.join(', ')}})`
}

/** Plain path segments: the values are cut out of the file name, which DuckDB still prunes by. */
function plainSql(table: CatalogTable, columns: readonly string[], files: readonly string[]): string {
  const {pattern, names} = templatePattern(`${table.location ?? ''}${table.pathTemplate ?? ''}`)
  const partitions = table.partitionColumns.map(({name}) => {
    const value = `url_decode(regexp_extract(filename, ${quoteText(pattern)}, ${names.indexOf(name) + 1}))`
    return `nullif(${value}, ${quoteText(HIVE_NULL_PARTITION)}) AS ${quoteIdentifier(name)}`
  })
  return `SELECT ${[...columns, ...partitions].join(', ')} FROM read_parquet(${fileList(files)}, hive_partitioning = false, filename = true)`
}

function templatePattern(template: string): {pattern: string; names: string[]} {
  const names: string[] = []
  const pattern = template
    .split(/\{([^}]+)\}/)
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(part)
      return '([^/]*)'
    })
    .join('')
  return {pattern: `/${pattern}[^/]*$`, names}
}

/** Athena's type names are DuckDB's but for text and arrays. */
function sqlType(type: CatalogColumn['type']): string {
  const array = /^array<(.+)>$/.exec(type)
  if (array !== null) return `${sqlType(array[1]!)}[]`
  return type === 'string' ? 'VARCHAR' : type
}
