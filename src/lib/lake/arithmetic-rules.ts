import type {ColumnType} from '../mapping/column-type.js'
import {checkKind, type Operand, type Site} from './operand-rules.js'
import type {Path} from './mistakes.js'

/** Checks that a sum has room for every result and loses no decimals. */
export function checkArithmetic(
  site: Site,
  name: string,
  list: readonly Operand[],
  result: ColumnType | null,
  at: Path,
): void {
  const fitting = list.filter((operand) => checkKind(site, operand, name, ['integer', 'bigint', 'decimal']))
  if (fitting.length < 2 || result === null) return
  const shapes = fitting.map((operand) => digitsOf(operand.type))
  const scale = Math.max(...shapes.map((shape) => shape.scale))
  const whole = Math.max(...shapes.map((shape) => shape.whole)) + 1
  const needed = `decimal(${Math.min(38, whole + scale)},${scale})`
  const isDecimal = fitting.some((operand) => typeof operand.type === 'object' && operand.type.kind === 'decimal')
  if (result.kind === 'bigint' && isDecimal) {
    site.findings.add(at, `${site.what} would lose the decimals of its operands.`, `Write type: ${needed}.`)
  } else if (result.kind === 'decimal' && result.scale < scale) {
    site.findings.add(
      at,
      `${site.what} has ${result.scale} decimals, its operands have ${scale}.`,
      `Write type: ${needed}.`,
    )
  } else if (result.kind === 'decimal' && result.precision - result.scale < Math.min(whole, 38 - scale)) {
    site.findings.add(
      at,
      `${site.what} can overflow: it needs ${whole} digits before the point.`,
      `Write type: ${needed}.`,
    )
  }
}

function digitsOf(type: Operand['type']): {whole: number; scale: number} {
  if (typeof type !== 'object') return {whole: 0, scale: 0}
  if (type.kind === 'decimal') return {whole: type.precision - type.scale, scale: type.scale}
  return {whole: type.kind === 'integer' ? 10 : 19, scale: 0}
}
