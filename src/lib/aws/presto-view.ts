import {SluiceError} from '../errors.js'
import type {CatalogColumn} from '../ports/catalog.js'
import {trinoType} from './glue-types.js'

/** What stands in `ViewExpandedText` of every view of Athena and Trino. */
export const EXPANDED_TEXT = '/* Presto View */'

const BEFORE = '/* Presto View: '
const AFTER = ' */'

/** Glue's limit of `ViewOriginalText`; about 300,000 bytes of SQL. */
const LONGEST_TEXT = 409_600

/** A view as Athena and Trino store it; other fields of theirs are kept. */
export interface PrestoView {
  readonly originalSql: string
  readonly columns: readonly {readonly name: string; readonly type: string}[]
  readonly [field: string]: unknown
}

export interface NewPrestoView {
  readonly name: string
  readonly sql: string
  /** Database in which the statement's tables are looked for. */
  readonly database: string
  readonly columns: readonly CatalogColumn[]
}

/**
 * `ViewOriginalText` of a view. Fields of the standing view that sluice does not set, like its owner, are kept.
 * Throws `QUERY_INVALID` for a view that Glue cannot hold.
 */
export function encodePrestoView(view: NewPrestoView, standing: PrestoView | null): string {
  const document = {
    ...standing,
    originalSql: view.sql,
    catalog: 'awsdatacatalog',
    schema: view.database,
    columns: view.columns.map(({name, type}) => ({name: name.toLowerCase(), type: trinoType(type)})),
  }
  const text = `${BEFORE}${Buffer.from(JSON.stringify(document)).toString('base64')}${AFTER}`
  if (text.length <= LONGEST_TEXT) return text
  throw new SluiceError(
    'QUERY_INVALID',
    `The view ${view.name} is too long for Glue: ${text.length} characters encoded, ${LONGEST_TEXT} fit.`,
    {fix: 'Shorten its statement, or split it into views that read each other.', details: {view: view.name}},
  )
}

/** Null for a text that is no view of Athena or Trino, like a view of Hive or Spark. */
export function decodePrestoView(text: string | undefined): PrestoView | null {
  const trimmed = text?.trim() ?? ''
  if (!trimmed.startsWith(BEFORE) || !trimmed.endsWith(AFTER)) return null
  try {
    const json = Buffer.from(trimmed.slice(BEFORE.length, -AFTER.length), 'base64').toString('utf8')
    const document: unknown = JSON.parse(json)
    return isPrestoView(document) ? document : null
  } catch {
    return null
  }
}

function isPrestoView(document: unknown): document is PrestoView {
  if (!isRecord(document) || typeof document['originalSql'] !== 'string' || !Array.isArray(document['columns']))
    return false
  return document['columns'].every(
    (column) => isRecord(column) && typeof column['name'] === 'string' && typeof column['type'] === 'string',
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
