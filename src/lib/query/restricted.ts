import type {LakeDefinition, TableDefinition} from '../lake/index.js'

/** Columns by table whose values a query does not show. */
export type RestrictedColumns = Readonly<Record<string, readonly string[]>>

/**
 * What the definition calls restricted, and what quarantined rows repeat of it: the raw item always, the value and
 * the key where a column that they may come from is restricted.
 */
export function restrictedColumns({tables}: LakeDefinition): RestrictedColumns {
  return Object.fromEntries(tables.flatMap((table) => entriesOf(table)).filter(([, columns]) => columns.length > 0))
}

function entriesOf(table: TableDefinition): [string, string[]][] {
  const restricted = table.columns.filter((column) => column.class === 'restricted').map(({name}) => name)
  const quarantined = [
    'raw',
    ...(restricted.length > 0 ? ['value'] : []),
    ...(table.key.some((name) => restricted.includes(name)) ? ['key'] : []),
  ]
  return [
    [table.name, restricted],
    [`${table.name}__quarantine`, quarantined],
    [`${table.name}__quarantine_rows`, quarantined],
  ]
}
