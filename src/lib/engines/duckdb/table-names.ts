import {SluiceError} from '../../errors.js'
import {quoteText} from '../../sql/index.js'
import type {DuckDbSession} from './session.js'

interface SerializedSql {
  readonly error: boolean
  readonly error_message?: string
  readonly statements?: readonly unknown[]
}

/**
 * Names of the tables that a SELECT reads, from DuckDB's own parser (`getTableNames` finds none in a statement with
 * parameters). Names of CTEs are among them. Throws `QUERY_INVALID` for anything but one SELECT statement.
 */
export async function referencedTables(session: DuckDbSession, sql: string): Promise<Set<string>> {
  const [row] = await session.rows(`SELECT CAST(json_serialize_sql(${quoteText(sql)}) AS VARCHAR) AS ast`)
  const ast = JSON.parse(String(row?.['ast'])) as SerializedSql
  if (ast.error) {
    throw new SluiceError('QUERY_INVALID', ast.error_message ?? 'The statement cannot be read.', {
      fix: 'Only SELECT statements are queries; check the syntax.',
    })
  }
  if (ast.statements?.length !== 1) {
    throw new SluiceError('QUERY_INVALID', `The text holds ${ast.statements?.length ?? 0} statements.`, {
      fix: 'Write exactly one SELECT statement.',
    })
  }
  const names = new Set<string>()
  collectNames(ast.statements, names)
  return names
}

function collectNames(node: unknown, names: Set<string>): void {
  if (node === null || typeof node !== 'object') return
  const {type, table_name: name} = node as {type?: unknown; table_name?: unknown}
  if (type === 'BASE_TABLE' && typeof name === 'string') names.add(name)
  for (const child of Object.values(node)) collectNames(child, names)
}
