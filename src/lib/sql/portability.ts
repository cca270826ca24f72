import type {PortabilityWarning} from '../ports/query-engine.js'
import {positionAt, textFrom} from './position.js'
import {DUCKDB_FAMILIES, DUCKDB_FUNCTIONS} from './portability-names.js'
import {castType, childrenOf, columnNames, constantOf, functionName, isNode, nodesIn, textIn} from './syntax.js'
import type {SyntaxNode, SyntaxTree} from './syntax.js'

type Finding = Omit<PortabilityWarning, 'position'> & {readonly at: number | undefined}

interface Place {
  readonly sql: string
  readonly parent: SyntaxNode | null
  /** Type of a column by its lower-case name, where only one table that is read has it. */
  readonly columnTypes: ReadonlyMap<string, string>
}

type Rule = (node: SyntaxNode, place: Place) => Omit<Finding, 'at'> | null

/** Everything in a statement that Trino and DuckDB do not agree on, in the order of the text. */
export function portabilityWarnings(
  sql: string,
  tree: SyntaxTree,
  columnTypes: ReadonlyMap<string, string> = new Map(),
): PortabilityWarning[] {
  const findings: Finding[] = []
  visit(tree.node, {sql, parent: null, columnTypes}, findings)
  const placed = findings.map(({at, ...warning}) => ({
    at: at ?? Number.MAX_VALUE,
    ...warning,
    position: positionAt(sql, at),
  }))
  return placed.sort((one, other) => one.at - other.at).map(({at: _, ...warning}) => warning)
}

function visit(node: SyntaxNode, place: Place, findings: Finding[]): void {
  for (const rule of RULES) {
    const finding = rule(node, place)
    if (finding !== null) findings.push({...finding, at: locationOf(node)})
  }
  for (const child of childrenOf(node)) visit(child, {...place, parent: node}, findings)
}

/** Some nodes have no place of their own: that of the first one below them is near enough. */
function locationOf(node: SyntaxNode): number | undefined {
  const own = node.query_location
  if (own !== undefined && Number.isSafeInteger(own)) return own
  for (const child of childrenOf(node)) {
    const below = locationOf(child)
    if (below !== undefined) return below
  }
  return undefined
}

const division: Rule = (node) => {
  if (functionName(node) !== '/' || nodesIn(node, 'children').some(isFractional)) return null
  return {
    rule: 'division',
    message: '/ of whole numbers gives a fraction here and drops it on Athena; of decimals it rounds there.',
    portable: 'CAST(n AS DOUBLE) / NULLIF(d, 0)',
  }
}

function isFractional(node: SyntaxNode): boolean {
  if (castType(node) !== '') return /^(DOUBLE|FLOAT|DECIMAL)$/.test(castType(node))
  return /^[-+*/]$/.test(functionName(node)) && nodesIn(node, 'children').some(isFractional)
}

const dateDifference: Rule = (node) => {
  const unit = constantOf(nodesIn(node, 'children')[0])
  if (functionName(node) !== 'date_diff' || typeof unit !== 'string' || /^(milli|micro)seconds?$/i.test(unit))
    return null
  return {
    rule: 'date-diff',
    message: `date_diff('${unit}', …) counts boundaries here and whole units on Athena.`,
    portable: "CAST(date_diff('millisecond', a, b) AS DOUBLE) / 1000.0",
  }
}

const extremes: Rule = (node) => {
  const name = functionName(node)
  if (name !== 'greatest' && name !== 'least') return null
  return {
    rule: 'greatest-least',
    message: `${name} ignores NULL here; on Athena one NULL makes it NULL.`,
    portable: `${name}(coalesce(a, b), coalesce(b, a))`,
  }
}

