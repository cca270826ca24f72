import {isDeepStrictEqual} from 'node:util'
import type {Column, StorageDescriptor, Table, TableInput} from '@aws-sdk/client-glue'
import {SluiceError} from '../errors.js'
import {withoutFileStatistics, type CatalogColumn, type CatalogTable, type NewCatalogTable} from '../ports/catalog.js'
import {formatOf, formatStorage, type TableFormat} from './glue-formats.js'
import {shownLocation, storedLocation, type GlueLocations} from './glue-locations.js'
import {mergedParameters, shownParameters} from './glue-parameters.js'
import {athenaType, athenaTypeOfTrino, glueType} from './glue-types.js'
import {decodePrestoView, encodePrestoView, EXPANDED_TEXT} from './presto-view.js'

export interface GluePlace {
  /** In lower case, as Glue stores it. */
  readonly database: string
  readonly locations: GlueLocations
}

const VIEW = 'VIRTUAL_VIEW'
const VIEW_COMMENT = 'Presto View'
/** Trino (not Athena) refuses a view of nobody: "Run-as identity must be set". */
const VIEW_OWNER = 'sluice'

/** Proves whose write stands: another text with every write. */
export const WRITE_MARK = 'sluice.write'
const PATH_TEMPLATE = 'sluice.path-template'
/** Columns that Glue writes in another way, as JSON: its name of the column → name and type of the port. */
const COLUMNS = 'sluice.columns'

/** A table of Glue as the port shows it; links, Iceberg and other tables of engines have no `format`. */
export function readTable(table: Table, {locations}: GluePlace): CatalogTable {
  const name = table.Name ?? ''
  const kind = table.TableType === VIEW ? 'view' : 'table'
  const format = kind === 'view' ? null : formatOf(table)
  const uri = table.StorageDescriptor?.Location ?? ''
  const view = kind === 'view' ? decodePrestoView(table.ViewOriginalText) : null
  const written = writtenColumns(table.Parameters)
  const target = table.TargetTable
  return {
    name,
    kind,
    columns: view === null ? readColumns(table.StorageDescriptor?.Columns, written) : viewColumns(table, written),
    partitionColumns: readColumns(table.PartitionKeys, written),
    location: kind === 'view' || uri === '' ? null : shownLocation(uri, locations),
    format,
    pathTemplate: table.Parameters?.[PATH_TEMPLATE] ?? null,
    viewSql: view?.originalSql ?? null,
    parameters: {
      ...shownParameters(table.Parameters, hiddenNames(table, kind, format)),
      ...(target === undefined ? {} : {'link.target': [target.CatalogId, target.DatabaseName, target.Name].join('.')}),
    },
    version: table.VersionId ?? '',
    ...filesFaultOf(table),
    ...(table.IsRegisteredWithLakeFormation === true ? {isGoverned: true} : {}),
  }
}

/** Names of files mean something to readers: a bucket's number, or a list of other files. */
function filesFaultOf({StorageDescriptor: storage}: Table): {filesFault?: string} {
  if (/SymlinkTextInputFormat/.test(storage?.InputFormat ?? ''))
    return {filesFault: 'lists its files in files of links'}
  const buckets = storage?.BucketColumns ?? []
  return buckets.length === 0 ? {} : {filesFault: `is bucketed by ${buckets.join(', ')}`}
}

/** What Glue is to hold for `table`; everything of the standing table that the port does not know is kept. */
export function tableInput(table: NewCatalogTable, standing: Table | null, place: GluePlace): TableInput {
  return {
    ...(standing === null ? {} : inputOf(standing)),
    Name: table.name,
    ...(table.kind === 'view' ? viewParts(table, standing, place) : tableParts(table, standing, place)),
    PartitionKeys: glueColumns(table.partitionColumns, standing?.PartitionKeys),
  }
}

/** Whether a write would change nothing but its own mark. */
export function holdsAlready(standing: Table, input: TableInput): boolean {
  return isDeepStrictEqual(plain(inputOf(standing)), plain(input))
}

/** The part of a standing table that Glue takes back. */
export function inputOf(table: Table): TableInput {
  return {
    Name: table.Name,
    Description: table.Description,
    Owner: table.Owner,
    LastAccessTime: table.LastAccessTime,
    LastAnalyzedTime: table.LastAnalyzedTime,
    Retention: table.Retention,
    StorageDescriptor: table.StorageDescriptor,
    PartitionKeys: table.PartitionKeys,
    ViewOriginalText: table.ViewOriginalText,
    ViewExpandedText: table.ViewExpandedText,
    TableType: table.TableType,
    Parameters: table.Parameters,
  }
}

function tableParts(table: NewCatalogTable, standing: Table | null, {locations}: GluePlace): Partial<TableInput> {
  const before = standing?.StorageDescriptor
  const storage = tableStorage(table, standing)
  const columns = glueColumns(table.columns, before?.Columns)
  const location = table.location === null ? null : storedLocation(table.location, before?.Location, locations)
  const isMoved = location !== null && location !== before?.Location
  return {
    TableType: standing?.TableType === undefined || standing.TableType === VIEW ? 'EXTERNAL_TABLE' : standing.TableType,
    StorageDescriptor: {
      ...storage.descriptor,
      Columns: columns,
      ...(location === null ? {} : {Location: location}),
    },
    ViewOriginalText: undefined,
    ViewExpandedText: undefined,
    Parameters: mergedParameters(parametersOf(standing, isMoved), table.parameters, {
      ...storage.parameters,
      ...ownParameters(table),
    }),
  }
}

