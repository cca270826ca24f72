import {storedColumns, type TableMapping} from '../../mapping/index.js'
import {portabilityWarnings} from '../../sql/analysis.js'
import {DUCKDB_PRELUDE, quoteIdentifier} from '../../sql/index.js'
import {sqlType} from './parquet-source.js'
import type {DuckDbSession} from './session.js'
import {invalid, parseStatement} from './statement.js'

const ROWS = 'mapped_rows'

/**
 * Whether a text is one condition over the mapped columns of a table, and nothing else: it reads no table, and means
 * the same on every engine. Throws `QUERY_INVALID`.
 */
export async function checkCondition(session: DuckDbSession, mapping: TableMapping, where: string): Promise<void> {
  const mapped = new Set(mapping.columns.map(({name}) => name))
  const columns = storedColumns(mapping).filter(({name}) => mapped.has(name))
  const sql = `SELECT 1 FROM ${ROWS} WHERE (${where})`
  const {reads, tree} = await parseStatement(session, sql)
  if (reads.scans.length !== 1 || reads.names.length !== 1 || reads.tableFunctions.length > 0 || !isBalanced(where))
    throw invalid(`--where is more than one condition: ${where}`, null, FIX)
  const types = new Map(columns.map(({name, type}) => [name.toLowerCase(), type]))
  const [warning] = portabilityWarnings(sql, tree, types)
  if (warning !== undefined) throw invalid(`--where: ${warning.message}`, null, warning.portable)
  const branch = await session.branch()
  try {
    const selected = columns.map(({name, type}) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`)
    await branch.execute([...DUCKDB_PRELUDE, `CREATE TEMP VIEW ${ROWS} AS SELECT ${selected.join(', ')}`])
    await branch.execute([`${sql} AND CAST((${where}) AS BOOLEAN)`])
  } catch (error) {
    throw invalid(`--where cannot be used: ${firstLine(error)}`, null, FIX, {cause: error})
  } finally {
    await branch.close()
  }
}

const FIX = "Write one condition over the columns of the table, e.g. status = 'open' (sluice lake show lists them)."

/** Parentheses that close what stands around the condition would make it another one. */
function isBalanced(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--|[()]/g)) {
    if (token === '--') return false
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    if (depth < 0) return false
  }
  return depth === 0
}

function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line.replace(/^[A-Za-z]+ Error: /, '')
}