const duckdbFunction: Rule = (node, {sql}) => {
  const name = functionName(node)
  // Names with a schema are what the parser made of an operator.
  if (name === '' || (textIn(node, 'schema') !== '' && name !== 'struct_pack')) return null
  // The parser writes INTERVAL '1' DAY as to_days and extract as date_part.
  const isWritten = textFrom(sql, node.query_location).toLowerCase().startsWith(name)
  const family = isWritten ? DUCKDB_FAMILIES.find(([pattern]) => pattern.test(name)) : undefined
  const portable = (Object.hasOwn(DUCKDB_FUNCTIONS, name) ? DUCKDB_FUNCTIONS[name] : undefined) ?? family?.[1]
  return portable === undefined
    ? null
    : {rule: 'duckdb-only', message: `Athena has no ${name} like this one.`, portable}
}

const noMatch: Rule = (node, {parent}) => {
  if (functionName(node) !== 'regexp_extract' || functionName(parent) === 'nullif') return null
  return {
    rule: 'regexp-extract',
    message: "regexp_extract without a match gives '' here and NULL on Athena.",
    portable: "NULLIF(regexp_extract(…), '')",
  }
}

const ZONED = /^(now|current_timestamp|get_current_timestamp|from_iso8601_timestamp|timezone|with_timezone)$/

const timeZone: Rule = (node) => {
  if (functionName(node) !== 'timezone' || textIn(node, 'schema') === '') return null
  const operand = nodesIn(node, 'children')[1]
  if (ZONED.test(functionName(operand)) || castType(operand) === 'TIMESTAMP WITH TIME ZONE') return null
  return {
    rule: 'at-time-zone',
    message: 'AT TIME ZONE turns a timestamp without a zone opposite ways here and on Athena.',
    portable: 'AT TIME ZONE on values with a zone only, e.g. from_iso8601_timestamp(x)',
  }
}

const textToTimestamp: Rule = (node, {columnTypes}) => {
  // A literal, TIMESTAMP '…', has no place of its own.
  if (castType(node) !== 'TIMESTAMP' || !Number.isSafeInteger(node.query_location)) return null
  const constant = constantOf(node['child'])
  const isOffset = typeof constant === 'string' && /(Z|[+-]\d\d:?\d\d)$/.test(constant)
  const column = columnNames(node['child'])?.at(-1)?.toLowerCase()
  if (!isOffset && (column === undefined || columnTypes.get(column) !== 'string')) return null
  return {
    rule: 'text-to-timestamp',
    message: 'A cast of text to TIMESTAMP drops an offset from UTC in silence.',
    portable: 'from_iso8601_timestamp(x)',
  }
}

const textComparison: Rule = (node, {columnTypes}) => {
  if (node.class !== 'COMPARISON') return null
  const sides = [node['left'], node['right']]
  const isText = sides.some((side) => columnTypes.get(columnNames(side)?.at(-1)?.toLowerCase() ?? '') === 'string')
  const isOther = sides.some((side) => typeof constantOf(side) === 'number' || /^(DATE|TIMESTAMP)/.test(castType(side)))
  if (!isText || !isOther) return null
  return {
    rule: 'text-comparison',
    message: 'Athena compares no text with a number or a date; here the text is cast, which prunes no partition.',
    portable: "day = '14', dt >= '2026-01-14'",
  }
}

const doubleColon: Rule = (node, {sql}) => {
  if (castType(node) === '' || !textFrom(sql, node.query_location).startsWith('::')) return null
  return {rule: 'double-colon', message: 'Athena has no :: cast.', portable: 'CAST(x AS type)'}
}

const subscript: Rule = (node) => {
  if (node.type === 'ARRAY_SLICE') {
    return {rule: 'array-slice', message: 'Athena has no x[a:b].', portable: 'slice(x, start, length) on Athena'}
  }
  if (node.type !== 'ARRAY_EXTRACT') return null
  return {
    rule: 'array-subscript',
    message: 'x[i] beyond the end is NULL here and an error on Athena.',
    portable: 'CROSS JOIN UNNEST(x) AS u(item), or a check of cardinality(x) before',
  }
}

