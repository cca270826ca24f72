import type {Broadcasts, LineShape, RowOrigin} from '../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {athenaPartitionSql, columnOperand, derivationSql} from './athena-derive.js'
import {classNumbers, isHomeless} from './change-classes.js'
import {columnsOfDeletes} from './change-inputs.js'
import {ROW_CLASS, STORED_CLASSES} from './row-class.js'
import type {TableMapping} from './types.js'

interface RowKind {
  readonly mapping: TableMapping
  readonly shape: LineShape
  readonly broadcasts: Broadcasts
}

/** Hive's partition values in Trino. */
const ASCII = String.raw`'\A[\x20-\x7e]*\z'`
const MICROS_OF_A_DAY = 86_400_000_000n

/**
 * Rows of classed items or changes as they are stored: with the deletes, and the second rows that some need. TRY: Trino
 * would write what is named here into every expression that names it. A FROM item, in parentheses.
 */
export function storedRowsSql(kind: RowKind, classed: string, origin: RowOrigin): string {
  const {mapping, shape, broadcasts} = kind
  const isPlain = shape === 'items' && broadcasts === 'none'
  const rows = isPlain ? classed : withSecondRows(kind, classed)
  const isDelete = `(_second OR _class IN (${classNumbers('deleted', 'moved')}))`
  const kept = columnsOfDeletes(mapping)
  const columns = mapping.columns.map(({name}) => {
    const value = `TRY(${quoteIdentifier(name)})`
    return named(isPlain || kept.has(name) ? value : `IF(NOT ${isDelete}, ${value})`, name)
  })
  const op = isPlain
    ? `IF(_problem IS NULL, 'upsert', 'quarantined')`
    : // What a quarantined row hides elsewhere comes back with a good row of the same change.
      `CASE WHEN _class = ${ROW_CLASS.quarantined} THEN 'quarantined' WHEN ${isDelete} THEN 'delete' ELSE 'upsert' END`
  const rowClass = isPlain ? '_class' : `IF(_second, ${ROW_CLASS.broadcast}, _class)`
  const isStored = `${rowClass} IN (${classNumbers(...STORED_CLASSES)})`
  const isPlaced = isPlain ? 'true' : `NOT (_second OR (_homeless AND ${isDelete}))`
  const place = `IF(${isStored}, IF(${isPlaced}, 'rows', 'deletes'))`
  const partition = athenaPartitionSql(mapping, dayOf(shape, origin))
  const unwritable = partition.flatMap(({sql, isDate}) =>
    isDate ? [] : [`coalesce(NOT regexp_like(${sql}, ${ASCII}), false)`],
  )
  const values = partition.map(({name, sql}) => named(isPlain ? sql : `IF(${isPlaced}, ${sql})`, name))
  const isUnwritable = unwritable.length === 0 ? 'false' : `(${isPlaced} AND (${unwritable.join(' OR ')}))`
  return `(SELECT ${[...columns, ...metadata(op, shape, origin), ...values].join(', ')}, ${rowClass} AS _class, CAST(${place} AS VARCHAR) AS _place, _problem, ${isUnwritable} AS _unwritable, _file, _line FROM (${rows}))`
}

/** Beside some rows stands another one, that holds for their key in every partition. */
function withSecondRows({mapping, shape, broadcasts}: RowKind, classed: string): string {
  const homeless = isHomeless(mapping, shape, (derive) => derivationSql(derive, columnOperand))
  const homed = `SELECT *, ${homeless} AS _homeless FROM (${classed})`
  const who = {none: 'false', homeless: '_homeless', all: 'true'}[broadcasts]
  const needsSecond = `${who} AND _class IN (${classNumbers('upsert', 'quarantined')})`
  return `SELECT * FROM (${homed}) CROSS JOIN UNNEST(IF(${needsSecond}, ARRAY[false, true], ARRAY[false])) AS _s(_second)`
}

/** The day that stands in for a missing time: of the load, or of the change. */
function dayOf(shape: LineShape, {version}: RowOrigin): string {
  if (shape === 'changes') return `date_add('day', _changed / ${MICROS_OF_A_DAY}, TIMESTAMP '1970-01-01 00:00:00.000')`
  return `TIMESTAMP '${new Date(Number(version / 1000n)).toISOString().slice(0, 10)} 00:00:00.000'`
}

function metadata(op: string, shape: LineShape, {version, sourceRank, source}: RowOrigin): string[] {
  return [
    `CAST(${op} AS VARCHAR) AS _op`,
    `CAST(${shape === 'changes' ? '_changed' : version} AS BIGINT) AS _version`,
    `CAST(${sourceRank} AS INTEGER) AS _source_rank`,
    `CAST('' AS VARCHAR) AS _sequence`,
    `CAST(${quoteText(source)} AS VARCHAR) AS _source`,
  ]
}

function named(sql: string, name: string): string {
  return `${sql} AS ${quoteIdentifier(name)}`
}
