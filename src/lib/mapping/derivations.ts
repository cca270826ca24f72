import {SluiceError} from '../errors.js'
import {isDerived, type Derivation, type DerivedColumn, type Operand, type TableMapping} from './types.js'

/** The operands of an expression: columns and attributes, no patterns, separators or constants. */
export function operandsOf(derivation: Derivation): readonly Operand[] {
  if ('format_date' in derivation) return [derivation.format_date[0]]
  if ('slice_after' in derivation) return [derivation.slice_after[0]]
  if ('slice_before' in derivation) return [derivation.slice_before[0]]
  if ('constant' in derivation || 'rest' in derivation) return []
  return Object.values(derivation)[0]!
}

/** The attribute that a `$name` operand means; null for a column. */
export function attributeOfOperand(operand: Operand): string | null {
  return operand.startsWith('$') ? operand.slice(1) : null
}

/** Derived columns in stages: each is computed from columns of the item and of earlier stages. */
export function derivedStages(mapping: TableMapping): DerivedColumn[][] {
  const stages: DerivedColumn[][] = []
  let waiting = mapping.columns.filter(isDerived)
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({name}) => name))
    const ready = waiting.filter(({derive}) => !operandsOf(derive).some((operand) => names.has(operand)))
    if (ready.length === 0) throw inCircle(waiting[0]!.name)
    stages.push(ready)
    waiting = waiting.filter((column) => !ready.includes(column))
  }
  return stages
}

function inCircle(name: string): SluiceError {
  return new SluiceError('DEFINITION_INVALID', `The column ${name} is computed in a circle.`, {
    fix: 'sluice lake check',
  })
}

/** Whether the table keeps the attributes that nothing else names. */
export function usesRest(mapping: TableMapping): boolean {
  return mapping.columns.some((column) => isDerived(column) && 'rest' in column.derive)
}
