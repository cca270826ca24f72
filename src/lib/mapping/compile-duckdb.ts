import type {Broadcasts, LineShape, RowOrigin} from '../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {fitsStruct} from './attribute-tree.js'
import {changeBranches, changeClass, IS_UPSERT_ROLE, leftOutName} from './change-classes.js'
import {areConditionsOfKey, isImmutable} from './change-inputs.js'
import {derivedStages, usesRest} from './derivations.js'
import {changeColumns, changedItemsSql} from './duckdb-change.js'
import {changeRowsSql, originColumns} from './duckdb-change-rows.js'
import {conditionSql} from './duckdb-condition.js'
import {derivedProblemSql, derivedSuspectSql, derivedValueSql} from './duckdb-derive.js'
import {itemReader, type ItemForm, type ItemReader} from './duckdb-item.js'
import {canBeError, problemSql, suspectSql, valueSql} from './duckdb-value.js'
import {partitionText} from './partition-tray.js'
import {ROW_CLASS} from './row-class.js'
import {storedColumns} from './row-metadata.js'
import {isDerived, type SourceColumn, type TableMapping} from './types.js'

export interface CompileOptions {
  /** Default: what the mapping needs; both forms give the same rows. */
  readonly form?: ItemForm
  /** Default: `items`. */
  readonly shape?: LineShape
  /** Default: `homeless` for changes, else `none`. */
  readonly broadcasts?: Broadcasts
  /** A condition over the mapped columns; other rows are counted and left out. */
  readonly where?: string | null
}

export interface CompiledMapping {
  /** Type that an item is read with. */
  readonly itemType: string
  /** Columns to read lines with, as DuckDB's readers of JSON take them. */
  readonly lineColumns: string
  /** Quoted names of the stored columns, in order. */
  readonly columns: readonly string[]
  /**
   * Rows of a relation that has the line columns and `file_index`: the stored columns, and `_partition` (see
   * `decodePartition`, or `DELETES_TRAY`), `_class`, `_problem`, `_file_index`. A FROM item, in parentheses.
   */
  rowsSql(lines: string, origin: RowOrigin): string
  /** The same `_partition` text from stored columns, to prove where rows were put. */
  readonly partitionSql: string
}

interface Compilation {
  readonly mapping: TableMapping
  readonly reader: ItemReader
  readonly shape: LineShape
  readonly form: ItemForm
  readonly broadcasts: Broadcasts
  readonly where: string | null
  readonly partitionSql: string
}

/** Compiles a mapping to DuckDB SQL. */
export function compileDuckdb(mapping: TableMapping, options: CompileOptions = {}): CompiledMapping {
  const form = options.form ?? (fitsStruct(mapping) && !usesRest(mapping) ? 'struct' : 'json')
  const shape = options.shape ?? 'items'
  const {itemType} = itemReader(mapping, form)
  const broadcasts = isImmutable(mapping) ? (options.broadcasts ?? (shape === 'changes' ? 'homeless' : 'none')) : 'none'
  return {
    itemType,
    lineColumns: shape === 'items' ? `{Item: ${quoteText(itemType)}}` : changeColumns(itemType),
    columns: storedColumns(mapping).map(({name}) => quoteIdentifier(name)),
    partitionSql: partitionText(mapping, '_version'),
    rowsSql: (lines, origin) =>
      rowsSql(
        {
          mapping,
          reader: itemReader(mapping, form),
          shape,
          form,
          broadcasts,
          where: options.where ?? null,
          partitionSql: partitionText(mapping, shape === 'changes' ? '_changed' : String(origin.version)),
        },
        lines,
        origin,
      ),
  }
}

function rowsSql(compilation: Compilation, lines: string, origin: RowOrigin): string {
  const {mapping, reader, shape, form, broadcasts} = compilation
  const items = shape === 'items' ? lines : changedItemsSql(mapping, lines, form)
  const roles = shape === 'items' ? [] : ['_role', '_changed']
  const sources = mapping.columns.filter((column): column is SourceColumn => !isDerived(column))
  const values = sources.map((column) => `${valueSql(column, reader)} AS ${quoteIdentifier(column.name)}`)
  const stages = derivedStages(mapping).map((columns) =>
    columns.map((column) => `${derivedValueSql(column, mapping, reader)} AS ${quoteIdentifier(column.name)}`),
  )
  const problem = rowProblem(compilation, sources)
  const mapped = mapping.columns.map(({name}) => quoteIdentifier(name))
  // Underscored: a column of the table may be called item.
  const parsed = `SELECT ${[...reader.columns(), ...roles, ...values].join(', ')} FROM (${reader.itemsSql(items, roles)})`
  const computed = stages.reduce((from, results) => `SELECT ${['*', ...results].join(', ')} FROM (${from})`, parsed)
  const judged = `SELECT ${[...mapped, '_file_index', ...roles, `${problem} AS _problem`].join(', ')} FROM (${computed})`
  const classed = `SELECT *, ${rowClass(compilation)} AS _class FROM (${judged})`
  return shape === 'items' && broadcasts === 'none'
    ? `(SELECT ${[...mapped, ...metadata(origin), `${compilation.partitionSql} AS _partition`].join(', ')}, _class, _problem, _file_index FROM (${classed}))`
    : changeRowsSql(compilation, classed, origin)
}

