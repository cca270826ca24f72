import {storedColumns, type TableMapping} from '../../mapping/index.js'
import {childrenOf, functionName, portabilityWarnings, type SyntaxNode} from '../../sql/analysis.js'
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
  if (where.trim() === '') throw invalid('--where is empty.', null, FIX)
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
    // As the load asks it: a text or a number is no condition.
    await branch.execute([`SELECT 1 FROM ${ROWS} WHERE NOT coalesce((${where}), false)`])
    await refuseChanging(branch, where, sql)
  } catch (error) {
    throw invalid(`--where cannot be used: ${firstLine(error)}`, null, FIX, {cause: error})
  } finally {
    await branch.close()
  }
}

const FIX = "Write one condition over the columns of the table, e.g. status = 'open' (sluice lake show lists them)."

/** What answers otherwise when it is asked again cannot say which rows a load has. */
async function refuseChanging(session: DuckDbSession, where: string, sql: string): Promise<void> {
  const names = `SELECT lower(function_name) AS name FROM duckdb_functions() WHERE function_type = 'scalar' AND stability <> 'CONSISTENT'`
  const changing = new Set((await session.rows(names)).map(({name}) => String(name)))
  const {tree} = await parseStatement(session, sql)
  const called = [...calledFunctions(tree.node)].find((name) => changing.has(name) || /^current_/.test(name))
  if (called === undefined) return
  throw invalid(`--where calls ${called}, which answers otherwise each time: ${where}`, null, 'Write the value itself.')
}

function* calledFunctions(node: SyntaxNode): Generator<string> {
  const name = functionName(node)
  if (name !== '') yield name.toLowerCase()
  for (const child of childrenOf(node)) yield* calledFunctions(child)
}

/** Parentheses that close what stands around the condition would make it another one. */
function isBalanced(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--|\/\*|[()$]/g)) {
    // Comments, and texts between dollars, hide what follows.
    if (token === '--' || token === '/*' || token === '$') return false
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
