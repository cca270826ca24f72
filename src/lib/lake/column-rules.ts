import {parseColumnType, type ColumnType} from '../mapping/column-type.js'
import {placeOf, type DraftColumn, type DraftTable} from './drafts.js'
import type {Findings} from './mistakes.js'
import {nearestName} from './near-name.js'

const TYPE_NAMES = ['string', 'boolean', 'integer', 'bigint', 'double', 'timestamp', 'date', 'decimal']
/** What people write who come from other engines. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  int: 'integer',
  long: 'bigint',
  varchar: 'string',
  text: 'string',
  float: 'double',
  real: 'double',
  number: 'decimal(18,2)',
  numeric: 'decimal(18,2)',
  datetime: 'timestamp',
  bool: 'boolean',
}
const SOURCE_KEYS = ['missing', 'inexact', 'wrong_type', 'format'] as const

/** The rules of every column that need no other column. */
export function checkColumns(table: DraftTable, findings: Findings): void {
  for (const column of table.columns) {
    checkName(column, findings)
    checkType(column, findings)
    checkOrigin(column, findings)
  }
  checkAttributeTwins(table, findings)
}

export function typeOf(column: DraftColumn): ColumnType | null {
  return column.values.type === undefined ? null : parseColumnType(column.values.type)
}

/** Says what is wrong with a name of a column or partition column; null when nothing is. */
export function nameMistake(name: string): {message: string; fix: string} | null {
  if (/^[a-z][a-z0-9_]*$/.test(name)) return null
  if (name.startsWith('_')) {
    return {message: `${name} begins with _, which is reserved for the columns of sluice.`, fix: 'Rename it.'}
  }
  const safe = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+/, '')
  const fix = safe === '' ? 'Rename it, like claim_id.' : `Write ${safe}.`
  return {message: `${JSON.stringify(name)} is no name: a-z, 0-9 and _, beginning with a letter.`, fix}
}

function checkName(column: DraftColumn, findings: Findings): void {
  const mistake = nameMistake(column.name)
  if (mistake !== null) findings.add(placeOf(column, 'name'), mistake.message, mistake.fix)
}

function checkType(column: DraftColumn, findings: Findings): void {
  const {type, inexact, derive} = column.values
  const at = [...column.at, 'type']
  if (type === undefined) {
    if (!findings.touches(at))
      findings.add(at, `The column ${column.name} has no type.`, 'Add type: string, or another.')
    return
  }
  const parsed = parseColumnType(type)
  if (parsed === null) findings.add(placeOf(column, 'type'), `There is no type ${JSON.stringify(type)}.`, typeFix(type))
  if (
    parsed?.kind === 'double' &&
    derive === undefined &&
    inexact !== 'round' &&
    !touched(column, 'inexact', findings)
  ) {
    const message = 'A double cannot hold every decimal number exactly.'
    findings.add(placeOf(column, 'type'), message, 'Add inexact: round, or use decimal(p,s).')
  }
}

function typeFix(type: string): string {
  if (/^decimal\(\s*\d+$/.test(type))
    return 'Put the type in quotes: type: "decimal(18,2)". Braces end a value at the comma.'
  if (/^decimal/i.test(type)) return 'Write decimal(p,s) with p from 1 to 38 and s from 0 to p, like decimal(18,2).'
  const plain = type.toLowerCase().replace(/\(.*$/, '').trim()
  const meant = OTHER_NAMES[plain] ?? nearestName(plain, TYPE_NAMES)
  if (Object.hasOwn(OTHER_NAMES, plain) || (meant !== null && meant !== undefined)) return `Write ${meant}.`
  return `Known: ${TYPE_NAMES.slice(0, -1).join(', ')}, decimal(p,s).`
}

function touched(column: DraftColumn, key: string, findings: Findings): boolean {
  return findings.touches([...column.at, key])
}

function checkOrigin(column: DraftColumn, findings: Findings): void {
  const {from, derive} = column.values
  if (from !== undefined && derive !== undefined) {
    findings.add(placeOf(column, 'derive'), `${column.name} has both from and derive.`, 'Keep one of the two.')
    return
  }
  if (derive !== undefined) return checkDerivedKeys(column, findings)
  if (from === undefined) {
    if (touched(column, 'from', findings) || touched(column, 'derive', findings)) return
    findings.add(column.at, `${column.name} says neither from nor derive.`, 'Add from: <attribute>, or derive: {…}.')
    return
  }
  if (from.length === 0 || (typeof from !== 'string' && from.some((part) => part === ''))) {
    findings.add(placeOf(column, 'from'), 'An attribute name is empty.', 'Write the name of the source attribute.')
  }
  checkFormat(column, findings)
}

function checkDerivedKeys(column: DraftColumn, findings: Findings): void {
  for (const key of SOURCE_KEYS) {
    if (column.values[key] === undefined) continue
    const message = `${key} is for columns read from the source; ${column.name} is derived.`
    findings.add(placeOf(column, key), message, `Remove ${key}, or set it on the operands.`)
  }
}

function checkFormat(column: DraftColumn, findings: Findings): void {
  const kind = typeOf(column)?.kind
  if (kind === undefined || touched(column, 'format', findings)) return
  const {format} = column.values
  const isTime = kind === 'timestamp' || kind === 'date'
  if (isTime && format === undefined) {
    const formats = kind === 'date' ? 'iso' : 'iso, epoch_s or epoch_ms'
    findings.add(
      column.at,
      `The ${kind} ${column.name} does not say how the source writes it.`,
      `Add format: ${formats}.`,
    )
  } else if (!isTime && format !== undefined) {
    findings.add(placeOf(column, 'format'), `format is for timestamp and date, not for ${kind}.`, 'Remove format.')
  } else if (format === 'iso_local') {
    const message = 'format iso_local (a time without a zone) is reserved, not built in this version.'
    findings.add(placeOf(column, 'format'), message, 'Write format: iso for times with Z or an offset.')
  } else if (kind === 'date' && (format === 'epoch_s' || format === 'epoch_ms')) {
    const message = `A date is read from text, not from ${format}.`
    findings.add(placeOf(column, 'format'), message, 'Write format: iso, or make it a timestamp.')
  }
}

/** The local engine's STRUCT fields differ by more than case, so attributes must too. */
function checkAttributeTwins(table: DraftTable, findings: Findings): void {
  const seen = new Map<string, string>()
  for (const column of table.columns) {
    const {from} = column.values
    if (from === undefined) continue
    const steps = typeof from === 'string' ? [from] : from.map((part) => part ?? '')
    for (let length = 1; length <= steps.length; length++) {
      const exact = JSON.stringify(steps.slice(0, length))
      const twin = seen.get(exact.toLowerCase())
      seen.set(exact.toLowerCase(), twin ?? exact)
      if (twin === undefined || twin === exact) continue
      const message = `The attributes ${twin} and ${exact} differ by case only.`
      findings.add(placeOf(column, 'from'), message, 'Map one of the two.')
      break
    }
  }
}
