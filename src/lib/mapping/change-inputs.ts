import {attributePath, OPERAND_TAGS, type AttributeRead} from './attributes.js'
import {sourceTag} from './column-type.js'
import {attributeOfOperand, operandsOf} from './derivations.js'
import {isDerived, type Operand, type TableMapping} from './types.js'

/** Columns that a delete keeps: its key, and those that tell its partition. */
export function columnsOfDeletes(mapping: TableMapping): ReadonlySet<string> {
  return new Set([...mapping.key, ...partitionOperands(mapping)])
}

/** What tells the partition that an item lies in for ever: none where a row's key finds it wherever it lies. */
export function placeReads(mapping: TableMapping): AttributeRead[] {
  return isImmutable(mapping) ? readsOf(mapping, partitionOperands(mapping)) : []
}

/** Whether the attributes of the key alone tell an item's partition. */
export function isPartitionOfKey(mapping: TableMapping): boolean {
  return areOfKey(mapping, namesOf(readsOf(mapping, partitionOperands(mapping))))
}

/** Whether the attributes of the key alone tell if an item is one of the table: then it is so for ever. */
export function areConditionsOfKey(mapping: TableMapping): boolean {
  return areOfKey(mapping, conditionAttributes(mapping))
}

/** Whether rows of one key are compared within their partition only. */
export function isImmutable({partition}: TableMapping): boolean {
  return partition?.immutable === true
}

function areOfKey(mapping: TableMapping, attributes: readonly string[]): boolean {
  const ofKey = new Set(namesOf(readsOf(mapping, mapping.key)))
  return attributes.every((name) => ofKey.has(name))
}

function partitionOperands({partition}: TableMapping): string[] {
  return (partition?.by ?? []).flatMap(({derive}) => operandsOf(derive))
}

function conditionAttributes({when, skip}: TableMapping): string[] {
  return [...when, ...skip].map((condition) => attributePath(condition)[0]!)
}

/** What is read of the item for operands, through computed columns. */
function readsOf(mapping: TableMapping, operands: readonly Operand[]): AttributeRead[] {
  return operands.flatMap((operand) => {
    const attribute = attributeOfOperand(operand)
    if (attribute !== null) return [{path: [attribute], tags: OPERAND_TAGS}]
    const column = mapping.columns.find(({name}) => name === operand)
    if (column === undefined) return []
    if (isDerived(column)) return readsOf(mapping, operandsOf(column.derive))
    return [{path: attributePath(column), tags: [sourceTag(column)]}]
  })
}

function namesOf(reads: readonly AttributeRead[]): string[] {
  return reads.map(({path}) => path[0]!)
}
