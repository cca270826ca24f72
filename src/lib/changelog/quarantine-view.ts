import {QUARANTINE_COLUMNS} from '../mapping/index.js'
import {quoteIdentifier} from '../sql/index.js'
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

/** A reload that supersedes a run, and a newer full export, take its quarantined lines out of the view. */
export function quarantineViewSql(table: string): string {
  const admitted = admittedRunsSql(table)
  const columns = quarantineViewColumns().map(({name}) => quoteIdentifier(name))
  return `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(quarantineTableName(table))}
WHERE run IN (SELECT run ${admitted}) AND _version >= (SELECT coalesce(max(floor), 0) ${admitted})`
}

export function quarantineViewColumns(): typeof QUARANTINE_COLUMNS {
  return QUARANTINE_COLUMNS.filter(({name}) => name !== '_version')
}
