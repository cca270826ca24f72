import {quoteIdentifier, quoteText} from '../../sql/index.js'
import {isNested, isSameShape, type Shape, type ShapeField} from '../../parquet/shape.js'
import {duckdbTypeOf} from './merge-shape.js'

/** What the statement fails with at a value that its type has no room for. */
export const INEXACT = 'sluice: inexact value'

/**
 * SQL of a value in the shape that it is merged as. The lattice has proven that the types fit; what depends on the
 * values is checked here, row by row, and fails the statement.
 */
export function castSql(sql: string, from: Shape, to: Shape, depth = 0): string {
  if (isSameShape(from, to)) return sql
  if (from.kind === 'null') return `CAST(NULL AS ${duckdbTypeOf(to)})`
  if (from.kind === 'struct' && to.kind === 'struct') return structSql(sql, from.fields, to.fields, depth)
  if (from.kind === 'list' && to.kind === 'list') return listSql(sql, from.element, to.element, depth)
  if (from.kind === 'map' && to.kind === 'map') {
    const keys = listSql(`map_keys(${sql})`, from.key, to.key, depth)
    const values = listSql(`map_values(${sql})`, from.value, to.value, depth)
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE map(${keys}, ${values}) END`
  }
  if (from.kind === 'binary' && to.kind === 'string') return `decode(${sql})`
  if (from.kind === 'timestamp' && to.kind === 'timestamp') return timestampSql(sql, from, to)
  if (from.kind === 'string') return `CAST(${sql} AS VARCHAR)`
  // What is read as the wanted type already, such as a local time in milliseconds, needs no cast.
  return duckdbTypeOf(from) === duckdbTypeOf(to) ? sql : `CAST(${sql} AS ${duckdbTypeOf(to)})`
}

type TimestampShape = Extract<Shape, {kind: 'timestamp'}>

function timestampSql(sql: string, from: TimestampShape, to: TimestampShape): string {
  const readAs = from.readAs ?? duckdbTypeOf(from)
  const wanted = duckdbTypeOf(to)
  if (readAs === wanted) return sql
  const cast = `CAST(${readAs === 'TIMESTAMP_NS' ? `CAST(${sql} AS TIMESTAMP)` : sql} AS ${wanted})`
  if (readAs !== 'TIMESTAMP_NS') return cast
  return `CASE WHEN epoch_ns(${sql}) % 1000 <> 0 THEN error(${quoteText(INEXACT)}) ELSE ${cast} END`
}

function listSql(sql: string, from: Shape, to: Shape, depth: number): string {
  if (isSameShape(from, to)) return sql
  const one = `_sluice_${depth}`
  return `list_transform(${sql}, lambda ${one}: ${castSql(one, from, to, depth + 1)})`
}

/** A missing field is NULL; a NULL in the place of the whole struct stays one. */
function structSql(sql: string, from: readonly ShapeField[], to: readonly ShapeField[], depth: number): string {
  const fields = to.map(({name, shape}) => {
    const found = from.find((field) => field.name === name)
    const value = found === undefined ? {kind: 'null' as const} : found.shape
    return `${quoteIdentifier(name)} := ${castSql(`struct_extract(${sql}, ${quoteText(name)})`, value, shape, depth)}`
  })
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`
}

/**
 * SQL of a merged value as it is written: timestamps keep their milliseconds, in which DuckDB does not read them.
 */
export function writtenSql(sql: string, shape: Shape): string {
  const written = writtenType(shape)
  return written === duckdbTypeOf(shape) ? sql : `CAST(${sql} AS ${written})`
}

function writtenType(shape: Shape): string {
  if (shape.kind === 'timestamp' && shape.unit === 'ms') return 'TIMESTAMP_MS'
  if (shape.kind === 'list') return `${writtenType(shape.element)}[]`
  if (shape.kind === 'map') return `MAP(${writtenType(shape.key)}, ${writtenType(shape.value)})`
  if (shape.kind !== 'struct') return duckdbTypeOf(shape)
  return `STRUCT(${shape.fields.map(({name, shape: of}) => `${quoteIdentifier(name)} ${writtenType(of)}`).join(', ')})`
}

export interface HashedColumn {
  readonly name: string
  readonly isNested: boolean
}

/**
 * SQL of a row's 64-bit hash. To `hash` a NULL, a struct of NULLs, an empty list and a list of NULL are all alike (1.5.6),
 * so nested values are also hashed as text, which tells them apart.
 */
export function rowHash(columns: readonly HashedColumn[]): string {
  const values = columns.flatMap(({name, isNested: isDeep}) => {
    const sql = quoteIdentifier(name)
    return isDeep ? [sql, `CAST(${sql} AS VARCHAR)`] : [sql]
  })
  return `hash(${values.join(', ')})`
}

export function hashedColumns(fields: readonly ShapeField[]): HashedColumn[] {
  return fields.map(({name, shape}) => ({name, isNested: isNested(shape)}))
}
