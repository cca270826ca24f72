import {SluiceError} from '../errors.js'
import {quoteIdentifier} from '../sql/index.js'
import {sourceTag} from './column-type.js'
import {isDerived, type SourceColumn, type TableMapping} from './types.js'

interface AttributeNode {
  readonly tags: Set<string>
  readonly children: Map<string, AttributeNode>
}

function emptyNode(): AttributeNode {
  return {tags: new Set(), children: new Map()}
}

export function attributePath(column: SourceColumn): readonly string[] {
  return typeof column.from === 'string' ? [column.from] : column.from
}

/**
 * The STRUCT type that DuckDB reads an item into: only the mapped attributes, each with the tag it should have and
 * `NULL`, so that an attribute with another tag shows as present without a value.
 */
export function itemStructType(mapping: TableMapping): string {
  const root = emptyNode()
  for (const column of mapping.columns) if (!isDerived(column)) addColumn(root, column)
  return structOf(root.children)
}

function addColumn(root: AttributeNode, column: SourceColumn): void {
  let node = root
  for (const name of attributePath(column)) {
    const child: AttributeNode = node.children.get(name) ?? emptyNode()
    node.children.set(name, child)
    node = child
  }
  node.tags.add(sourceTag(column))
}

function structOf(children: ReadonlyMap<string, AttributeNode>): string {
  refuseTwins([...children.keys()])
  const fields = [...children].map(([name, node]) => `${quoteIdentifier(name)} ${attributeType(node)}`)
  return `STRUCT(${fields.join(', ')})`
}

function attributeType(node: AttributeNode): string {
  const fields = [...node.tags].map((tag) => `"${tag}" ${tag === 'BOOL' ? 'BOOLEAN' : 'VARCHAR'}`)
  if (node.children.size > 0) fields.push(`"M" ${structOf(node.children)}`)
  fields.push('"NULL" BOOLEAN')
  return `STRUCT(${fields.join(', ')})`
}

/** DuckDB refuses STRUCT fields that differ by case only ("Duplicate STRUCT type argument name"). */
function refuseTwins(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) {
      throw new SluiceError('DEFINITION_INVALID', `Attributes ${twin} and ${name} differ by case only.`, {
        fix: 'Map one of the two.',
      })
    }
    seen.set(name.toLowerCase(), name)
  }
}