/** Statistics that engines keep of the files are wrong for those of another place. */
function parametersOf(standing: Table | null, isMoved: boolean): Table['Parameters'] {
  return isMoved ? withoutFileStatistics(standing?.Parameters ?? {}) : standing?.Parameters
}

/** The standing storage where the format stays, so that its options stay; else sluice's own. */
function tableStorage(
  {name, format}: NewCatalogTable,
  standing: Table | null,
): {descriptor: StorageDescriptor; parameters: Record<string, string>} {
  if (standing?.StorageDescriptor !== undefined && standing.TableType !== VIEW && formatOf(standing) === format)
    return {descriptor: standing.StorageDescriptor, parameters: {}}
  if (format !== null) return formatStorage(format, standing?.StorageDescriptor)
  throw new SluiceError('TABLE_UNSUPPORTED', `The table ${name} has no format that sluice writes.`, {
    fix: 'Write tables of format parquet or json.',
  })
}

function viewParts(table: NewCatalogTable, standing: Table | null, {database}: GluePlace): Partial<TableInput> {
  const {name, viewSql: sql, columns} = table
  if (sql === null) {
    throw new SluiceError(
      'TABLE_UNSUPPORTED',
      `The view ${name} is none of Athena or Trino: sluice does not write it.`,
      {
        fix: 'Create it again with a statement that Athena takes.',
      },
    )
  }
  const kept = standing?.TableType === VIEW ? standing.StorageDescriptor : {Location: '', SerdeInfo: {}}
  return {
    TableType: VIEW,
    Owner: standing?.Owner ?? VIEW_OWNER,
    StorageDescriptor: {...kept, Columns: glueColumns(columns, standing?.StorageDescriptor?.Columns)},
    ViewOriginalText: encodePrestoView({name, sql, database, columns}, decodePrestoView(standing?.ViewOriginalText)),
    ViewExpandedText: EXPANDED_TEXT,
    Parameters: mergedParameters(standing?.Parameters, table.parameters, {
      presto_view: 'true',
      ...(table.parameters['comment'] === undefined ? {comment: VIEW_COMMENT} : {}),
      ...ownParameters(table),
    }),
  }
}

function ownParameters(table: NewCatalogTable): Record<string, string> {
  const other = [...table.columns, ...table.partitionColumns].filter(
    ({name, type}) => name !== name.toLowerCase() || athenaType(glueType(type)) !== type,
  )
  const columns = Object.fromEntries(other.map(({name, type}) => [name.toLowerCase(), [name, type]]))
  return {
    ...(table.pathTemplate === null ? {} : {[PATH_TEMPLATE]: table.pathTemplate}),
    ...(other.length === 0 ? {} : {[COLUMNS]: JSON.stringify(columns)}),
  }
}

/** Parameters that say nothing that the port does not say. */
function hiddenNames(table: Table, kind: CatalogTable['kind'], format: TableFormat | null): string[] {
  if (kind === 'view') return ['presto_view', ...(table.Parameters?.['comment'] === VIEW_COMMENT ? ['comment'] : [])]
  return ['EXTERNAL', ...(table.Parameters?.['classification'] === format ? ['classification'] : [])]
}

/** Comments and parameters of standing columns stay, and the type as somebody else wrote it where it means the same. */
function glueColumns(columns: readonly CatalogColumn[], standing: readonly Column[] = []): Column[] {
  const byName = new Map(standing.map((column) => [column.Name?.toLowerCase(), column]))
  return columns.map(({name, type}) => {
    const before = byName.get(name.toLowerCase())
    const isSame = before?.Type !== undefined && athenaType(before.Type) === athenaType(glueType(type))
    return {...before, Name: before?.Name ?? name.toLowerCase(), Type: isSame ? before.Type : glueType(type)}
  })
}

type WrittenColumns = Readonly<Record<string, unknown>>

function writtenColumns(parameters: Readonly<Record<string, string>> | undefined): WrittenColumns {
  try {
    const written: unknown = JSON.parse(parameters?.[COLUMNS] ?? '{}')
    return typeof written === 'object' && written !== null ? (written as WrittenColumns) : {}
  } catch {
    return {}
  }
}

function readColumns(columns: readonly Column[] = [], written: WrittenColumns): CatalogColumn[] {
  return columns.map((column) => {
    const read = {name: column.Name ?? '', type: athenaType(column.Type ?? 'string')}
    const entry = written[read.name.toLowerCase()]
    const [name, type] = Array.isArray(entry) ? (entry as readonly unknown[]) : []
    if (typeof name !== 'string' || typeof type !== 'string') return read
    // somebody else may have changed the type since
    return {name, type: athenaType(glueType(type)) === read.type ? type : read.type}
  })
}

/** Trino stores a view with one column that means nothing: the view's own text has the true ones. */
function viewColumns(table: Table, written: WrittenColumns): CatalogColumn[] {
  const stored = readColumns(table.StorageDescriptor?.Columns, written)
  const described = decodePrestoView(table.ViewOriginalText)?.columns ?? []
  const isSame =
    stored.length === described.length &&
    stored.every(({name}, index) => name.toLowerCase() === described[index]!.name.toLowerCase())
  return isSame ? stored : described.map(({name, type}) => ({name, type: athenaTypeOfTrino(type)}))
}

/** Without what is absent, empty, or differs with every write. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([name, part]) => part !== undefined && name !== WRITE_MARK)
  return Object.fromEntries(entries.map(([name, part]) => [name, plain(part)]))
}
