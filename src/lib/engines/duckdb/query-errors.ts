import {SluiceError} from '../../errors.js'
import {nearestName} from '../../near-name.js'
import type {CatalogTable} from '../../ports/catalog.js'
import {positionAt} from '../../sql/analysis.js'
import {safeMessage} from './error-heads.js'
import {invalid} from './statement.js'

/** What an error is told with: the statement, and the tables that it reads. */
export interface QueryScene {
  readonly sql: string
  readonly tables: readonly CatalogTable[]
  readonly signal: AbortSignal | undefined
  /** Of the lake, in which damaged objects are named by their keys; null where it is not on this machine. */
  readonly folder: string | null
}

/** DuckDB's error under `errors_as_json`. */
interface EngineError {
  readonly exception_type: string
  readonly exception_message: string
  readonly position?: string
  readonly error_subtype?: string
  readonly name?: string
  readonly candidates?: string
  readonly type?: string
}

const INVALID =
  /^(binder|parser|catalog|syntax|conversion|out of range|invalid input|invalid type|mismatch type|not implemented|permission|parameter not)/i
/** Errors about a value of the data, which is not for error messages. */
const ABOUT_VALUES = /^(conversion|out of range|invalid input|invalid type|constraint)/i
/** What DuckDB says of a file that is no Parquet file, or no longer a whole one. */
const DAMAGED =
  /^(No magic bytes found|File '.*' too small to be a Parquet file|Could not read enough bytes from file|don't know what type|Failed to read Parquet|Invalid file encountered|.*corrupted|.*TProtocol|.*Snappy)/i
const CHECK_NAMES = 'Check the names against the definition: sluice lake show'

/** An error of the engine as a user meets it; what is none of the engine's comes back as it is. */
export function queryError(error: unknown, scene: QueryScene): unknown {
  // The engine's errors are plain ones; a TypeError is our own mistake.
  if (!(error instanceof Error) || error.name !== 'Error' || error === scene.signal?.reason) return error
  const engineError = engineErrorOf(error.message)
  const kind = engineError.exception_type
  if (/^out of memory/i.test(kind)) return memoryExceeded(error)
  if (engineError.error_subtype === 'COLUMN_NOT_FOUND') return unknownColumn(engineError, scene, error)
  if (DAMAGED.test(engineError.exception_message)) return damagedObject(engineError, scene, error)
  const message = unknownFunction(engineError) ?? messageOf(engineError)
  if (!INVALID.test(kind))
    return new SluiceError('QUERY_FAILED', message, {fix: 'Run it again, or simplify it.', cause: error})
  return invalid(message, positionOf(engineError, scene.sql), fixOf(engineError), {cause: error})
}

/** Throws for a table that neither the statement nor the catalog has. */
export function unknownTable(
  sql: string,
  name: string,
  location: number | undefined,
  known: readonly string[],
): SluiceError {
  const near = nearestName(name, known)
  const fix = near === null ? CHECK_NAMES : `Did you mean ${near}?`
  return invalid(`There is no table ${JSON.stringify(name)} in the lake.`, positionAt(sql, location), fix, {
    details: {table: name, tables: [...known].sort()},
  })
}

function engineErrorOf(text: string): EngineError {
  const start = text.indexOf('{"exception_type"')
  if (start !== -1) {
    try {
      return JSON.parse(text.slice(start)) as EngineError
    } catch {
      // not the whole document: read as a plain message below
    }
  }
  const [kind = '', ...rest] = (text.split('\n')[0] ?? '').split(': ')
  return rest.length === 0
    ? {exception_type: '', exception_message: kind}
    : {exception_type: kind, exception_message: rest.join(': ')}
}

function unknownColumn(error: EngineError, {sql, tables}: QueryScene, cause: unknown): SluiceError {
  const name = error.name ?? ''
  const columns = new Map(tables.map((table) => [table.name, columnNamesOf(table)]))
  const near = nearestName(name, [...columns.values()].flat()) ?? nearestName(name, candidatesOf(error))
  return invalid(
    `There is no column ${JSON.stringify(name)}.`,
    positionOf(error, sql),
    near === null ? CHECK_NAMES : `Did you mean ${near}?`,
    {
      ...(columns.size === 0 ? {} : {details: {columns: Object.fromEntries(columns)}}),
      cause,
    },
  )
}

function columnNamesOf({columns, partitionColumns}: CatalogTable): string[] {
  return [...columns, ...partitionColumns].map(({name}) => name)
}

function unknownFunction({error_subtype: subtype, type = '', name = ''}: EngineError): string | undefined {
  return subtype === 'MISSING_ENTRY' && /function/i.test(type)
    ? `There is no function ${JSON.stringify(name)}.`
    : undefined
}

function candidatesOf({candidates = ''}: EngineError): string[] {
  return candidates.split(',').filter((name) => /^\w+$/.test(name))
}

function fixOf(error: EngineError): string {
  const [near] = candidatesOf(error)
  if (near !== undefined && error.error_subtype === 'MISSING_ENTRY') return `Did you mean ${near}?`
  if (ABOUT_VALUES.test(error.exception_type))
    return 'A value does not fit: TRY_CAST(x AS type) gives NULL in its place.'
  return CHECK_NAMES
}

function positionOf({position}: EngineError, sql: string) {
  return position === undefined ? null : positionAt(sql, Number(position))
}

/** The first line of the message, as a sentence, without values of the data. */
function messageOf({exception_type: kind, exception_message: text}: EngineError): string {
  const line = (text.split('\n')[0] ?? '').trim() || 'The engine gave no reason.'
  const safe = safeMessage(kind, line)
  return /[.!?…]$/.test(safe) ? safe : `${safe}.`
}

function damagedObject({exception_message: text}: EngineError, {folder}: QueryScene, cause: unknown): SluiceError {
  const key = folder === null ? undefined : keyIn(text, `${folder}/`)
  return new SluiceError(
    'QUERY_FAILED',
    `${key === undefined ? 'An object' : `The object ${key}`} of the lake is damaged.`,
    {
      fix: 'sluice backfill verify',
      ...(key === undefined ? {} : {details: {key}}),
      cause,
    },
  )
}

/** The key of the object that a message names, quoted, by its file. */
function keyIn(text: string, folder: string): string | undefined {
  const start = text.indexOf(folder)
  return start === -1 ? undefined : /^[^'"\n]+/.exec(text.slice(start + folder.length))?.[0]
}

function memoryExceeded(cause: unknown): SluiceError {
  return new SluiceError('MEMORY_EXCEEDED', 'The query does not fit into the memory limit.', {
    fix: 'Set a larger limit, e.g. SLUICE_MEMORY=4GB, or read less.',
    cause,
  })
}
