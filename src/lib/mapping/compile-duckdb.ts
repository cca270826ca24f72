import type {RowOrigin} from '../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {fitsStruct} from './attribute-tree.js'
import {derivedStages, usesRest} from './derivations.js'
import {conditionSql} from './duckdb-condition.js'
import {derivedProblemSql, derivedValueSql} from './duckdb-derive.js'
import {itemReader, type ItemForm, type ItemReader} from './duckdb-item.js'
import {canBeError, problemSql, valueSql} from './duckdb-value.js'
import {partitionText} from './partition-tray.js'
import {storedColumns} from './row-metadata.js'
import {isDerived, type SourceColumn, type TableMapping} from './types.js'

/**
 * What became of a source line; the engine counts them while rows stream by. The first two are stored, the next two
 * are left out on purpose, and from `error` on the line is no row of the table.
 */
export const ROW_CLASS = {
  upsert: 0,
  quarantined: 1,
  /** A `skip` condition holds. */
  skipped: 2,
  /** A `when` condition does not hold. */
  elsewhere: 3,
  /** A policy says `error`. */
  error: 4,
  noKey: 5,
  noItem: 6,
} as const

export interface CompiledMapping {
  /** Type of the `Item` column to read lines with. */
  readonly itemType: string
  /** Quoted names of the stored columns, in order. */
  readonly columns: readonly string[]
  /**
   * Rows of a relation that has `Item` and `file_index`: the stored columns, and `_partition` (see
   * `decodePartition`), `_class`, `_problem`, `_file_index`. A FROM item, in parentheses.
   */
  rowsSql(lines: string, origin: RowOrigin): string
  /** The same `_partition` text from stored columns, to prove where rows were put. */
  readonly partitionSql: string
}

/**
 * Compiles a mapping to DuckDB SQL. `loadDay` is the UTC day for rows whose partition source is missing. The form of
 * the read is chosen by what the mapping needs; both give the same rows.
 */
export function compileDuckdb(
  mapping: TableMapping,
  loadDay: string,
  form: ItemForm = fitsStruct(mapping) && !usesRest(mapping) ? 'struct' : 'json',
): CompiledMapping {
  const columns = storedColumns(mapping).map(({name}) => quoteIdentifier(name))
  const partitionSql = partitionText(mapping, loadDay)
  return {
    itemType: itemReader(mapping, form).itemType,
    columns,
    partitionSql,
    rowsSql: (lines, origin) => rowsSql(mapping, itemReader(mapping, form), lines, origin, partitionSql),
  }
}

function rowsSql(
  mapping: TableMapping,
  reader: ItemReader,
  lines: string,
  origin: RowOrigin,
  partitionSql: string,
): string {
  const sources = mapping.columns.filter((column): column is SourceColumn => !isDerived(column))
  const values = sources.map((column) => `${valueSql(column, reader)} AS ${quoteIdentifier(column.name)}`)
  const stages = derivedStages(mapping).map((columns) =>
    columns.map((column) => `${derivedValueSql(column, mapping, reader)} AS ${quoteIdentifier(column.name)}`),
  )
  const problem = rowProblem(mapping, sources, reader)
  const mapped = mapping.columns.map(({name}) => quoteIdentifier(name))
  // Underscored: a column of the table may be called item.
  const parsed = `SELECT ${[...reader.columns(), ...values].join(', ')} FROM (${reader.itemsSql(lines)})`
  const computed = stages.reduce((from, results) => `SELECT ${['*', ...results].join(', ')} FROM (${from})`, parsed)
  const judged = `SELECT ${[...mapped, '_file_index', `${problem} AS _problem`].join(', ')} FROM (${computed})`
  return `(SELECT ${[...mapped, ...metadata(origin), `${partitionSql} AS _partition`, `${rowClass(mapping)} AS _class`].join(', ')}, _problem, _file_index FROM (${judged}))`
}

/** What stands against a row, the gravest first: no item, another table's, skipped, no key, error, quarantine. */
function rowProblem(mapping: TableMapping, sources: readonly SourceColumn[], reader: ItemReader): string {
  const ofColumn = new Map(
    mapping.columns.map((column) => [
      column,
      isDerived(column) ? derivedProblemSql(column) : problemSql(column, quoteIdentifier(column.name), reader),
    ]),
  )
  const errors = sources.filter(canBeError).map((column) => {
    const problem = ofColumn.get(column)
    return `CASE WHEN starts_with(${problem}, 'error') THEN ${problem} END`
  })
  const derived = mapping.columns.filter(isDerived)
  const problems = [rowFault(mapping, reader), ...errors, ...[...sources, ...derived].map((one) => ofColumn.get(one))]
  return `coalesce(${problems.filter((problem) => typeof problem === 'string').join(', ')})`
}

function rowFault(mapping: TableMapping, reader: ItemReader): string {
  const keyIsNull = mapping.key.map((name) => `${quoteIdentifier(name)} IS NULL`).join(' OR ')
  const conditions = conditionsSql(mapping, reader)
  return conditions === ''
    ? `CASE WHEN ${keyIsNull} THEN CASE WHEN _item IS NULL THEN 'item' ELSE 'key' END END`
    : `CASE WHEN _item IS NULL THEN 'item' ${conditions} WHEN ${keyIsNull} THEN 'key' END`
}

function conditionsSql({when, skip}: TableMapping, reader: ItemReader): string {
  const belongs = when.map((condition) => conditionSql(condition, reader)).join(' AND ')
  const isSkipped = skip.map((condition) => conditionSql(condition, reader)).join(' OR ')
  return [
    ...(when.length === 0 ? [] : [`WHEN NOT (${belongs}) THEN 'elsewhere'`]),
    ...(skip.length === 0 ? [] : [`WHEN ${isSkipped} THEN 'skipped'`]),
  ].join(' ')
}

function rowClass({when, skip}: TableMapping): string {
  const others = [
    ...(when.length === 0 ? [] : [`WHEN _problem = 'elsewhere' THEN ${ROW_CLASS.elsewhere}`]),
    ...(skip.length === 0 ? [] : [`WHEN _problem = 'skipped' THEN ${ROW_CLASS.skipped}`]),
  ].map((branch) => ` ${branch}`)
  return `CASE WHEN _problem IS NULL THEN ${ROW_CLASS.upsert} WHEN starts_with(_problem, 'quarantine') THEN ${ROW_CLASS.quarantined} WHEN _problem = 'key' THEN ${ROW_CLASS.noKey} WHEN _problem = 'item' THEN ${ROW_CLASS.noItem}${others.join('')} ELSE ${ROW_CLASS.error} END`
}

function metadata(origin: RowOrigin): string[] {
  return [
    `CASE WHEN _problem IS NULL THEN 'upsert' ELSE 'quarantined' END AS _op`,
    `CAST(${origin.version} AS BIGINT) AS _version`,
    `CAST(${origin.sourceRank} AS INTEGER) AS _source_rank`,
    `'' AS _sequence`,
    `${quoteText(origin.source)} AS _source`,
  ]
}
