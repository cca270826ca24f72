import {SluiceError} from '../errors.js'
import {quoteIdentifier} from '../sql/index.js'
import {attributeReads, type AttributeRead} from './attributes.js'
import {isContainer} from './column-type.js'
import type {AttributeTag, TableMapping} from './types.js'

interface AttributeNode {
  readonly tags: Set<AttributeTag>
  readonly children: Map<string, AttributeNode>
}

function emptyNode(): AttributeNode {
  return {tags: new Set(), children: new Map()}
}

function attributeTree(mapping: TableMapping): AttributeNode {
  const root = emptyNode()
  for (const read of attributeReads(mapping)) addRead(root, read)
  return root
}

function addRead(root: AttributeNode, {path, tags}: AttributeRead): void {
  let node = root
  for (const name of path) {
    const child: AttributeNode = node.children.get(name) ?? emptyNode()
    node.children.set(name, child)
    node = child
  }
  for (const tag of tags) node.tags.add(tag)
}

/** Whether the attributes can be the fields of a DuckDB STRUCT. */
export function fitsStruct(mapping: TableMapping): boolean {
  return misfit(attributeTree(mapping)) === null
}

/**
 * The STRUCT type that DuckDB reads an item into: only the mapped attributes, each with the tags that are read and
 * `NULL`, so that an attribute with another tag shows as present without a value.
 */
export function itemStructType(mapping: TableMapping): string {
  const root = attributeTree(mapping)
  const problem = misfit(root)
  if (problem !== null) throw new SluiceError('DEFINITION_INVALID', problem, {fix: 'Read this table as JSON.'})
  return structOf(root.children)
}

function structOf(children: ReadonlyMap<string, AttributeNode>): string {
  const fields = [...children].map(([name, node]) => `${quoteIdentifier(name)} ${attributeType(node)}`)
  return `STRUCT(${fields.join(', ')})`
}

function attributeType(node: AttributeNode): string {
  // Texts, whatever JSON holds there: a value of another shape must not fail the whole statement.
  const fields = [...node.tags].map((tag) => `"${tag}" ${isContainer(tag) ? 'JSON' : 'VARCHAR'}`)
  if (node.children.size > 0) fields.push(`"M" ${structOf(node.children)}`)
  fields.push('"NULL" BOOLEAN')
  return `STRUCT(${fields.join(', ')})`
}

/** DuckDB refuses fields that differ by case only, and a field has one type: a map is read whole or by its members. */
function misfit(node: AttributeNode): string | null {
  const seen = new Map<string, string>()
  for (const [name, child] of node.children) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) return `Attributes ${twin} and ${name} differ by case only.`
    seen.set(name.toLowerCase(), name)
    if (name === '' || name.includes('\u0000')) return 'An attribute has a name that no field can have.'
    if (child.tags.has('M') && child.children.size > 0) return `${name} is read whole and by its members.`
    const inner = misfit(child)
    if (inner !== null) return inner
  }
  return null
}
