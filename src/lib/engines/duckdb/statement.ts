import {SluiceError} from '../../errors.js'
import type {SqlPosition} from '../../ports/query-engine.js'
import {foldedName, positionAt, statementReads, type StatementReads, type SyntaxTree} from '../../sql/analysis.js'
import {quoteText} from '../../sql/index.js'
import type {DuckDbSession} from './session.js'

/** One SELECT and what it reads. */
export interface Statement {
  readonly sql: string
  readonly tree: SyntaxTree
  readonly reads: StatementReads
}

interface SerializedSql {
  readonly error: boolean
  readonly error_message?: string
  readonly position?: string
  readonly statements?: readonly SyntaxTree[]
}

/** Functions in FROM that make rows of their arguments; every other one reaches files, settings or other statements. */
const HARMLESS_FUNCTIONS = new Set(['unnest', 'generate_series', 'range', 'sequence'])

/**
 * Reads a statement with DuckDB's own parser. Throws `QUERY_INVALID` for anything but one SELECT over tables by their
 * names alone.
 */
export async function parseStatement(session: DuckDbSession, sql: string): Promise<Statement> {
  const [row] = await session.rows(`SELECT CAST(json_serialize_sql(${quoteText(sql)}) AS VARCHAR) AS tree`)
  const parsed = JSON.parse(String(row?.['tree'])) as SerializedSql
  if (parsed.error) throw syntaxError(sql, parsed)
  const [tree, ...more] = parsed.statements ?? []
  if (tree === undefined || more.length > 0) {
    const count = tree === undefined ? 'no statement' : `${more.length + 1} statements`
    throw invalid(`The text holds ${count}.`, null, 'Write exactly one SELECT statement.')
  }
  const reads = statementReads(tree)
  refuseOtherReads(sql, reads)
  refuseOtherNames(sql, reads)
  return {sql, tree, reads}
}

/** The error of a statement that cannot run, with the place where that shows. */
export function invalid(
  message: string,
  position: SqlPosition | null,
  fix: string,
  more: {readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown} = {},
): SluiceError {
  const details = {...(position === null ? {} : {position}), ...more.details}
  return new SluiceError('QUERY_INVALID', message, {
    fix,
    ...(Object.keys(details).length === 0 ? {} : {details}),
    ...(more.cause === undefined ? {} : {cause: more.cause}),
  })
}

function syntaxError(sql: string, {error_message: message = 'The statement cannot be read.', position}: SerializedSql) {
  if (/^Only SELECT/.test(message))
    return invalid('This is no SELECT statement.', null, 'A query is one SELECT statement.')
  const place = position === undefined ? null : positionAt(sql, Number(position))
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1).split('\n')[0]}`
  return invalid(text.endsWith('.') ? text : `${text}.`, place, 'A query is one SELECT statement; check its syntax.')
}

/**
 * Names that the engine may read as a file, or as what it tells of itself. They are refused for CTEs too, so that
 * nothing hangs on which of both the engine takes such a name for.
 */
const NO_TABLE_NAME = /[./\\:*]|^(sqlite_|duckdb_|pragma_|sluice_shared_|information_schema$)/

function refuseOtherNames(sql: string, {names}: StatementReads): void {
  const other = names.find(({writtenName}) => NO_TABLE_NAME.test(foldedName(writtenName)))
  if (other === undefined) return
  throw invalid(
    `${JSON.stringify(other.writtenName)} names no table of the lake.`,
    positionAt(sql, other.location),
    'Name a table; they are listed by: sluice lake show',
  )
}

function refuseOtherReads(sql: string, {scans, tableFunctions, others}: StatementReads): void {
  const call = tableFunctions.find(({name}) => !HARMLESS_FUNCTIONS.has(name))
  if (call !== undefined) {
    const message = `The function ${call.name} is not allowed here: a query reads tables of the lake only.`
    throw invalid(message, positionAt(sql, call.location), 'Name a table; they are listed by: sluice lake show')
  }
  const qualified = scans.find(({qualifier}) => qualifier !== '')
  if (qualified !== undefined) {
    const message = `${qualified.qualifier}.${qualified.writtenName} names a database.`
    throw invalid(
      message,
      positionAt(sql, qualified.location),
      'Name tables alone, without a database; they are listed by: sluice lake show',
    )
  }
  if (others.length > 0) {
    throw invalid('DESCRIBE, SHOW, SUMMARIZE and PIVOT are no queries.', null, 'Tables and columns: sluice lake show')
  }
}
