import {quoteIdentifier} from '../../sql/index.js'
import type {SchemaElement} from '../../parquet/footer.js'
import {lossy} from '../../parquet/merge-errors.js'
import type {SchemaGroup} from '../../parquet/source-groups.js'
import {isSameShape, type Shape, type ShapeField} from '../../parquet/shape.js'
import {rootElements, sizeOf} from '../../parquet/schema-elements.js'

const OWN_ID = '__duckdb_field_id'

/**
 * The ids by which some tables know their columns, as an option of COPY; null where no file has any. Throws `MERGE_LOSSY`
 * when files disagree on them.
 */
export function fieldIdsSql(
  groups: readonly SchemaGroup[],
  fields: readonly ShapeField[],
  lists: readonly (readonly ShapeField[])[],
): string | null {
  if (groups.every(({elements}) => elements.every(({fieldId}) => fieldId === undefined))) return null
  const entries = fields.flatMap(({name, shape}) => {
    const found = groups.flatMap(({elements, first}, group) => {
      const root = rootElements(elements).find(({element}) => element.name === name)
      if (root === undefined) return []
      const own = lists[group]!.find((field) => field.name === name)!.shape
      const ids = idsOf(elements.slice(root.index, root.index + sizeOf(elements, root.index)), own)
      return [{ids, key: first.source.key, isSame: isSameShape(own, shape) || shape.kind !== 'struct'}]
    })
    const [first] = found
    const odd = found.find(({ids, isSame}) => ids !== first?.ids || (!isSame && ids !== null))
    if (odd !== undefined) throw lossy(odd.key, name, 'the files give its parts other field ids', [first!.key])
    return first === undefined || first.ids === null ? [] : [`${quoteIdentifier(name)}: ${first.ids}`]
  })
  return entries.length === 0 ? null : `{${entries.join(', ')}}`
}

/** Ids of a column and its parts as DuckDB takes them; null where there are none. */
function idsOf(elements: readonly SchemaElement[], shape: Shape): string | null {
  const [own, ...below] = elements
  const parts = partsOf(below, shape).flatMap(({name, elements: part, shape: of}) => {
    const ids = idsOf(part, of)
    return ids === null ? [] : [`${quoteIdentifier(name)}: ${ids}`]
  })
  if (parts.length === 0) return own?.fieldId === undefined ? null : String(own.fieldId)
  return `{${[...(own?.fieldId === undefined ? [] : [`${OWN_ID}: ${own.fieldId}`]), ...parts].join(', ')}}`
}

interface ShapePart {
  readonly name: string
  readonly elements: readonly SchemaElement[]
  readonly shape: Shape
}

/** The parts of a nested column; the wrappers of lists and maps have no ids of their own. */
function partsOf(below: readonly SchemaElement[], shape: Shape): ShapePart[] {
  if (shape.kind === 'struct') {
    return rootElements(below).map(({index}, place) => ({
      name: shape.fields[place]!.name,
      elements: below.slice(index, index + sizeOf(below, index)),
      shape: shape.fields[place]!.shape,
    }))
  }
  if (shape.kind === 'list') return [{name: 'element', elements: below.slice(1), shape: shape.element}]
  if (shape.kind !== 'map') return []
  const inner = below.slice(1)
  const keySize = sizeOf(inner, 0)
  return [
    {name: 'key', elements: inner.slice(0, keySize), shape: shape.key},
    {name: 'value', elements: inner.slice(keySize), shape: shape.value},
  ]
}
