import type {ColumnType} from '../mapping/column-type.js'
import {typeOf} from './column-rules.js'
import {placeOf, type DraftColumn, type DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'
import {nearFix} from './near-name.js'
import type {SoundDerive} from './sound.js'

export const EXPRESSIONS = ['equal', 'not_equal', 'add', 'subtract', 'millis_between', 'format_date'] as const
type Expression = (typeof EXPRESSIONS)[number]

/** What is being computed, and where its mistakes are shown. */
interface Site {
  readonly table: DraftTable
  readonly what: string
  readonly derive: SoundDerive
  /** Place of the derive key, or of the nearest thing that the file itself wrote. */
  readonly at: Path
  /** False for an expression of the blueprint: its parts have no place of their own. */
  readonly written: boolean
  readonly findings: Findings
}

interface Operand {
  readonly text: string
  readonly type: ColumnType | 'unknown'
  readonly place: Path
}

/** Checks every derived column: one expression, operands that exist and fit, no circle. */
export function checkExpressions(table: DraftTable, findings: Findings): void {
  for (const column of table.columns) {
    const {derive} = column.values
    const at = placeOf(column, 'derive')
    if (derive === undefined || (column.written.has('derive') && findings.touches(at))) continue
    const site: Site = {table, what: column.name, derive, at, written: column.written.has('derive'), findings}
    checkExpression(site, typeOf(column), placeOf(column, 'type'))
  }
  checkCircles(table, findings)
}

/** Checks the expression of a partition column, which is always text. */
export function checkPartitionExpression(table: DraftTable, index: number, findings: Findings): void {
  const column = table.partition?.by[index]
  if (column?.derive === undefined) return
  const at: Path = column.written ? [...column.at, 'derive'] : column.at
  if (column.written && findings.touches(at)) return
  const what = column.name ?? 'the partition column'
  const site: Site = {table, what, derive: column.derive, at, written: column.written, findings}
  if (!Object.hasOwn(column.derive, 'format_date') && Object.keys(column.derive).length === 1) {
    findings.add(
      at,
      'A partition column is text, which only format_date gives.',
      'Write {format_date: [column, "%Y"]}.',
    )
    return
  }
  checkExpression(site, {kind: 'string'}, at)
  const pattern = column.derive['format_date']?.[1]
  if (pattern?.includes('/') === true) {
    findings.add(
      at,
      'A partition value cannot hold /, which divides paths.',
      'Use - instead, or one column for each part.',
    )
  }
}

function checkExpression(site: Site, result: ColumnType | null, typeAt: Path): void {
  const names = Object.keys(site.derive)
  const [name] = names
  if (name === undefined || names.length > 1) {
    const count = names.length === 0 ? 'no expression' : `${names.length} expressions`
    site.findings.add(
      site.at,
      `${site.what} has ${count}; it needs exactly one.`,
      `Keep one of ${EXPRESSIONS.join(', ')}.`,
    )
    return
  }
  const texts = site.derive[name] ?? []
  switch (name as Expression) {
    case 'equal':
    case 'not_equal':
      checkResult(site, result, ['boolean'], typeAt)
      return checkComparable(operands(site, name, texts), site)
    case 'millis_between':
      checkResult(site, result, ['bigint'], typeAt)
      return operands(site, name, texts).forEach((operand) => checkKind(site, operand, name, ['timestamp']))
    case 'format_date':
      checkResult(site, result, ['string'], typeAt)
      checkPattern(site, texts[1])
      return operands(site, name, texts.slice(0, 1)).forEach((one) => checkKind(site, one, name, ['timestamp']))
    case 'add':
    case 'subtract':
      checkResult(site, result, ['bigint', 'decimal'], typeAt)
      return checkArithmetic(site, name, operands(site, name, texts), result, typeAt)
  }
}

function operands(site: Site, name: string, texts: readonly (string | undefined)[]): Operand[] {
  return texts.flatMap((text, index): Operand[] => {
    if (text === undefined) return []
    const own: Path = site.written ? [...site.at, name, index] : site.at
    if (text.startsWith('$')) {
      const message = `The attribute ${text} in an expression is reserved, not built in this version.`
      site.findings.add(own, message, `Add a column from ${text.slice(1)}, and use its name.`)
      return []
    }
    const column = site.table.columns.find((other) => other.name === text)
    if (column !== undefined) {
      // A blueprint's expression over a column that the file overrides: the override is to blame.
      const place = !site.written && column.written.size > 0 ? placeOf(column, 'type') : own
      return [{text, type: typeOf(column) ?? 'unknown', place}]
    }
    reportUnknown(site, text, own)
    return []
  })
}

function reportUnknown(site: Site, text: string, own: Path): void {
  const removedAt = site.table.removed.get(text)
  if (removedAt !== undefined) {
    const place = site.written ? own : removedAt
    const message = `${site.what} needs the column ${text}, which is removed.`
    site.findings.add(
      place,
      message,
      site.written ? `Keep ${text}, or use another column.` : `Remove ${site.what} too, or keep ${text}.`,
    )
  } else if (site.table.namesKnown) {
    const names = site.table.columns.map((column) => column.name).filter((name) => name !== site.what)
    site.findings.add(own, `There is no column ${text} in ${site.table.name}.`, nearFix(text, names, 'column'))
  }
}

function checkResult(site: Site, result: ColumnType | null, kinds: readonly ColumnType['kind'][], typeAt: Path): void {
  if (result === null || kinds.includes(result.kind)) return
  const list = kinds.map((kind) => (kind === 'decimal' ? 'decimal(p,s)' : kind)).join(' or ')
  site.findings.add(typeAt, `${site.what} is computed as ${list}, not as ${result.kind}.`, `Write type: ${list}.`)
}

function checkKind(site: Site, operand: Operand, name: string, kinds: readonly ColumnType['kind'][]): boolean {
  if (operand.type === 'unknown') return false
  if (kinds.includes(operand.type.kind)) return true
  const message = `${name} needs ${kinds.join(' or ')}; ${operand.text} is ${operand.type.kind}.`
  site.findings.add(operand.place, message, `Use a column of type ${kinds.join(' or ')}.`)
  return false
}

/** Values of different families have no equality that all engines agree on. */
function checkComparable([left, right]: readonly Operand[], site: Site): void {
  if (left === undefined || right === undefined) return
  const families = [familyOf(left.type), familyOf(right.type)]
  if (families.includes(null) || families[0] === families[1]) return
  const message = `${left.text} (${families[0]}) and ${right.text} (${families[1]}) cannot be compared.`
  site.findings.add(right.place, message, 'Compare columns of one type.')
}

function familyOf(type: Operand['type']): string | null {
  if (type === 'unknown') return null
  return ['integer', 'bigint', 'decimal'].includes(type.kind) ? 'exact number' : type.kind
}

function checkArithmetic(
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

function checkPattern(site: Site, pattern: string | undefined): void {
  if (pattern === undefined || (/^(%[YmdH]|[-_.:/ ])+$/.test(pattern) && pattern.includes('%'))) return
  const place: Path = site.written ? [...site.at, 'format_date', 1] : site.at
  const message = `The pattern ${JSON.stringify(pattern)} is not built of %Y, %m, %d, %H and separators.`
  site.findings.add(place, message, 'Write it like "%Y-%m-%d".')
}

function checkCircles(table: DraftTable, findings: Findings): void {
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const done = new Set<string>()
  for (const column of table.columns) {
    const circle = findCircle(column, byName, [], done)
    if (circle === null) continue
    const at = circle.map((name) => byName.get(name)).find((one) => one?.written.has('derive')) ?? column
    findings.add(placeOf(at, 'derive'), `Columns are computed in a circle: ${circle.join(' → ')}.`, 'Break the circle.')
  }
}

function findCircle(
  column: DraftColumn,
  byName: ReadonlyMap<string, DraftColumn>,
  trail: readonly string[],
  done: Set<string>,
): string[] | null {
  const start = trail.indexOf(column.name)
  if (start >= 0) return [...trail.slice(start), column.name]
  if (done.has(column.name)) return null
  for (const name of inputsOf(column)) {
    const next = byName.get(name)
    const circle = next === undefined ? null : findCircle(next, byName, [...trail, column.name], done)
    if (circle !== null) {
      for (const member of circle) done.add(member)
      return circle
    }
  }
  done.add(column.name)
  return null
}

function inputsOf(column: DraftColumn): string[] {
  return Object.entries(column.values.derive ?? {}).flatMap(([name, texts]) => {
    const list = name === 'format_date' ? texts?.slice(0, 1) : texts
    return (list ?? []).filter((text): text is string => text !== undefined && !text.startsWith('$'))
  })
}
