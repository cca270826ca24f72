import {isImmutable, type TableMapping} from '../mapping/index.js'
import {quoteIdentifier} from '../sql/index.js'

/**
 * Deletes that hold for a key in every partition: of items that are gone, and of which nobody told where they lay.
 * Only tables with immutable partitions have it.
 */
export function deletesTableName(table: string): string {
  return `${table}__deletes`
}

export function deletesPrefix(table: string): string {
  return `${deletesTableName(table)}/`
}

/**
 * A row's place among rows of its key, as text that sorts: version, rank of its source, the stream's sequence number,
 * good before quarantined.
 */
export const PLACE = `lpad(CAST(t._version AS VARCHAR), 20, '0') || CAST(t._source_rank AS VARCHAR) ||
      lpad(t._sequence, 64, '0') || CASE WHEN t._op = 'quarantined' THEN '0' ELSE '1' END`

/**
 * A SELECT of `inner` from the rows of the table `t` where `counts` holds, with `_rank`: 1 for the newest of each key,
 * deleted and quarantined ones too. The window stands by partition columns and key where partitions are immutable, so
 * that a filter on them prunes; by key alone elsewhere. What `inner` leaves out is not carried through the window.
 */
export function rankedRowsSql(mapping: TableMapping, inner: string, counts: string): string {
  const partition = mapping.partition?.by.map(({name}) => quoteIdentifier(name)) ?? []
  const key = mapping.key.map((name) => quoteIdentifier(name))
  const window = isImmutable(mapping) ? [...partition, ...key] : key
  const from = `${quoteIdentifier(mapping.table)} t`
  const isUndeleted = `(_deleted IS NULL OR _deleted <= ${PLACE})`
  const [rows, where] = isImmutable(mapping)
    ? [`${from}\n  ${deletesJoin(mapping, counts)}`, `${counts} AND ${isUndeleted}`]
    : [from, counts]
  return `SELECT ${inner}, row_number() OVER (PARTITION BY ${window.map((name) => `t.${name}`).join(', ')}
    ORDER BY t._version DESC, t._source_rank DESC,
      t._sequence DESC, CASE WHEN t._op = 'quarantined' THEN 1 ELSE 0 END,
      CASE WHEN t._op = 'delete' THEN 1 ELSE 0 END, t._source DESC) AS _rank
  FROM ${rows}
  WHERE ${where}`
}

/** The newest delete of each key, whose older rows do not count, like those below a floor. */
function deletesJoin(mapping: TableMapping, counts: string): string {
  const key = mapping.key.map((name) => quoteIdentifier(name))
  const columns = key.map((name, index) => `t.${name} AS _key${index}`)
  const on = key.map((name, index) => `t.${name} = _key${index}`)
  return `LEFT JOIN (SELECT ${columns.join(', ')}, max(${PLACE}) AS _deleted FROM ${quoteIdentifier(deletesTableName(mapping.table))} t
    WHERE ${counts} GROUP BY ${key.map((name) => `t.${name}`).join(', ')}) g ON ${on.join(' AND ')}`
}
