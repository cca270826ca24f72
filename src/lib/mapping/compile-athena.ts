import {SluiceError} from '../errors.js'
import type {Broadcasts, LineShape, RowOrigin} from '../ports/parquet-engine.js'
import {quoteIdentifier} from '../sql/index.js'
import {changedItemsSql} from './athena-change.js'
import {athenaConditionSql} from './athena-condition.js'
import {athenaDerivedProblemSql, athenaDerivedSql} from './athena-derive.js'
import {AthenaItem, itemsOfLines} from './athena-item.js'
import {ATHENA_REFUSALS, refusalsOf, type AthenaRefusal} from './athena-refusals.js'
import {storedRowsSql} from './athena-stored.js'
import {athenaProblemSql, athenaValueSql} from './athena-value.js'
import {changeBranches, changeClass, IS_UPSERT_ROLE, leftOutName} from './change-classes.js'
import {areConditionsOfKey, isImmutable} from './change-inputs.js'
import {derivedStages} from './derivations.js'
import {canBeError} from './duckdb-value.js'
import {ROW_CLASS} from './row-class.js'
import {storedColumns} from './row-metadata.js'
import {isDerived, type SourceColumn, type TableMapping} from './types.js'

export interface CompileAthenaOptions {
  /** Default: `items`. */
  readonly shape?: LineShape
  /** Default: `homeless` for changes, else `none`. */
  readonly broadcasts?: Broadcasts
  /** A condition over the mapped columns in the portable dialect; other rows are classed as filtered. */
  readonly where?: string | null
}

export interface AthenaMapping {
  /** Quoted names of the stored columns, in order. */
  readonly columns: readonly string[]
  /** Quoted names of the partition columns, in order. */
  readonly partitionColumns: readonly string[]
  /**
   * Rows of a relation of lines as text, `line` and `"$path"`: the stored columns, the partition columns, and `_class`
   * (a number of `ROW_CLASS`), `_place` (`rows`, `deletes` for deletes of no known partition, NULL for what is not
   * stored), `_problem`, `_unwritable`, `_file` and `_line`, of which nothing is computed that is not asked for.
   * `_unwritable`: Trino writes no partition whose value has other characters than printable ASCII, and one such row
   * fails the whole INSERT. A FROM item, in parentheses.
   */
  rowsSql(lines: string, origin: RowOrigin): string
}

interface Compilation {
  readonly mapping: TableMapping
  readonly shape: LineShape
  readonly item: AthenaItem
  readonly where: string | null
}

const COLUMNS_AT_ONCE = 25
const ANY_ORIGIN: RowOrigin = {version: 0n, sourceRank: 0, source: ''}

/** Everything that keeps a mapping from Athena, by name; see `ATHENA_REFUSALS`. */
export function athenaRefusals(mapping: TableMapping, options: CompileAthenaOptions = {}): AthenaRefusal[] {
  return refusalsOf(mapping, options, () => rowsSql(mapping, options, 'lines', ANY_ORIGIN))
}

/** Compiles a mapping to Trino's SQL, as Athena's engine v3 takes it. Throws for what `athenaRefusals` names. */
export function compileAthena(mapping: TableMapping, options: CompileAthenaOptions = {}): AthenaMapping {
  const refusals = athenaRefusals(mapping, options)
  if (refusals.length > 0) {
    throw new SluiceError('DEFINITION_INVALID', refusals.map((name) => ATHENA_REFUSALS[name]).join(' '), {
      fix: 'Load this table with --engine duckdb.',
      details: {refusals},
    })
  }
  return {
    columns: storedColumns(mapping).map(({name}) => quoteIdentifier(name)),
    partitionColumns: (mapping.partition?.by ?? []).map(({name}) => quoteIdentifier(name)),
    rowsSql: (lines, origin) => rowsSql(mapping, options, lines, origin),
  }
}

function rowsSql(
  mapping: TableMapping,
  {where, shape = 'items', broadcasts}: CompileAthenaOptions,
  lines: string,
  origin: RowOrigin,
): string {
  const compilation = {mapping, shape, item: new AthenaItem(), where: where ?? null}
  const {item} = compilation
  const sources = mapping.columns.filter((column): column is SourceColumn => !isDerived(column))
  const stages = [
    sources.map((column) => named(athenaValueSql(column, item), column.name)),
    ...derivedStages(mapping).map((columns) =>
      columns.map((column) => named(athenaDerivedSql(column, mapping, item), column.name)),
    ),
  ]
  const problems = valueProblems(mapping, item, sources)
  const found = foundProblems(problems)
  stages.push(
    problems.map(({sql}, index) => `${sql} AS _p${index}`),
    found.map((sql, index) => `${sql} AS _q${index}`),
    [`${rowProblem(compilation, found.length)} AS _problem`],
    [`${rowClass(compilation)} AS _class`],
  )
  // Only now is it known what is read of an item.
  const items = item.itemsSql(shape === 'items' ? itemsOfLines(lines) : changedItemsSql(mapping, lines))
  const classed = stages
    .filter((columns) => columns.length > 0)
    .reduce((from, columns) => `SELECT *, ${columns.join(', ')} FROM (${from})`, items)
  return storedRowsSql({mapping, shape, broadcasts: broadcastsOf(mapping, shape, broadcasts)}, classed, origin)
}

