import type {CatalogColumn, CatalogTable} from '../../ports/catalog.js'
import {HIVE_NULL_PARTITION} from '../../ports/catalog.js'
import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {fileList} from './local-files.js'

export interface LocatedFile {
  readonly file: string
  /** Values of its partition as the catalog has them; empty in a table without partitions. */
  readonly values: readonly string[]
  /** DuckDB would read the same values out of its path. */
  readonly isInPlace: boolean
}

/** DuckDB's type of each column of a file. */
export type StoredColumns = ReadonlyMap<string, string>

/** Files that one load wrote have one schema: nothing but the first of them must be opened to know it. */
const WRITTEN_BY_A_LOAD = /(?:^|\/)(?:\d+-)?(backfill-[^/]+-[0-9A-Z]{26}\.\d+(?:\.\d+)?)-\d+\.parquet$/
/** Outputs of compactions say in their names which schema they have. */
const WRITTEN_BY_A_COMPACTION = /(?:^|\/)(?:\d+-)?(compact-[0-9A-Z]{26}\.\d+-[0-9a-f]{8})-[0-9a-f]{16}-\d+\.parquet$/
/** With more schemas than these a statement grows longer than reading every file's footer takes. */
const MAXIMUM_BRANCHES = 32

/**
 * A SELECT of the table's columns from its Parquet files, whatever columns each file has: one that it does not have is
 * NULL, one of another type is cast. Columns that are stored as the table has them stand bare, so that filters reach
 * the files' statistics and only what is needed is opened (measured for 90 files: 26 ms a statement, against 61 ms
 * with `union_by_name`, which opens all of them to plan).
 */
export async function parquetSql(
  table: CatalogTable,
  files: readonly LocatedFile[],
  describe: (file: string) => Promise<StoredColumns>,
): Promise<string> {
  const groups = groupsOf(files, ({file, isInPlace, values}) => [schemaName(file), isInPlace ? null : values])
  if (groups.length > MAXIMUM_BRANCHES) return unitedSql(table, files)
  const branches = groups.map(async (group) => {
    const columns = columnsSql(table, await describe(group[0]!.file))
    return branchSql(table, columns, group, (options) => `read_parquet(${listOf(group)}, ${options})`)
  })
  return (await Promise.all(branches)).join(' UNION ALL ')
}

function schemaName(file: string): string {
  return (WRITTEN_BY_A_LOAD.exec(file) ?? WRITTEN_BY_A_COMPACTION.exec(file))?.[1] ?? file
}

function columnsSql(table: CatalogTable, stored: StoredColumns): string[] {
  return table.columns.map(({name, type}) => {
    const own = stored.get(name)
    if (own === undefined) return `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`
    return own.replaceAll(' ', '') === sqlType(type).toUpperCase().replaceAll(' ', '')
      ? quoteIdentifier(name)
      : columnSql({name, type})
  })
}

/** The rows of files that lie alike: where Hive's form puts their partition, or all in one partition that lies elsewhere. */
function branchSql(
  table: CatalogTable,
  columns: readonly string[],
  files: readonly LocatedFile[],
  from: (options: string) => string,
): string {
  const [first] = files
  if (table.partitionColumns.length === 0)
    return `SELECT ${columns.join(', ')} FROM ${from('hive_partitioning = false')}`
  if (first!.isInPlace) {
    // Values stay text: DuckDB would read `1` as a number and `2024-01-01` as a date.
    const types = table.partitionColumns.map(({name}) => `${quoteText(name)}: VARCHAR`)
    const partitions = table.partitionColumns.map(({name}) => quoteIdentifier(name))
    return `SELECT ${[...columns, ...partitions].join(', ')} FROM ${from(`hive_partitioning = true, hive_types = {${types.join(', ')}}`)}`
  }
  // Plain path segments, moved partitions, spooled copies: a branch whose values a filter excludes is not read.
  const values = table.partitionColumns.map(
    ({name}, index) => `${valueSql(first!.values[index]!)} AS ${quoteIdentifier(name)}`,
  )
  return `SELECT ${[...columns, ...values].join(', ')} FROM ${from('hive_partitioning = false')}`
}

/** The rows of all files, with the values of their partitions. */
export function partitionedRows(
  table: CatalogTable,
  columns: readonly string[],
  files: readonly LocatedFile[],
  from: (list: string, options: string) => string,
): string {
  const groups = groupsOf(files, ({isInPlace, values}) => (isInPlace ? null : values))
  return groups
    .map((group) => branchSql(table, columns, group, (options) => from(listOf(group), options)))
    .join(' UNION ALL ')
}

/** Files of many writers: DuckDB reads the footers of all of them and unites their columns. */
function unitedSql(table: CatalogTable, files: readonly LocatedFile[]): string {
  const columns = table.columns.map(columnSql)
  const groups = groupsOf(files, ({isInPlace, values}) => (isInPlace ? null : values))
  const branches = groups.map((group) =>
    branchSql(table, columns, group, (options) => unitedRows(table, group, options)),
  )
  return branches.join(' UNION ALL ')
}

/** Types that a table's objects may have differently: mappings change, and older objects stay as they were. */
const CHANGING_TYPE = /^(array<)?(string|boolean|integer|bigint|double|timestamp|date|binary|decimal\([0-9, ]+\))>?$/

function columnSql({name, type}: CatalogColumn): string {
  return CHANGING_TYPE.test(type)
    ? `CAST(${quoteIdentifier(name)} AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`
    : quoteIdentifier(name)
}

/** No column takes the type that the first file happens to have: DuckDB would round to it in silence. */
function unitedRows(table: CatalogTable, files: readonly LocatedFile[], options: string): string {
  const typed = table.columns.filter(({type}) => CHANGING_TYPE.test(type))
  const none = typed.map(({name, type}) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`)
  const objects = `SELECT * FROM read_parquet(${listOf(files)}, union_by_name = true, ${options})`
  return none.length === 0 ? `(${objects})` : `(SELECT ${none.join(', ')} WHERE false UNION ALL BY NAME ${objects})`
}

function groupsOf<Item>(items: readonly Item[], nameOf: (item: Item) => unknown): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const name = JSON.stringify(nameOf(item))
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return [...groups.values()]
}

function valueSql(value: string): string {
  return value === HIVE_NULL_PARTITION ? 'CAST(NULL AS VARCHAR)' : quoteText(value)
}

export function listOf(files: readonly LocatedFile[]): string {
  return fileList(files.map(({file}) => file))
}

/** Athena's type names are DuckDB's but for text, bytes and arrays. */
export function sqlType(type: CatalogColumn['type']): string {
  const array = /^array<(.+)>$/.exec(type)
  if (array !== null) return `${sqlType(array[1]!)}[]`
  if (type === 'binary') return 'BLOB'
  return type === 'string' ? 'VARCHAR' : type
}
