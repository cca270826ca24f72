import {attributePath} from './attributes.js'
import {attributeOfOperand, operandsOf} from './derivations.js'
import {isDerived, type Operand, type TableMapping} from './types.js'

/** Columns that a delete keeps: its key, and those that tell its partition. */
export function columnsOfDeletes(mapping: TableMapping): ReadonlySet<string> {
  return new Set([...mapping.key, ...partitionOperands(mapping)])
}

/** Attributes whose change can move an item to another partition, or into the table or out of it. */
export function movingAttributes(mapping: TableMapping): string[] {
  const partition = isImmutable(mapping) ? attributesOf(mapping, partitionOperands(mapping)) : []
  return [...new Set([...partition, ...conditionAttributes(mapping)])]
}

/** Whether the attributes of the key alone tell an item's partition. */
export function isPartitionOfKey(mapping: TableMapping): boolean {
  return areOfKey(mapping, attributesOf(mapping, partitionOperands(mapping)))
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
  const ofKey = new Set(attributesOf(mapping, mapping.key))
  return attributes.every((name) => ofKey.has(name))
}

function partitionOperands({partition}: TableMapping): string[] {
  return (partition?.by ?? []).flatMap(({derive}) => operandsOf(derive))
}

function conditionAttributes({when, skip}: TableMapping): string[] {
  return [...when, ...skip].map((condition) => attributePath(condition)[0]!)
}

/** The attributes behind operands, through computed columns, by their outermost name. */
function attributesOf(mapping: TableMapping, operands: readonly Operand[]): string[] {
  return operands.flatMap((operand) => {
    const attribute = attributeOfOperand(operand)
    if (attribute !== null) return [attribute]
    const column = mapping.columns.find(({name}) => name === operand)
    if (column === undefined) return []
    return isDerived(column) ? attributesOf(mapping, operandsOf(column.derive)) : [attributePath(column)[0]!]
  })
}