const arrayLiteral: Rule = (node, {parent}) => {
  // A call of list_value has no schema; the lists of MAP {…} are the parser's too.
  if (functionName(node) !== 'list_value' || textIn(node, 'schema') === '' || functionName(parent) === 'map')
    return null
  return {rule: 'array-literal', message: 'Athena has no […].', portable: 'ARRAY[1, 2]'}
}

const starOptions: Rule = (node, {sql}) => {
  if (node.type !== 'STAR') return null
  const isShaped = ['exclude_list', 'replace_list', 'rename_list', 'qualified_exclude_list'].some(
    (field) => Array.isArray(node[field]) && node[field].length > 0,
  )
  if (isShaped || node['columns'] === true) {
    return {rule: 'star', message: 'Athena has * alone.', portable: 'the names of the columns'}
  }
  const isFromFirst = /^from\b/i.test(textFrom(sql, node.query_location))
  return isFromFirst
    ? {rule: 'from-first', message: 'Athena needs SELECT before FROM.', portable: 'SELECT * FROM x'}
    : null
}

const selectClauses: Rule = (node) => {
  if (node.type !== 'SELECT_NODE') return null
  if (isNode(node['qualify'])) {
    return {
      rule: 'qualify',
      message: 'Athena has no QUALIFY.',
      portable: 'a subquery with the window, and WHERE around it',
    }
  }
  if (node['aggregate_handling'] !== 'FORCE_AGGREGATES') return null
  return {rule: 'group-by-all', message: 'Athena has no GROUP BY ALL.', portable: 'GROUP BY 1, 2'}
}

const groupByAlias: Rule = (node) => {
  const aliases = new Set(
    nodesIn(node, 'select_list')
      .filter((item) => item.alias && columnNames(item)?.at(-1)?.toLowerCase() !== item.alias.toLowerCase())
      .map(({alias}) => alias!.toLowerCase()),
  )
  const named = nodesIn(node, 'group_expressions').find((item) => {
    const names = columnNames(item)
    return names?.length === 1 && aliases.has(names[0]!.toLowerCase())
  })
  if (named === undefined) return null
  const name = columnNames(named)![0]!
  return {
    rule: 'group-by-alias',
    message: `GROUP BY ${name} names an alias, which Athena does not know.`,
    portable: 'GROUP BY 1',
  }
}

const limitOrder: Rule = (node) => {
  if (node.type !== 'LIMIT_MODIFIER' || !isNode(node['limit']) || !isNode(node['offset'])) return null
  const [limit, offset] = [locationOf(node['limit']), locationOf(node['offset'])]
  if (limit === undefined || offset === undefined || offset < limit) return null
  return {rule: 'offset-order', message: 'Athena wants OFFSET before LIMIT.', portable: 'OFFSET 10 LIMIT 5'}
}

const distinctOn: Rule = (node) => {
  if (node.type !== 'DISTINCT_MODIFIER' || nodesIn(node, 'distinct_on_targets').length === 0) return null
  return {
    rule: 'distinct-on',
    message: 'Athena has no DISTINCT ON.',
    portable: 'row_number() in a subquery, and WHERE around it',
  }
}

const joinKind: Rule = (node) => {
  const kind = [textIn(node, 'join_type'), textIn(node, 'ref_type')].find((name) =>
    /^(SEMI|ANTI|ASOF|POSITIONAL)$/.test(name),
  )
  if (node.type !== 'JOIN' || kind === undefined) return null
  return {rule: 'join', message: `Athena has no ${kind} JOIN.`, portable: 'EXISTS, NOT EXISTS or a window'}
}

const RULES: readonly Rule[] = [
  division,
  dateDifference,
  extremes,
  duckdbFunction,
  noMatch,
  timeZone,
  textToTimestamp,
  textComparison,
  doubleColon,
  subscript,
  arrayLiteral,
  starOptions,
  selectClauses,
  groupByAlias,
  limitOrder,
  distinctOn,
  joinKind,
]