/** What stands against a row, the gravest first: no item, another table's, skipped, no key, error, quarantine. */
function rowProblem({mapping, reader, shape}: Compilation, sources: readonly SourceColumn[]): string {
  const problems = valueProblems(mapping, reader, sources)
  const fault = rowFault(mapping, reader, shape)
  if (problems.length === 0) return `coalesce(${fault}, NULL)`
  const suspects = problems.map(({suspect}) => `(${suspect})`)
  // Of what is gone only the key matters.
  const isSuspect = `${shape === 'items' ? '' : `${IS_UPSERT_ROLE} AND `}(${[...new Set(suspects)].join(' OR ')})`
  const texts = problems.map(({problem}) => problem)
  return `coalesce(${fault}, CASE WHEN ${isSuspect} THEN coalesce(${[...texts, 'NULL'].join(', ')}) END)`
}

interface ValueProblem {
  /** Condition, cheap to ask, without which there is no problem. */
  readonly suspect: string
  readonly problem: string
}

/** What can stand against a row's values: errors before all else. */
function valueProblems(mapping: TableMapping, reader: ItemReader, sources: readonly SourceColumn[]): ValueProblem[] {
  const ofSources = sources.flatMap((column): (ValueProblem & {readonly column: SourceColumn})[] => {
    const value = quoteIdentifier(column.name)
    const problem = problemSql(column, value, reader)
    return problem === null ? [] : [{column, problem, suspect: suspectSql(column, value, reader)}]
  })
  const errors = ofSources.flatMap(({column, problem, suspect}): ValueProblem[] =>
    canBeError(column) ? [{suspect, problem: `CASE WHEN starts_with(${problem}, 'error') THEN ${problem} END`}] : [],
  )
  const ofDerived = mapping.columns.filter(isDerived).flatMap((column): ValueProblem[] => {
    const [problem, suspect] = [derivedProblemSql(column), derivedSuspectSql(column)]
    return problem === null || suspect === null ? [] : [{problem, suspect}]
  })
  return [...errors, ...ofSources, ...ofDerived]
}

function rowFault(mapping: TableMapping, reader: ItemReader, shape: LineShape): string {
  const keyIsNull = mapping.key.map((name) => `${quoteIdentifier(name)} IS NULL`).join(' OR ')
  const conditions = conditionsSql(mapping, reader, shape)
  // What is gone and has no key of this table was an item of another one.
  const isOther = shape === 'changes' && !areConditionsOfKey(mapping)
  const others = isOther ? `WHEN NOT (${IS_UPSERT_ROLE}) AND (${keyIsNull}) THEN '${leftOutName(mapping)}' ` : ''
  return conditions === ''
    ? `CASE WHEN ${keyIsNull} THEN CASE WHEN _item IS NULL THEN 'item' ELSE 'key' END END`
    : `CASE WHEN _item IS NULL THEN 'item' ${conditions} ${others}WHEN ${keyIsNull} THEN 'key' END`
}

function conditionsSql(mapping: TableMapping, reader: ItemReader, shape: LineShape): string {
  const {when, skip} = mapping
  const belongs = when.map((condition) => conditionSql(condition, reader)).join(' AND ')
  const isSkipped = skip.map((condition) => conditionSql(condition, reader)).join(' OR ')
  // Neither a bare key nor an old image, of the window's begin, shows what the item was just before.
  const isShown = shape === 'changes' && !areConditionsOfKey(mapping) ? `${IS_UPSERT_ROLE} AND ` : ''
  return [
    ...(when.length === 0 ? [] : [`WHEN ${isShown}NOT (${belongs}) THEN 'elsewhere'`]),
    ...(skip.length === 0 ? [] : [`WHEN ${isShown}(${isSkipped}) THEN 'skipped'`]),
  ].join(' ')
}

function rowClass({mapping, shape, where}: Compilation): string {
  const good = `WHEN _problem IS NULL THEN ${shape === 'items' ? ROW_CLASS.upsert : changeClass()}`
  const quarantined = `WHEN starts_with(_problem, 'quarantine') THEN ${ROW_CLASS.quarantined}`
  const faults = [
    `WHEN _problem = 'key' THEN ${ROW_CLASS.noKey} WHEN _problem = 'item' THEN ${ROW_CLASS.noItem}`,
    ...(mapping.when.length === 0 ? [] : [`WHEN _problem = 'elsewhere' THEN ${ROW_CLASS.elsewhere}`]),
    ...(mapping.skip.length === 0 ? [] : [`WHEN _problem = 'skipped' THEN ${ROW_CLASS.skipped}`]),
  ]
  const branches =
    where === null
      ? [good, quarantined, ...faults]
      : [...faults, `WHEN NOT coalesce((${where}), false) THEN ${ROW_CLASS.filtered}`, good, quarantined]
  const first = shape === 'items' ? [] : [changeBranches(mapping)]
  return `CASE ${[...first, ...branches].join(' ')} ELSE ${ROW_CLASS.error} END`
}

function metadata(origin: RowOrigin): string[] {
  return [
    `CASE WHEN _problem IS NULL THEN 'upsert' ELSE 'quarantined' END AS _op`,
    ...originColumns(String(origin.version), origin),
  ]
}
