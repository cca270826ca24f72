import {
  childrenOf,
  foldedName,
  functionName,
  isNode,
  nodesIn,
  textIn,
  type SyntaxNode,
  type SyntaxTree,
} from './syntax.js'

/** One place where a statement reads a table or view. */
export interface TableScan {
  /** In lower case, as catalogs have it. */
  readonly name: string
  /** As it is written. */
  readonly writtenName: string
  /** What columns of it are qualified by, in lower case. */
  readonly alias: string
  /** Database or catalog in front of the name; empty for none. */
  readonly qualifier: string
  readonly location: number | undefined
  /** Top-level conjuncts of the WHERE of its own SELECT, and of the join that it is the inner side of. */
  readonly conjuncts: readonly SyntaxNode[]
}

/** A name in FROM, be it a table's or a CTE's. */
export interface TableName {
  readonly writtenName: string
  readonly location: number | undefined
}

/** A function in FROM, e.g. `unnest`, or one that tells or reads what is no row of a table. */
export interface TableFunctionCall {
  readonly name: string
  readonly location: number | undefined
}

export interface StatementReads {
  readonly scans: readonly TableScan[]
  /** Of tables and CTEs alike. */
  readonly names: readonly TableName[]
  readonly tableFunctions: readonly TableFunctionCall[]
  /** Kinds of relations in FROM that are neither tables nor queries, e.g. `SHOW_REF`. */
  readonly others: readonly string[]
}

type Scope = ReadonlySet<string>

const QUERY_NODES = new Set(['SELECT_NODE', 'SET_OPERATION_NODE', 'RECURSIVE_CTE_NODE', 'CTE_NODE'])
/** Functions that read statements in texts, which may name anything, and one that tells folders of the machine. */
const REACHING_FUNCTIONS = new Set([
  'json_serialize_plan',
  'json_serialize_sql',
  'json_deserialize_sql',
  'current_setting',
])
/** The one part of a query of each kind that sees the name on its node. */
const NAMED_PARTS: Readonly<Record<string, string>> = {RECURSIVE_CTE_NODE: 'right', CTE_NODE: 'child'}
const PLAIN_RELATIONS = new Set(['EMPTY', 'EXPRESSION_LIST'])

/** What a statement reads, with names that are CTEs where they are used left out. */
export function statementReads(tree: SyntaxTree): StatementReads {
  const collector = new ReadCollector()
  collector.visit(tree.node, new Set())
  return collector
}

class ReadCollector implements StatementReads {
  readonly scans: TableScan[] = []
  readonly names: TableName[] = []
  readonly tableFunctions: TableFunctionCall[] = []
  readonly others: string[] = []

  /** Walks anything; queries bring their CTEs into scope. */
  visit(value: unknown, scope: Scope): void {
    if (REACHING_FUNCTIONS.has(functionName(value))) this.call(functionName(value), value as SyntaxNode)
    if (isNode(value) && QUERY_NODES.has(value.type ?? '')) return this.query(value, scope)
    for (const child of childrenOf(value)) this.visit(child, scope)
  }

  private query(node: SyntaxNode, outer: Scope): void {
    const scope = this.withExpressions(node, outer)
    const {cte_map: _map, from_table: from, ...rest} = node
    if (isNode(from)) this.relation(from, conjunctsOf(node['where_clause']), scope)
    // A recursive query has its name on its own node, and so may a materialized one.
    const named = new Set([...scope, foldedName(textIn(node, 'cte_name'))])
    const seesName = NAMED_PARTS[node.type ?? '']
    for (const [part, child] of Object.entries(rest)) this.visit(child, part === seesName ? named : scope)
  }

  /** A CTE sees those before it. A table of its name is what it reads itself: only its recursive part sees itself. */
  private withExpressions(node: SyntaxNode, outer: Scope): Scope {
    const scope = new Set(outer)
    const map = node['cte_map']
    for (const {key, value} of isNode(map) ? nodesIn(map, 'map') : []) {
      this.visit(value, scope)
      scope.add(foldedName(String(key)))
    }
    return scope
  }

  private relation(node: SyntaxNode, conjuncts: readonly SyntaxNode[], scope: Scope): void {
    if (node.type === 'BASE_TABLE') return this.table(node, conjuncts, scope)
    if (node.type === 'JOIN') return this.join(node, conjuncts, scope)
    if (node.type === 'TABLE_FUNCTION' && isNode(node['function'])) this.call(functionName(node['function']), node)
    else if (node.type !== 'SUBQUERY' && !PLAIN_RELATIONS.has(node.type ?? '')) this.others.push(node.type ?? '')
    for (const child of childrenOf(node)) this.visit(child, scope)
  }

  private table(node: SyntaxNode, conjuncts: readonly SyntaxNode[], scope: Scope): void {
    const writtenName = textIn(node, 'table_name')
    const name = foldedName(writtenName)
    const qualifier = [textIn(node, 'catalog_name'), textIn(node, 'schema_name')].filter(Boolean).join('.')
    this.names.push({writtenName, location: node.query_location})
    if (qualifier === '' && scope.has(name)) return
    const alias = foldedName(node.alias ?? '') || name
    // `claims AS c(day)` gives columns other names: what a condition names may be any of them.
    const isRenamed = Array.isArray(node['column_name_alias']) && node['column_name_alias'].length > 0
    const usable = isRenamed ? [] : conjuncts
    this.scans.push({name, writtenName, alias, qualifier, location: node.query_location, conjuncts: usable})
  }

  /** An ON restricts both sides of an inner join and the inner side of an outer one. */
  private join(node: SyntaxNode, conjuncts: readonly SyntaxNode[], scope: Scope): void {
    const on = conjunctsOf(node['condition'])
    const kind = textIn(node, 'join_type')
    const sides = [
      {side: node['left'], hasOn: kind === 'INNER' || kind === 'RIGHT'},
      {side: node['right'], hasOn: kind === 'INNER' || kind === 'LEFT'},
    ]
    for (const {side, hasOn} of sides) {
      if (isNode(side)) this.relation(side, hasOn ? [...conjuncts, ...on] : conjuncts, scope)
    }
    this.visit(node['condition'], scope)
  }

  private call(name: string, {query_location: location}: SyntaxNode): void {
    this.tableFunctions.push({name, location})
  }
}

function conjunctsOf(clause: unknown): SyntaxNode[] {
  if (!isNode(clause)) return []
  return clause.type === 'CONJUNCTION_AND' ? nodesIn(clause, 'children').flatMap(conjunctsOf) : [clause]
}
