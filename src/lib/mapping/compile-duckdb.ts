import type {RowOrigin} from '../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {itemStructType} from './attribute-tree.js'
import {columnOperand, derivationSql, derivedProblemSql, derivedValueSql, type OperandSql} from './duckdb-derive.js'
import {problemSql, valueSql} from './duckdb-value.js'
import {storedColumns} from './row-metadata.js'
import {isDerived, type Derivation, type DerivedColumn, type SourceColumn, type TableMapping} from './types.js'

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

/** Compiles a mapping to DuckDB SQL. `loadDay` is the UTC day for rows whose partition source is missing. */
export function compileDuckdb(mapping: TableMapping, loadDay: string): CompiledMapping {
  const columns = storedColumns(mapping).map(({name}) => quoteIdentifier(name))
  const partitionSql = partitionText(mapping, loadDay)
  return {
    itemType: itemStructType(mapping),
    columns,
    partitionSql,
    rowsSql: (lines, origin) => rowsSql(mapping, lines, origin, partitionSql),
  }
}

function rowsSql(mapping: TableMapping, lines: string, origin: RowOrigin, partitionSql: string): string {
  const sources = mapping.columns.filter((column): column is SourceColumn => !isDerived(column))
  const derived = mapping.columns.filter(isDerived)
  const values = sources.map((column) => `${valueSql(column)} AS ${quoteIdentifier(column.name)}`)
  const results = derived.map((column) => `${derivedValueSql(column)} AS ${quoteIdentifier(column.name)}`)
  const mapped = mapping.columns.map(({name}) => quoteIdentifier(name))
  // Underscored: a column of the table may be called item.
  const read = `SELECT Item AS _item, file_index AS _file_index FROM ${lines}`
  const parsed = `SELECT _item, _file_index, ${values.join(', ')} FROM (${read})`
  const computed = `SELECT ${['*', ...results].join(', ')} FROM (${parsed})`
  const judged = `SELECT ${[...mapped, '_file_index', `${rowProblem(mapping, sources, derived)} AS _problem`].join(', ')} FROM (${computed})`
  return `(SELECT ${[...mapped, ...metadata(origin), `${partitionSql} AS _partition`, `${rowClass()} AS _class`].join(', ')}, _problem, _file_index FROM (${judged}))`
}

function rowProblem(
  mapping: TableMapping,
  sources: readonly SourceColumn[],
  derived: readonly DerivedColumn[],
): string {
  const keyIsNull = mapping.key.map((name) => `${quoteIdentifier(name)} IS NULL`).join(' OR ')
  const problems = [
    `CASE WHEN ${keyIsNull} THEN CASE WHEN _item IS NULL THEN 'item' ELSE 'key' END END`,
    ...sources.map((column) => problemSql(column, quoteIdentifier(column.name))),
    ...derived.map(derivedProblemSql),
  ]
  return `coalesce(${problems.filter((problem) => problem !== null).join(', ')})`
}

function rowClass(): string {
  return `CASE WHEN _problem IS NULL THEN ${ROW_CLASS.upsert} WHEN starts_with(_problem, 'quarantine') THEN ${ROW_CLASS.quarantined} WHEN _problem = 'key' THEN ${ROW_CLASS.noKey} WHEN _problem = 'item' THEN ${ROW_CLASS.noItem} ELSE ${ROW_CLASS.error} END`
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

/**
 * One text for all partition values that is safe as a folder name: DuckDB's own encoding of folder names differs from
 * Hive's and lets NULL and its default name share a folder, so its folders are only a sorting tray. Each value is `n`
 * for NULL, `v` and the plain text, or `x` and the UTF-8 bytes in hexadecimal.
 */
function partitionText(mapping: TableMapping, loadDay: string): string {
  const {partition} = mapping
  if (partition === null) return `'v'`
  const operandSql: OperandSql =
    partition.fallback === 'load_day'
      ? (operand) => `coalesce(${columnOperand(operand)}, TIMESTAMP ${quoteText(`${loadDay} 00:00:00`)})`
      : columnOperand
  const values = partition.by.map((column) => {
    const sql = derivationSql(column.derive, operandSql)
    return isPlainDate(column.derive) ? `coalesce('v' || ${sql}, 'n')` : encodedValue(sql)
  })
  return values.join(` || '-' || `)
}

/** A date pattern of nothing but fields gives digits only: no need to look at every value. */
function isPlainDate(derivation: Derivation): boolean {
  return 'format_date' in derivation && /^(%[YmdH])+$/.test(derivation.format_date[1])
}

function encodedValue(sql: string): string {
  return `CASE WHEN ${sql} IS NULL THEN 'n' WHEN regexp_full_match(${sql}, '[A-Za-z0-9_]*') THEN 'v' || ${sql} ELSE 'x' || hex(encode(${sql})) END`
}

/** The values behind a `_partition` text; null for NULL. */
export function decodePartition(text: string): (string | null)[] {
  return text.split('-').map((part) => {
    if (part.startsWith('n')) return null
    return part.startsWith('v') ? part.slice(1) : Buffer.from(part.slice(1), 'hex').toString('utf8')
  })
}
