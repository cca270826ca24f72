import {parseColumnType, type ColumnType} from './column-type.js'

/**
 * Whether values that were stored as one type would be changed, and not refused, when they are read as another: engines
 * round decimals, cut times to days and squeeze integers into doubles without a word.
 */
export function losesSilently(stored: string, read: string): boolean {
  const [from, to] = [parseColumnType(stored), parseColumnType(read)]
  if (from === null || to === null || stored === read) return false
  switch (from.kind) {
    case 'decimal':
      return decimalsOf(to) < from.scale || to.kind === 'double'
    case 'double':
      return to.kind === 'integer' || to.kind === 'bigint' || to.kind === 'decimal'
    case 'bigint':
      return to.kind === 'double'
    case 'timestamp':
      return to.kind === 'date'
    default:
      return false
  }
}

/** Decimals that a type keeps; a text keeps all of them. */
function decimalsOf(type: ColumnType): number {
  if (type.kind === 'decimal') return type.scale
  return type.kind === 'integer' || type.kind === 'bigint' ? 0 : Number.POSITIVE_INFINITY
}
