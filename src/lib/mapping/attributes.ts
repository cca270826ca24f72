import {sourceTag} from './column-type.js'
import {attributeOfOperand, operandsOf} from './derivations.js'
import {isDerived, type AttributeTag, type Condition, type SourceColumn, type TableMapping} from './types.js'

/** One attribute that a mapping looks at, with the tags whose values it reads. */
export interface AttributeRead {
  readonly path: readonly string[]
  readonly tags: readonly AttributeTag[]
}

/** Tags with a text that `$name` operands take. */
export const OPERAND_TAGS = ['S', 'N'] as const
/** Tags with a text that conditions test. */
export const TESTED_TAGS = ['S', 'N', 'BOOL'] as const

/** Attribute names from the item inwards. */
export function attributePath({from}: SourceColumn | Condition): readonly string[] {
  return typeof from === 'string' ? [from] : from
}

/** Every attribute that columns, expressions and conditions of the table read, in this order. */
export function attributeReads(mapping: TableMapping): AttributeRead[] {
  const columns = mapping.columns.flatMap((column): AttributeRead[] =>
    isDerived(column) ? [] : [{path: attributePath(column), tags: [sourceTag(column)]}],
  )
  const conditions = [...mapping.when, ...mapping.skip].map((condition): AttributeRead => ({
    path: attributePath(condition),
    tags: 'absent' in condition ? [] : TESTED_TAGS,
  }))
  return [...columns, ...operandReads(mapping), ...conditions]
}

function operandReads(mapping: TableMapping): AttributeRead[] {
  return mapping.columns.filter(isDerived).flatMap(({derive}) =>
    operandsOf(derive).flatMap((operand): AttributeRead[] => {
      const name = attributeOfOperand(operand)
      return name === null ? [] : [{path: [name], tags: OPERAND_TAGS}]
    }),
  )
}

/**
 * Attributes that `rest` leaves out. One that is only read by a path into it stays: its other members stand nowhere
 * else.
 */
export function namedAttributes(mapping: TableMapping): string[] {
  return [...new Set(attributeReads(mapping).flatMap(({path}) => (path.length === 1 ? [path[0]!] : [])))]
}
