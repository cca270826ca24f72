import {pathTemplate, QUARANTINE_COLUMNS, storedColumns, type TableMapping} from '../mapping/index.js'
import type {Catalog, CatalogColumn, NewCatalogTable} from '../ports/catalog.js'
import {currentViewName, currentViewSql} from './current-view.js'
import {
  quarantinePrefix,
  quarantineTableName,
  quarantineViewColumns,
  quarantineViewName,
  quarantineViewSql,
} from './quarantine-view.js'
import {runsPrefix, runsTableName} from './run-records.js'

/** Key prefix of a change log's objects in a lake that lays out its own tables. */
export function tableLocation(table: string): string {
  return `${table}/`
}

/** Creates or updates the catalog's entries of a change log: its tables and its views. */
export async function ensureChangelogTables(mapping: TableMapping, catalog: Catalog): Promise<void> {
  for (const table of changelogTables(mapping)) await ensureTable(table, catalog)
}

function changelogTables(mapping: TableMapping): NewCatalogTable[] {
  const partitionColumns: CatalogColumn[] = mapping.partition?.by.map(({name}) => ({name, type: 'string'})) ?? []
  const base = {partitionColumns: [], viewSql: null, pathTemplate: null, parameters: {}} as const
  return [
    {
      ...base,
      name: mapping.table,
      kind: 'table',
      columns: storedColumns(mapping),
      partitionColumns,
      location: tableLocation(mapping.table),
      format: 'parquet',
      pathTemplate: mapping.partition === null ? null : pathTemplate(mapping.partition),
    },
    {
      ...base,
      name: runsTableName(mapping.table),
      kind: 'table',
      columns: RUN_COLUMNS,
      location: runsPrefix(mapping.table),
      format: 'json',
    },
    {
      ...base,
      name: currentViewName(mapping.table),
      kind: 'view',
      columns: [...mapping.columns.map(({name, type}) => ({name, type})), ...partitionColumns],
      location: null,
      format: null,
      viewSql: currentViewSql(mapping),
    },
    {
      ...base,
      name: quarantineTableName(mapping.table),
      kind: 'table',
      columns: QUARANTINE_COLUMNS,
      location: quarantinePrefix(mapping.table),
      format: 'parquet',
    },
    {
      ...base,
      name: quarantineViewName(mapping.table),
      kind: 'view',
      columns: quarantineViewColumns(),
      location: null,
      format: null,
      viewSql: quarantineViewSql(mapping.table),
    },
  ]
}

const RUN_COLUMNS: readonly CatalogColumn[] = [
  {name: 'run', type: 'string'},
  {name: 'operation', type: 'string'},
  {name: 'kind', type: 'string'},
  {name: 'load', type: 'string'},
  {name: 'floor', type: 'bigint'},
  {name: 'supersedes', type: 'array<string>'},
  {name: 'rows', type: 'bigint'},
  {name: 'quarantined', type: 'bigint'},
  {name: 'leftOut', type: 'bigint'},
  {name: 'unreadable', type: 'bigint'},
  {name: 'mapping', type: 'string'},
  {name: 'admittedAt', type: 'string'},
]

async function ensureTable(wanted: NewCatalogTable, catalog: Catalog): Promise<void> {
  const standing = await catalog.getTable(wanted.name)
  if (standing !== null && describesSame(standing, wanted)) return
  await catalog.putTable({...wanted, location: standing?.location ?? wanted.location}, standing?.version ?? null)
}

/** A table's standing location is kept: the catalog, not the template, says where a table is. */
function describesSame(standing: NewCatalogTable, wanted: NewCatalogTable): boolean {
  const description = ({
    name,
    kind,
    columns,
    partitionColumns,
    format,
    pathTemplate: template,
    viewSql,
  }: NewCatalogTable): string =>
    JSON.stringify([
      name,
      kind,
      columns.map((c) => [c.name, c.type]),
      partitionColumns.map((c) => [c.name, c.type]),
      format,
      template,
      viewSql,
    ])
  return description(standing) === description(wanted)
}
