import type {TableMapping} from '../mapping/index.js'
import {quoteIdentifier} from '../sql/index.js'

/**
 * A SELECT of `inner` from the rows of the table `t` where `counts` holds, with `_rank`: 1 for the newest of each key,
 * deleted and quarantined ones too. The window stands by partition columns and key where partitions are immutable, so
 * that a filter on them prunes; by key alone elsewhere. What `inner` leaves out is not carried through the window.
 */
export function rankedRowsSql(mapping: TableMapping, inner: string, counts: string): string {
  const partition = mapping.partition?.by.map(({name}) => quoteIdentifier(name)) ?? []
  const key = mapping.key.map((name) => quoteIdentifier(name))
  const window = mapping.partition?.immutable ? [...partition, ...key] : key
  return `SELECT ${inner}, row_number() OVER (PARTITION BY ${window.map((name) => `t.${name}`).join(', ')}
    ORDER BY t._version DESC, t._source_rank DESC,
      CASE WHEN t._op = 'quarantined' THEN 1 ELSE 0 END, t._sequence DESC) AS _rank
  FROM ${quoteIdentifier(mapping.table)} t
  WHERE ${counts}`
}
