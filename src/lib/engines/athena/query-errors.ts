import {SluiceError} from '../../errors.js'
import {nearestName} from '../../near-name.js'
import type {CatalogTable} from '../../ports/catalog.js'
import {STATEMENT, unreadable, VIEW, type ComposedStatement} from './composed-statement.js'
import type {ComposedText} from './edited-text.js'
import {FUNCTION_NAMES} from './function-names.js'
import {invalid} from './invalid.js'
import {positionOf} from './tokens.js'

const CHECK_NAMES = 'Check the names against the definition: sluice lake show'

/** An error of Athena as a user meets it: its place in the user's own text. Anything else comes back as it is. */
export function queryError(error: unknown, {lexed, tables}: ComposedStatement, sent: ComposedText): unknown {
  if (!(error instanceof SluiceError) || error.code !== 'QUERY_INVALID') return error
  const {line, column, ...details} = error.details ?? {}
  const view = /view '?(?:[\w"]+\.)*"?(\w+)"?'?/i.exec(error.message)?.[1]
  if (view !== undefined && /VIEW/.test(String(details['kind'] ?? ''))) return unreadable(view, error)
  if (typeof line !== 'number' || typeof column !== 'number') return error
  const place = sent.sourceOf(line, column)
  if (place?.source.startsWith(VIEW) === true) return unreadable(place.source.slice(VIEW.length), error)
  const position = place?.source === STATEMENT ? positionOf(lexed.sql, place.offset) : null
  return (
    unknownColumn(error, position, tables, details) ??
    unknownFunction(error, position, details) ??
    invalid(error.message, position, error.fix ?? CHECK_NAMES, {details, cause: error.cause})
  )
}

type Position = ReturnType<typeof positionOf> | null

function unknownColumn(
  {message, cause}: SluiceError,
  position: Position,
  tables: readonly CatalogTable[],
  details: Readonly<Record<string, unknown>>,
): SluiceError | null {
  const [, written] = /^Column '(.+?)' cannot be resolved/.exec(message) ?? []
  if (written === undefined) return null
  const name = written.split('.').at(-1)!
  const columns = new Map(tables.map((table) => [table.name, columnNamesOf(table)]))
  const near = nearestName(name, [...columns.values()].flat())
  return invalid(
    `There is no column ${JSON.stringify(name)}.`,
    position,
    near === null ? CHECK_NAMES : `Did you mean ${near}?`,
    {
      details: {...details, ...(columns.size === 0 ? {} : {columns: Object.fromEntries(columns)})},
      cause,
    },
  )
}

function columnNamesOf({columns, partitionColumns}: CatalogTable): string[] {
  return [...columns, ...partitionColumns].map(({name}) => name)
}

function unknownFunction(
  {message, cause}: SluiceError,
  position: Position,
  details: Readonly<Record<string, unknown>>,
): SluiceError | null {
  const [, name] = /^(?:Table f|F)unction '(.+?)' not registered/.exec(message) ?? []
  if (name === undefined) return null
  const near = nearestName(name, FUNCTION_NAMES)
  const fix =
    near === null || near === name ? 'Functions: the pages of Athena engine version 3.' : `Did you mean ${near}?`
  return invalid(`There is no function ${JSON.stringify(name)}.`, position, fix, {details, cause})
}