function broadcastsOf(mapping: TableMapping, shape: LineShape, asked: Broadcasts | undefined): Broadcasts {
  if (!isImmutable(mapping)) return 'none'
  return asked ?? (shape === 'changes' ? 'homeless' : 'none')
}

function named(sql: string, name: string): string {
  return `${sql} AS ${quoteIdentifier(name)}`
}

interface ValueProblem {
  readonly sql: string
  readonly canBeError: boolean
}

/** What can stand against a row's values, in the order of the columns, computed ones last. */
function valueProblems(mapping: TableMapping, item: AthenaItem, sources: readonly SourceColumn[]): ValueProblem[] {
  const ofSources = sources.flatMap((column): ValueProblem[] => {
    const sql = athenaProblemSql(column, quoteIdentifier(column.name), item)
    return sql === null ? [] : [{sql, canBeError: canBeError(column)}]
  })
  const ofDerived = mapping.columns.filter(isDerived).flatMap((column): ValueProblem[] => {
    const sql = athenaDerivedProblemSql(column)
    return sql === null ? [] : [{sql, canBeError: false}]
  })
  return [...ofSources, ...ofDerived]
}

/**
 * The first problem of every few columns, those that stop a load before all others. Trino compiles an expression to
 * one method, of 64 KiB at most, and writes what a SELECT names once into the expression that names it: all problems
 * of a row in one expression are too many from about 40 columns on. What is named twice, or within TRY, stays apart.
 */
function foundProblems(problems: readonly ValueProblem[]): string[] {
  const errors = problems.flatMap(({canBeError: isGrave}, index) =>
    isGrave ? [`WHEN starts_with(_p${index}, 'error') THEN _p${index}`] : [],
  )
  const all = problems.map((_, index) => `WHEN _p${index} IS NOT NULL THEN _p${index}`)
  return [errors, all].flatMap((branches) =>
    Array.from({length: Math.ceil(branches.length / COLUMNS_AT_ONCE)}, (_, group) => {
      const first = group * COLUMNS_AT_ONCE
      return `CASE ${branches.slice(first, first + COLUMNS_AT_ONCE).join(' ')} END`
    }),
  )
}

/** What stands against a row, the gravest first: no item, another table's, skipped, no key, error, quarantine. */
function rowProblem({mapping, item, shape}: Compilation, groups: number): string {
  const {when, skip, key} = mapping
  const belongs = when.map((condition) => athenaConditionSql(condition, item)).join(' AND ')
  const isSkipped = skip.map((condition) => athenaConditionSql(condition, item)).join(' OR ')
  const keyIsNull = key.map((name) => `${quoteIdentifier(name)} IS NULL`).join(' OR ')
  // Neither a bare key nor an old image, of the window's begin, shows what the item was just before.
  const isHidden = shape === 'changes' && !areConditionsOfKey(mapping)
  const isShown = isHidden ? `${IS_UPSERT_ROLE} AND ` : ''
  // Of what is gone only the key matters.
  const isStored = shape === 'changes' ? `${IS_UPSERT_ROLE} AND ` : ''
  const branches = [
    `WHEN _item IS NULL THEN 'item'`,
    ...(when.length === 0 ? [] : [`WHEN ${isShown}NOT (${belongs}) THEN 'elsewhere'`]),
    ...(skip.length === 0 ? [] : [`WHEN ${isShown}(${isSkipped}) THEN 'skipped'`]),
    // What is gone and has no key of this table was an item of another one.
    ...(isHidden ? [`WHEN NOT (${IS_UPSERT_ROLE}) AND (${keyIsNull}) THEN '${leftOutName(mapping)}'`] : []),
    `WHEN ${keyIsNull} THEN 'key'`,
    ...Array.from({length: groups}, (_, group) => `WHEN ${isStored}_q${group} IS NOT NULL THEN _q${group}`),
  ]
  return `CAST(CASE ${branches.join(' ')} END AS VARCHAR)`
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
