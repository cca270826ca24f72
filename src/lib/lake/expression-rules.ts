import type {ColumnType} from '../mapping/column-type.js'
import {checkArithmetic} from './arithmetic-rules.js'
import {checkCircles} from './circle-rules.js'
import {mayBeStored, typeOf} from './column-rules.js'
import {placeOf, type DraftPartitionColumn, type DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'
import {checkKind, checkResult, operands, type Operand, type Site} from './operand-rules.js'

const EXPRESSIONS = [
  'equal',
  'not_equal',
  'add',
  'subtract',
  'millis_between',
  'format_date',
  'slice_after',
  'slice_before',
  'lower',
  'trim',
  'coalesce',
  'constant',
  'rest',
] as const
type Expression = (typeof EXPRESSIONS)[number]

/** Expressions that cut a text out of others, so that equal items give equal texts. */
export const KEY_EXPRESSIONS: readonly string[] = ['slice_after', 'slice_before', 'lower', 'trim', 'coalesce']
const PARTITION_EXPRESSIONS: readonly string[] = ['format_date', 'constant', ...KEY_EXPRESSIONS]

/** Checks every derived column: one expression, operands that exist and fit, no circle. */
export function checkExpressions(table: DraftTable, findings: Findings): void {
  for (const column of table.columns) {
    const {derive} = column.values
    const at = placeOf(column, 'derive')
    if (derive === undefined || (column.written.has('derive') && findings.touches(at))) continue
    const site: Site = {
      table,
      what: column.name,
      derive,
      at,
      written: column.written.has('derive'),
      hasItem: true,
      findings,
    }
    checkExpression(site, typeOf(column), placeOf(column, 'type'))
  }
  checkCircles(table, findings)
}

/** Checks the expression of a partition column, which is always text. */
export function checkPartitionExpression(table: DraftTable, index: number, findings: Findings): void {
  const column = table.partition?.by[index]
  if (column?.derive === undefined) return checkUnderived(table, column, findings)
  const at: Path = column.written ? [...column.at, 'derive'] : column.at
  if (column.written && findings.touches(at)) return
  const what = column.name ?? 'the partition column'
  const {derive, written} = column
  const [name] = Object.keys(derive)
  if (Object.keys(derive).length === 1 && !PARTITION_EXPRESSIONS.includes(name!)) {
    const message = `A partition column is text cut out of columns, which ${name} does not give.`
    findings.add(at, message, `Write {format_date: [column, "%Y"]}, or ${KEY_EXPRESSIONS.join(', ')} or constant.`)
    return
  }
  checkExpression({table, what, derive, at, written, hasItem: false, findings}, {kind: 'string'}, at)
  if (derive['format_date']?.[1]?.includes('/') === true) {
    const message = 'The pattern of a partition cannot hold /, which divides paths.'
    findings.add(at, message, 'Use - instead, or one column for each part.')
  }
}

/** A table that is loaded has to know where a row goes; events lie where others put them. */
function checkUnderived(table: DraftTable, column: DraftPartitionColumn | undefined, findings: Findings): void {
  if (column === undefined || mayBeStored(table)) return
  const at: Path = column.written ? [...column.at, 'derive'] : column.at
  if (findings.touches(at) || (column.name === undefined && findings.touches(column.at))) return
  const message = `The partition column ${column.name ?? ''} does not say what it is cut from.`
  findings.add(at, message, 'Add derive: {format_date: [created_at, "%Y"]}.')
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
      return operands(site, name, texts).forEach((one) => checkKind(site, one, name, ['timestamp']))
    case 'add':
    case 'subtract':
      checkResult(site, result, ['bigint', 'decimal'], typeAt)
      return checkArithmetic(site, name, operands(site, name, texts), result, typeAt)
    default:
      return checkTextExpression(site, name, texts, result, typeAt)
  }
}

function checkTextExpression(
  site: Site,
  name: string,
  texts: readonly (string | undefined)[],
  result: ColumnType | null,
  typeAt: Path,
): void {
  const list = operands(site, name, texts)
  if (name === 'coalesce') return checkSameType(site, list, result)
  checkResult(site, result, ['string'], typeAt)
  for (const operand of list) checkKind(site, operand, name, ['string'])
  if ((name === 'slice_after' || name === 'slice_before') && texts[1] === '') {
    const place: Path = site.written ? [...site.at, name, 1] : site.at
    site.findings.add(place, 'The separator is empty.', 'Write the text that divides, like "#".')
  }
}

/** The first of several values is of their type only when they all have the same. */
function checkSameType(site: Site, list: readonly Operand[], result: ColumnType | null): void {
  for (const {text, type, place} of list) {
    if (result === null || type === 'unknown' || typeText(type) === typeText(result)) continue
    const message = `coalesce answers one type: ${site.what} is ${typeText(result)}, ${text} is ${typeText(type)}.`
    site.findings.add(place, message, `Use columns of type ${typeText(result)}.`)
  }
}

function typeText(type: ColumnType): string {
  if (type.kind === 'array') return `array<${typeText(type.element)}>`
  return type.kind === 'decimal' ? `decimal(${type.precision},${type.scale})` : type.kind
}

/** Values of different families have no equality that all engines agree on. */
function checkComparable([left, right]: readonly Operand[], site: Site): void {
  if (left === undefined || right === undefined) return
  for (const {text, type, place} of [left, right]) {
    if (type === 'unknown' || type.kind !== 'array') continue
    site.findings.add(place, `${text} is an array, which has no equality.`, 'Compare columns with one value.')
    return
  }
  const families = [familyOf(left.type), familyOf(right.type)]
  if (families.includes(null) || families[0] === families[1]) return
  const message = `${left.text} (${families[0]}) and ${right.text} (${families[1]}) cannot be compared.`
  site.findings.add(right.place, message, 'Compare columns of one type.')
}

function familyOf(type: Operand['type']): string | null {
  if (type === 'unknown') return null
  return ['integer', 'bigint', 'decimal'].includes(type.kind) ? 'exact number' : type.kind
}

function checkPattern(site: Site, pattern: string | undefined): void {
  if (pattern === undefined || (/^(%[YmdH]|[-_.:/ ])+$/.test(pattern) && pattern.includes('%'))) return
  const place: Path = site.written ? [...site.at, 'format_date', 1] : site.at
  const message = `The pattern ${JSON.stringify(pattern)} is not built of %Y, %m, %d, %H and separators.`
  site.findings.add(place, message, 'Write it like "%Y-%m-%d".')
}
