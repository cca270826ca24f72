import {createHash} from 'node:crypto'
import type {DuckDBType} from '@duckdb/node-api'
import type {CatalogColumn} from '../../ports/catalog.js'
import type {ColumnFacts} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {columnFacts} from '../../parquet/column-facts.js'
import {castSql, writtenSql} from './merge-cast.js'
import {isOurs, lossy, sourceBroken} from '../../parquet/merge-errors.js'
import {fieldIdsSql} from './merge-field-ids.js'
import type {ReadSources, SchemaGroup} from '../../parquet/source-groups.js'
import {mergedFields, type MergedField} from '../../parquet/lattice.js'
import type {ShapeField} from '../../parquet/shape.js'
import {duckdbTypeOf} from './merge-shape.js'
import {fileList} from './local-files.js'
import {refuseTwinNames, UnreadableColumn} from '../../parquet/schema-elements.js'
import {storedFields} from './merge-stored-shape.js'
import {tableFields} from '../../parquet/table-types.js'
import type {DuckDbSession} from './session.js'

/** The columns of the outputs, and how each group of files gives them. */
export interface MergedColumns {
  readonly fields: readonly ShapeField[]
  /** By group: one expression a column, named as the column. */
  readonly selects: readonly (readonly string[])[]
  /** One expression a column of `fields`, as it is written. */
  readonly written: readonly string[]
  /** Whether every file has these columns in these types, in this order. */
  readonly areAsStored: boolean
  /** For COPY; null where files have no ids of fields. */
  readonly fieldIds: string | null
  /** Equal for equal columns and types. */
  readonly schema: string
  /** What footers say of the columns. */
  readonly facts: readonly ColumnFacts[]
}

/** Unites the columns of all files under the table's types. Throws `MERGE_LOSSY` naming file and column. */
export async function mergeColumns(
  session: DuckDbSession,
  {groups}: ReadSources,
  columns: readonly CatalogColumn[],
  signal: AbortSignal | undefined,
): Promise<MergedColumns> {
  const lists: ShapeField[][] = []
  for (const group of groups) lists.push(await groupFields(session, group, signal))
  const fields = mergedFields(tableFields(columns), lists, (misfit, name, holders) => {
    const odd = groups[holders[misfit.index]!]!.first.source.key
    const others = holders.map((holder) => groups[holder]!.first.source.key).filter((key) => key !== odd)
    return lossy(odd, [name, ...misfit.path].join('.'), misfit.reason, others.slice(0, 1))
  })
  const selects = groups.map((_, group) => selectOf(fields, group, lists[group]!))
  for (const [index, {first}] of groups.entries()) {
    const rows = `SELECT ${selects[index]!.join(', ')} FROM ${parquetSql(first.file)}`
    refuseOtherTypes(fields, (await session.columnsOf(rows, signal)).types)
  }
  const types = fields.map(({name, shape}) => [name, shape])
  return {
    fields: fields.map(({name, shape}) => ({name, shape})),
    selects,
    written: fields.map(({name, shape}) => named(writtenSql(quoteIdentifier(name), shape), name)),
    fieldIds: fieldIdsSql(groups, fields, lists),
    areAsStored: lists.every(
      (list) => JSON.stringify(list.map(({name, shape}) => [name, shape])) === JSON.stringify(types),
    ),
    schema: createHash('sha256').update(JSON.stringify(types)).digest('hex').slice(0, 16),
    facts: fields.map((field) => columnFacts(field, duckdbTypeOf(field.shape), groups, lists)),
  }
}

async function groupFields(session: DuckDbSession, group: SchemaGroup, signal?: AbortSignal): Promise<ShapeField[]> {
  const {source, file} = group.first
  const {elements} = group
  try {
    refuseTwinNames(elements)
    const {names, types} = await columnsOf(session, file, signal)
    return storedFields({names, types, elements})
  } catch (error) {
    if (error instanceof UnreadableColumn) throw lossy(source.key, error.column, error.reason)
    throw isOurs(error) ? error : sourceBroken(source.key, 'DuckDB cannot read its columns', error)
  }
}
function columnsOf(session: DuckDbSession, file: string, signal?: AbortSignal): ReturnType<DuckDbSession['columnsOf']> {
  return session.columnsOf(`SELECT * FROM ${parquetSql(file)}`, signal)
}

function parquetSql(file: string): string {
  return `read_parquet(${fileList([file])}, hive_partitioning = false)`
}

/** Branches of one UNION ALL whose types differ would be cast to each other by DuckDB, in silence. */
function refuseOtherTypes(fields: readonly ShapeField[], types: readonly DuckDBType[]): void {
  for (const [index, {name, shape}] of fields.entries()) {
    const found = types[index]!
    const isWanted = found.alias === undefined && isSameType(found.toString(), duckdbTypeOf(shape))
    if (!isWanted)
      throw new Error(`The cast of a column gives ${found.toString()}, not ${duckdbTypeOf(shape)}: ${name}.`)
  }
}

/** Names of fields are quoted in one of them where they need not be. */
function isSameType(left: string, right: string): boolean {
  const plain = (type: string): string => type.replaceAll(/["\s]/g, '')
  return plain(left) === plain(right)
}

function selectOf(fields: readonly MergedField[], group: number, list: readonly ShapeField[]): string[] {
  return fields.map(({name, shape, places}) => {
    const place = places[group]
    if (place === null || place === undefined) return named(`CAST(NULL AS ${duckdbTypeOf(shape)})`, name)
    return named(castSql(quoteIdentifier(name), list[place]!.shape, shape), name)
  })
}

function named(sql: string, name: string): string {
  const quoted = quoteIdentifier(name)
  return sql === quoted ? quoted : `${sql} AS ${quoted}`
}
