import {CURABLE_REASONS, QUARANTINE_COLUMNS} from '../mapping/index.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import {admittedRunsSql} from './current-view.js'

/** The view of what was set aside and still waits: lines of admitted runs, at or above the floor. */
export function quarantineViewName(table: string): string {
  return `${table}__quarantine`
}

/** The table below that view: every line that any load set aside. */
export function quarantineTableName(table: string): string {
  return `${table}__quarantine_rows`
}

export function quarantinePrefix(table: string): string {
  return `${quarantineTableName(table)}/`
}

/**
 * A reload that supersedes a run, one of its quarantined lines, and a newer full export take those lines out of the
 * view.
 */
export function quarantineViewSql(table: string): string {
  const admitted = admittedRunsSql(table)
  const columns = quarantineViewColumns().map(({name}) => quoteIdentifier(name))
  return `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(quarantineTableName(table))}
WHERE (run = 'stream' OR run IN (SELECT run ${admitted})) AND _version >= (SELECT coalesce(max(floor), 0) ${admitted})
  AND NOT (reason IN (${CURABLE_REASONS.map(quoteText).join(', ')}) AND run IN (SELECT reloads ${admitted} AND reloads IS NOT NULL))`
}

export function quarantineViewColumns(): typeof QUARANTINE_COLUMNS {
  return QUARANTINE_COLUMNS.filter(({name}) => name !== '_version')
}
