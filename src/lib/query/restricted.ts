import {SluiceError} from '../errors.js'
import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import type {AnalysedScan} from '../ports/query-engine.js'

/** Columns by table whose values a query does not show. */
export type RestrictedColumns = Readonly<Record<string, readonly string[]>>

/**
 * What the definition calls restricted, and what the tables beside repeat of it: deletes the key, quarantined rows the
 * raw item always, the value and the key where a column that they may come from is restricted.
 */
export function restrictedColumns({tables}: LakeDefinition): RestrictedColumns {
  return Object.fromEntries(tables.flatMap((table) => entriesOf(table)).filter(([, columns]) => columns.length > 0))
}

/** Tables of a load or a merge that runs: over the lines of an export, and over objects as they are merged. */
const WORK_TABLE = /^(?:lines|merge)_/

/**
 * Throws `QUERY_INVALID` for a scan of a table that only works: it stands as long as a load or a merge runs, and shows
 * whole items or rows, whatever is restricted.
 */
export function refuseWorkTables(scans: readonly Pick<AnalysedScan, 'table'>[], {tables}: LakeDefinition): void {
  for (const scan of scans) {
    const owner = tables.find(({name}) => isWorkTable(scan.table, name))
    if (owner === undefined) continue
    throw new SluiceError(
      'QUERY_INVALID',
      `${scan.table} only stands while a load or a merge of ${owner.name} works.`,
      {
        fix: `It shows what is restricted, so no query reads it. Read ${owner.name} itself.`,
        details: {table: scan.table},
      },
    )
  }
}

/**
 * Throws `QUERY_INVALID` for a view of a table whose key is hidden: current rows are told apart by it, and hidden keys
 * are all the same.
 */
export function refuseHiddenKeys(
  scans: readonly Pick<AnalysedScan, 'table' | 'view'>[],
  masked: RestrictedColumns,
  {tables}: LakeDefinition,
): void {
  for (const {table, view} of scans) {
    const key = tables.find(({name}) => name === table)?.key ?? []
    const hidden = key.filter((name) => masked[table]?.includes(name))
    if (view === null || hidden.length === 0) continue
    throw new SluiceError(
      'QUERY_INVALID',
      `${view} may tell rows apart by ${hidden.join(', ')}, which is restricted.`,
      {
        fix: `Hidden, every key looks the same. Pass --show-restricted, or read ${table} itself.`,
        details: {table, view},
      },
    )
  }
}

function isWorkTable(name: string, table: string): boolean {
  const prefix = `${table}__`
  return name.startsWith(prefix) && WORK_TABLE.test(name.slice(prefix.length))
}

function entriesOf(table: TableDefinition): [string, string[]][] {
  const restricted = table.columns.filter((column) => column.class === 'restricted').map(({name}) => name)
  const key = table.key.filter((name) => restricted.includes(name))
  const quarantined = ['raw', ...(restricted.length > 0 ? ['value'] : []), ...(key.length > 0 ? ['key'] : [])]
  return [
    [table.name, restricted],
    [`${table.name}__deletes`, key],
    [`${table.name}__quarantine`, quarantined],
    [`${table.name}__quarantine_rows`, quarantined],
  ]
}
