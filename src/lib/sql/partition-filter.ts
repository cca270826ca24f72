import {quoteIdentifier, quoteText} from './literals.js'
import {
  castType,
  childrenOf,
  columnNames,
  constantOf,
  constantType,
  foldedName,
  functionName,
  isNode,
  nodesIn,
  parameterName,
} from './syntax.js'
import type {SyntaxNode} from './syntax.js'
import type {TableScan} from './table-scans.js'

/** A conjunct that restricts the partitions of a scan. */
export interface PartitionFilter {
  /** The same condition over columns named as the partition columns; null where only the engine can evaluate it. */
  readonly sql: string | null
  readonly parameters: readonly string[]
}

const COMPARISONS: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: '=',
  COMPARE_LESSTHAN: '<',
  COMPARE_GREATERTHAN: '>',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHANOREQUALTO: '>=',
}
/** Types whose casts of a constant mean the same written back. */
const PLAIN_TYPES = /^(VARCHAR|DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE|INTEGER|BIGINT)$/

/**
 * The conjuncts of a scan that restrict its partitions: comparisons (`=`, `<`, `BETWEEN`, `IN` …) of bare partition
 * columns, or of texts put together from them, with values that are known before a row is read; and OR of such. A
 * cast of the column, a function of it or an OR with anything else restricts nothing that an engine could prune by.
 */
export function partitionFilters(scan: TableScan, partitionColumns: readonly string[]): PartitionFilter[] {
  const reader = new FilterReader(scan, new Set(partitionColumns.map(foldedName)))
  return scan.conjuncts.flatMap((conjunct) => reader.read(conjunct) ?? [])
}

/** SQL of a condition, null for what cannot be written; undefined where the node is no such condition at all. */
type Written = string | null | undefined

class FilterReader {
  private parameters: string[] = []

  constructor(
    private readonly scan: TableScan,
    private readonly columns: ReadonlySet<string>,
  ) {}

  read(conjunct: SyntaxNode): PartitionFilter | null {
    this.parameters = []
    const sql = this.condition(conjunct)
    return sql === undefined ? null : {sql, parameters: this.parameters}
  }

  private condition(node: SyntaxNode): Written {
    const operator = COMPARISONS[node.type ?? '']
    if (operator !== undefined) return this.comparison(node['left'], operator, node['right'])
    if (node.type === 'COMPARE_BETWEEN') return this.between(node)
    if (node.type === 'COMPARE_IN') return this.list(nodesIn(node, 'children'))
    if (node.class !== 'CONJUNCTION') return undefined
    const parts = nodesIn(node, 'children').map((child) => this.condition(child))
    return joined(parts, node.type === 'CONJUNCTION_OR' ? ' OR ' : ' AND ')
  }

  private comparison(left: unknown, operator: string, right: unknown): Written {
    const [leftKey, rightKey] = [this.key(left), this.key(right)]
    if (leftKey !== undefined) return joined([leftKey, this.known(right)], ` ${operator} `)
    return rightKey === undefined ? undefined : joined([this.known(left), rightKey], ` ${operator} `)
  }

  private between({input, lower, upper}: SyntaxNode): Written {
    const [key, from, to] = [this.key(input), this.known(lower), this.known(upper)]
    const range = joined([from, to], ' AND ', false)
    return joined([key, range], ' BETWEEN ')
  }

  private list([input, ...values]: readonly SyntaxNode[]): Written {
    const known = joined(
      values.map((value) => this.known(value)),
      ', ',
    )
    return joined([this.key(input), known], ' IN ')
  }

  /** A partition column, or a text put together from some. */
  private key(node: unknown): Written {
    const names = columnNames(node)
    if (names !== null) return this.column(names)
    if (!isNode(node) || functionName(node) !== '||') return undefined
    const children = nodesIn(node, 'children')
    const parts = children.map((child) => this.key(child) ?? this.known(child))
    return children.some((child) => this.key(child) !== undefined) ? joined(parts, ' || ') : undefined
  }

  private column(names: readonly string[]): Written {
    const name = foldedName(names.at(-1)!)
    const isOurs = names.length === 1 || foldedName(names.at(-2)!) === this.scan.alias
    return isOurs && this.columns.has(name) ? quoteIdentifier(name) : undefined
  }

  /** A value that stands before any row is read. */
  private known(node: unknown): Written {
    if (constantType(node) !== '') return literal(node)
    const parameter = parameterName(node)
    if (parameter !== null) return this.parameter(parameter)
    if (dependsOnRows(node)) return undefined
    const type = castType(node)
    // TRY_CAST gives NULL where CAST would fail.
    if (!PLAIN_TYPES.test(type) || !isNode(node) || node['try_cast'] === true) return null
    const inner = this.known(node['child'])
    return typeof inner === 'string' ? `CAST(${inner} AS ${type})` : inner
  }

  private parameter(name: string): string {
    this.parameters.push(name)
    return `$${name}`
  }
}

/** Types of literals whose value the parser gives as it is written; a decimal comes without its point. */
const PLAIN_CONSTANTS = new Set(['VARCHAR', 'INTEGER', 'BIGINT', 'BOOLEAN'])

function literal(node: unknown): string | null {
  const constant = constantOf(node)
  if (constant === null) return 'NULL'
  if (constant === undefined || !PLAIN_CONSTANTS.has(constantType(node))) return null
  // A number that JavaScript rounds is another number.
  if (typeof constant === 'number' && !Number.isSafeInteger(constant)) return null
  return typeof constant === 'string' ? quoteText(constant) : String(constant)
}

/** Names that the parser takes for columns and that mean the present. */
const PRESENT = /^(current_date|current_timestamp|localtimestamp|current_time|localtime)$/i

function dependsOnRows(node: unknown): boolean {
  if (!isNode(node)) return true
  const names = columnNames(node)
  if (names !== null) return names.length > 1 || !PRESENT.test(names[0] ?? '')
  return node.type === 'SUBQUERY' || node.type === 'STAR' || childrenOf(node).some(dependsOnRows)
}

function joined(parts: readonly Written[], separator: string, hasParentheses = true): Written {
  if (parts.some((part) => part === undefined)) return undefined
  if (parts.some((part) => part === null)) return null
  const text = parts.join(separator)
  return hasParentheses ? `(${text})` : text
}
