/**
 * A node of a statement's syntax tree, as DuckDB's parser writes it (`json_serialize_sql`). Only what is asked for here
 * is named; everything else is walked over.
 */
export interface SyntaxNode {
  readonly type?: string
  readonly class?: string
  readonly alias?: string
  /** Byte offset in the statement; a value out of range where the parser made the node up. */
  readonly query_location?: number
  readonly [name: string]: unknown
}

export interface SyntaxTree {
  readonly node: SyntaxNode
  readonly named_param_map?: readonly {readonly key: string}[]
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every object right below a node, in the order of the tree, through lists. */
export function childrenOf(value: unknown): SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap((item) => (isNode(item) ? [item] : childrenOf(item)))
  return isNode(value) ? Object.values(value).flatMap((item) => (isNode(item) ? [item] : childrenOf(item))) : []
}

/** Nodes in a list field of a node. */
export function nodesIn(node: SyntaxNode, field: string): SyntaxNode[] {
  const value = node[field]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** Text in a field of a node; empty where there is none. */
export function textIn(node: SyntaxNode, field: string): string {
  const value = node[field]
  return typeof value === 'string' ? value : ''
}

/** The parts of a column's name, e.g. `['c', 'day']`; null for anything else. */
export function columnNames(node: unknown): readonly string[] | null {
  if (!isNode(node) || node.type !== 'COLUMN_REF') return null
  return node['column_names'] as readonly string[]
}

/** The value of a literal; undefined for anything else. */
export function constantOf(node: unknown): string | number | boolean | null | undefined {
  if (!isNode(node) || node.type !== 'VALUE_CONSTANT' || !isNode(node['value'])) return undefined
  const {is_null: isNull, value} = node['value'] as {is_null?: boolean; value?: string | number | boolean}
  return isNull === true ? null : value
}

/** The type of a literal as the parser reads it, e.g. `DECIMAL` for 0.5; empty for anything else. */
export function constantType(node: unknown): string {
  if (!isNode(node) || node.type !== 'VALUE_CONSTANT' || !isNode(node['value'])) return ''
  return isNode(node['value']['type']) ? textIn(node['value']['type'], 'id') : ''
}

/**
 * A name as DuckDB compares it, which folds ASCII letters alone: in JavaScript other characters become ASCII letters
 * too (U+212A, the Kelvin sign, becomes `k`), and two names that DuckDB keeps apart would be one.
 */
export function foldedName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** A function's name in lower case; empty for anything else. Operators such as `/` and `||` are functions. */
export function functionName(node: unknown): string {
  return isNode(node) && node.type === 'FUNCTION' ? foldedName(textIn(node, 'function_name')) : ''
}

/** The type that a cast gives, e.g. `DOUBLE`; empty for anything else. */
export function castType(node: unknown): string {
  return isNode(node) && node.class === 'CAST' && isNode(node['cast_type']) ? textIn(node['cast_type'], 'id') : ''
}

/** The name of a parameter; null for anything else. */
export function parameterName(node: unknown): string | null {
  return isNode(node) && node.type === 'VALUE_PARAMETER' ? textIn(node, 'identifier') : null
}

/** Names of the parameters of a statement. */
export function parameterNames(tree: SyntaxTree): string[] {
  return (tree.named_param_map ?? []).map(({key}) => key)
}
