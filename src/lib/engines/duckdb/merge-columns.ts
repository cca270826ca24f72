import {createHash} from 'node:crypto'
import type {DuckDBType} from '@duckdb/node-api'
import type {CatalogColumn} from '../../ports/catalog.js'
import type {ColumnFacts} from '../../ports/merge-engine.js'
import {quoteIdentifier} from '../../sql/index.js'
import {mergedBound} from './merge-bounds.js'
import {castSql, writtenSql} from './merge-cast.js'
import {isOurs, lossy, sourceBroken} from './merge-errors.js'
import {fieldIdsSql} from './merge-field-ids.js'
import type {LeafFacts, ReadSources, SchemaGroup} from './merge-groups.js'
import {mergedFields, type MergedField} from './merge-lattice.js'
import {duckdbTypeOf, isNested, type ShapeField} from './merge-shape.js'
import {fileList} from './local-files.js'
import {refuseTwinNames, rootElements, sizeOf, storedFields, UnreadableColumn} from './merge-stored-shape.js'
import {tableFields} from './merge-table-types.js'
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
    facts: fields.map((field) => factsOf(field, groups, lists)),
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

/** Facts of a column, as the footers have them; of nested ones they know the parts only. */
function factsOf(
  {name, shape, places}: MergedField,
  groups: readonly SchemaGroup[],
  lists: readonly (readonly ShapeField[])[],
): ColumnFacts {
  const facts = {name, type: duckdbTypeOf(shape)}
  if (isNested(shape)) return facts
  let nulls: number | null = 0
  const bounds: {minimum: bigint[]; maximum: bigint[]} = {minimum: [], maximum: []}
  let isBounded = true
  for (const [group, place] of places.entries()) {
    const {rows} = groups[group]!
    const from = place === null ? null : lists[group]![place]!.shape
    const leaf = place === null ? null : leafOf(groups[group]!, place)
    const isNull = leaf === null || from === null || from.kind === 'null'
    const found: number | null = isNull ? rows : leaf.nulls
    nulls = nulls === null || found === null ? null : nulls + found
    if (isNull || found === rows) continue
    const [minimum, maximum] = [leaf.minimum, leaf.maximum].map((bound) =>
      bound === null ? null : mergedBound(bound, from, shape),
    )
    if (!leaf.isBounded || minimum === null || minimum === undefined || maximum === null || maximum === undefined)
      isBounded = false
    else {
      bounds.minimum.push(minimum)
      bounds.maximum.push(maximum)
    }
  }
  const isKnown = isBounded && bounds.minimum.length > 0
  return {
    ...facts,
    ...(nulls === null ? {} : {nulls}),
    ...(isKnown
      ? {min: String(least(bounds.minimum)), max: String(-least(bounds.maximum.map((bound) => -bound)))}
      : {}),
  }
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least))
}

/** The one leaf of a column that is not nested. */
function leafOf({elements, leaves}: SchemaGroup, place: number): LeafFacts | null {
  const {index} = rootElements(elements)[place]!
  const before = elements.slice(0, index).filter(({type}) => type !== undefined).length
  return sizeOf(elements, index) === 1 ? leaves[before]! : null
}
