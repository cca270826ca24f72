import {hasCode} from '../errors.js'
import {
  isImmutable,
  METADATA_COLUMNS,
  pathTemplate,
  QUARANTINE_COLUMNS,
  storedColumns,
  type TableMapping,
} from '../mapping/index.js'
import type {Catalog, CatalogColumn, NewCatalogTable} from '../ports/catalog.js'
import {currentViewName, currentViewSql} from './current-view.js'
import {
  quarantinePrefix,
  quarantineTableName,
  quarantineViewColumns,
  quarantineViewName,
  quarantineViewSql,
} from './quarantine-view.js'
import {deletesPrefix, deletesTableName} from './ranked-rows.js'
import {runsPrefix, runsTableName} from './run-records.js'

/** Key prefix of a change log's objects in a lake that lays out its own tables. */
export function tableLocation(table: string): string {
  return `${table}/`
}

/** Creates what is missing, and lets the table take rows of this mapping. What readers see of it stays as it is. */
export async function prepareChangelogTables(mapping: TableMapping, catalog: Catalog): Promise<void> {
  for (const wanted of changelogTables(mapping)) await ensureTable(wanted, catalog, wanted.kind === 'table')
}

/** Shows a change log to readers as this mapping has it: its tables and its views. */
export async function showChangelogTables(mapping: TableMapping, catalog: Catalog): Promise<void> {
  for (const wanted of changelogTables(mapping)) await ensureTable(wanted, catalog, true)
}

/** Which key and which partition rows of the table are stored by: both in one text. */
export function layoutOf({key, partition}: TableMapping): string {
  return JSON.stringify({key, partition})
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
      parameters: {layout: layoutOf(mapping)},
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
    ...(isImmutable(mapping) ? [deletesTable(mapping)] : []),
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

/** Deletes of no known partition. */
function deletesTable(mapping: TableMapping): NewCatalogTable {
  const key = mapping.columns.filter(({name}) => mapping.key.includes(name)).map(({name, type}) => ({name, type}))
  return {
    name: deletesTableName(mapping.table),
    kind: 'table',
    columns: [...key, ...METADATA_COLUMNS],
    partitionColumns: [],
    location: deletesPrefix(mapping.table),
    format: 'parquet',
    pathTemplate: null,
    viewSql: null,
    parameters: {},
  }
}

const RUN_COLUMNS: readonly CatalogColumn[] = [
  {name: 'run', type: 'string'},
  {name: 'operation', type: 'string'},
  {name: 'kind', type: 'string'},
  {name: 'load', type: 'string'},
  {name: 'floor', type: 'bigint'},
  {name: 'reloads', type: 'string'},
  {name: 'supersedes', type: 'array<string>'},
  {name: 'rows', type: 'bigint'},
  {name: 'quarantined', type: 'bigint'},
  {name: 'deletes', type: 'bigint'},
  {name: 'leftOut', type: 'bigint'},
  {name: 'unreadable', type: 'bigint'},
  {name: 'mapping', type: 'string'},
  {name: 'exportFrom', type: 'string'},
  {name: 'exportTime', type: 'string'},
  {name: 'admittedAt', type: 'string'},
]

/** Two first writers of a table may meet: the later one sees what the other wrote, and adds its own. */
const ATTEMPTS = 3

async function ensureTable(wanted: NewCatalogTable, catalog: Catalog, replaces: boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await putIfOther(wanted, catalog, replaces)
    } catch (error) {
      if (attempt === ATTEMPTS || !hasCode(error, 'PRECONDITION_FAILED')) throw error
    }
  }
}

async function putIfOther(wanted: NewCatalogTable, catalog: Catalog, replaces: boolean): Promise<void> {
  const standing = await catalog.getTable(wanted.name)
  const table = standing === null ? wanted : {...wanted, columns: columnsOfBoth(standing, wanted)}
  if (standing !== null && (!replaces || describesSame(standing, table))) return
  await catalog.putTable({...table, location: standing?.location ?? table.location}, standing?.version ?? null)
}

/** A table keeps columns that the mapping has no more: loads that stand have them. A view has what it selects. */
function columnsOfBoth(standing: NewCatalogTable, wanted: NewCatalogTable): readonly CatalogColumn[] {
  if (wanted.kind === 'view') return wanted.columns
  const names = new Set(wanted.columns.map(({name}) => name))
  return [...wanted.columns, ...standing.columns.filter(({name}) => !names.has(name))]
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
    parameters,
  }: NewCatalogTable): string =>
    JSON.stringify([
      name,
      kind,
      columns.map((c) => [c.name, c.type]),
      partitionColumns.map((c) => [c.name, c.type]),
      format,
      template,
      viewSql,
      parameters,
    ])
  return description(standing) === description(wanted)
}
