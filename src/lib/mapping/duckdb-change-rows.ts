import type {Broadcasts, LineShape, RowOrigin} from '../ports/parquet-engine.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {classNumbers, isHomeless} from './change-classes.js'
import {columnsOfDeletes} from './change-inputs.js'
import {columnOperand, derivationSql} from './duckdb-derive.js'
import {DELETES_TRAY} from './partition-tray.js'
import {ROW_CLASS} from './row-class.js'
import type {TableMapping} from './types.js'

/** The stored columns of change-log rows, in order, by what the row is. */
interface RowParts {
  readonly isDelete: string
  readonly version: string
}

interface ChangeCompilation {
  readonly mapping: TableMapping
  readonly shape: LineShape
  readonly broadcasts: Broadcasts
  readonly partitionSql: string
}

/**
 * Rows of changes, and of items whose load sets no floor: as the rows of a load with a floor, with deletes, with the
 * second rows that some need, and with `DELETES_TRAY` for deletes of no known partition. A FROM item, in parentheses.
 */
export function changeRowsSql(
  {mapping, shape, broadcasts, partitionSql}: ChangeCompilation,
  classed: string,
  origin: RowOrigin,
): string {
  const homeless = isHomeless(mapping, shape, (derive) => derivationSql(derive, columnOperand))
  const homed = `SELECT *, ${homeless} AS _homeless FROM (${classed})`
  const who = {none: 'false', homeless: '_homeless', all: 'true'}[broadcasts]
  const needsSecond = `${who} AND _class IN (${classNumbers('upsert', 'quarantined')})`
  const unfolded = `SELECT *, unnest(CASE WHEN ${needsSecond} THEN [false, true] ELSE [false] END) AS _second FROM (${homed})`
  const parts = {
    isDelete: `(_second OR _class IN (${classNumbers('deleted', 'moved')}))`,
    version: shape === 'changes' ? '_changed' : String(origin.version),
  }
  const kept = columnsOfDeletes(mapping)
  const columns = mapping.columns.map(({name}) => {
    const column = quoteIdentifier(name)
    return kept.has(name) ? column : `CASE WHEN NOT ${parts.isDelete} THEN ${column} END AS ${column}`
  })
  const partition = `CASE WHEN _second OR (_homeless AND ${parts.isDelete}) THEN ${quoteText(DELETES_TRAY)} ELSE ${partitionSql} END AS _partition`
  const rowClass = `CASE WHEN _second THEN ${ROW_CLASS.broadcast} ELSE _class END AS _class`
  return `(SELECT ${[...columns, ...changeMetadata(parts, origin), partition, rowClass].join(', ')}, _problem, _file_index FROM (${unfolded}))`
}

function changeMetadata({isDelete, version}: RowParts, origin: RowOrigin): string[] {
  return [
    // What a quarantined row hides elsewhere comes back with a good row of the same change.
    `CASE WHEN _class = ${ROW_CLASS.quarantined} THEN 'quarantined' WHEN ${isDelete} THEN 'delete' ELSE 'upsert' END AS _op`,
    ...originColumns(version, origin),
  ]
}

/** Columns that say where a row comes from. */
export function originColumns(version: string, origin: RowOrigin): string[] {
  return [
    `CAST(${version} AS BIGINT) AS _version`,
    `CAST(${origin.sourceRank} AS INTEGER) AS _source_rank`,
    `'' AS _sequence`,
    `${quoteText(origin.source)} AS _source`,
  ]
}
