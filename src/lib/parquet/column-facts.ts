import type {ColumnFacts} from '../ports/merge-engine.js'
import {mergedBound} from './bounds.js'
import type {MergedField} from './lattice.js'
import {rootElements, sizeOf} from './schema-elements.js'
import {isNested, type ShapeField} from './shape.js'
import type {LeafFacts, SchemaGroup} from './source-groups.js'

/** Facts of a column, as the footers have them; of nested ones they know the parts only. */
export function columnFacts(
  {name, shape, places}: MergedField,
  type: string,
  groups: readonly SchemaGroup[],
  lists: readonly (readonly ShapeField[])[],
): ColumnFacts {
  const facts = {name, type}
  if (isNested(shape)) return facts
  let nulls: number | null = 0
  const bounds: {minimum: bigint[]; maximum: bigint[]} = {minimum: [], maximum: []}
  let isBounded = true
  for (const [group, place] of places.entries()) {
    const {rows} = groups[group]!
    const from = place === null ? null : lists[group]![place]!.shape
    const leaf = place === null ? null : leafOf(groups[group]!, place)
    const isNull = leaf === null || from === null || from.kind === 'null'
    const found: number | null = isNull ? rows : leaf.nulls
    nulls = nulls === null || found === null ? null : nulls + found
    if (isNull || found === rows) continue
    const [minimum, maximum] = [leaf.minimum, leaf.maximum].map((bound) =>
      bound === null ? null : mergedBound(bound, from, shape),
    )
    if (!leaf.isBounded || minimum === null || minimum === undefined || maximum === null || maximum === undefined)
      isBounded = false
    else {
      bounds.minimum.push(minimum)
      bounds.maximum.push(maximum)
    }
  }
  const isKnown = isBounded && bounds.minimum.length > 0
  return {
    ...facts,
    ...(nulls === null ? {} : {nulls}),
    ...(isKnown
      ? {min: String(least(bounds.minimum)), max: String(-least(bounds.maximum.map((bound) => -bound)))}
      : {}),
  }
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least))
}

/** The one leaf of a column that is not nested. */
function leafOf({elements, leaves}: SchemaGroup, place: number): LeafFacts | null {
  const {index} = rootElements(elements)[place]!
  const before = elements.slice(0, index).filter(({type}) => type !== undefined).length
  return sizeOf(elements, index) === 1 ? leaves[before]! : null
}
