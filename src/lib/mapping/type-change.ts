import {parseColumnType, type ColumnType} from './column-type.js'

type DecimalType = Extract<ColumnType, {kind: 'decimal'}>

/** Whole digits of the integer types, as decimals count them. */
const INTEGERS: Readonly<Record<string, DecimalType>> = {
  integer: {kind: 'decimal', precision: 10, scale: 0},
  bigint: {kind: 'decimal', precision: 19, scale: 0},
}

/**
 * Whether every value that was stored as one type is read as the same value by another. Engines cast everything else
 * too: they round decimals, cut times to days, read any number as true, or fail on the first row that does not fit.
 */
export function readsExactly(stored: string, read: string): boolean {
  const [from, to] = [parseColumnType(stored), parseColumnType(read)]
  return stored === read || (from !== null && to !== null && fits(from, to))
}

function fits(from: ColumnType, to: ColumnType): boolean {
  if (from.kind === 'array' || to.kind === 'array') {
    return from.kind === 'array' && to.kind === 'array' && fits(from.element, to.element)
  }
  const [digits, room] = [decimalOf(from), decimalOf(to)]
  if (from.kind === 'decimal' && room !== null && to.kind !== 'decimal') return false
  if (digits !== null && room !== null) {
    return digits.scale <= room.scale && digits.precision - digits.scale <= room.precision - room.scale
  }
  return from.kind === to.kind
}

function decimalOf(type: ColumnType): DecimalType | null {
  return type.kind === 'decimal' ? type : (INTEGERS[type.kind] ?? null)
}
