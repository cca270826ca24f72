import {parseColumnType, type ColumnType} from '../mapping/column-type.js'
import {placeOf, type DraftColumn, type DraftTable} from './drafts.js'
import type {Findings} from './mistakes.js'
import {checkSource} from './source-rules.js'
import {nearestName} from '../near-name.js'

const TYPE_NAMES = ['string', 'boolean', 'integer', 'bigint', 'double', 'timestamp', 'date', 'decimal', 'binary']
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
  bytes: 'binary',
  blob: 'binary',
  varbinary: 'binary',
}
const SOURCE_KEYS = ['tag', 'missing', 'inexact', 'wrong_type', 'format', 'zone'] as const
const ARRAY_FIX = 'Write array<T> of string, integer, bigint, double, decimal(p,s) or binary.'

/** The rules of every column that need no other column. */
export function checkColumns(table: DraftTable, findings: Findings): void {
  for (const column of table.columns) {
    checkName(column, findings)
    checkType(column, findings)
    checkOrigin(column, mayBeStored(table), findings)
  }
}

/** Others write events: how a value came into their files is theirs. */
export function mayBeStored(table: DraftTable): boolean {
  return table.values.kind === 'events'
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
  const {type, inexact, from} = column.values
  const at = [...column.at, 'type']
  if (type === undefined) {
    if (!findings.touches(at))
      findings.add(at, `The column ${column.name} has no type.`, 'Add type: string, or another.')
    return
  }
  const parsed = parseColumnType(type)
  if (parsed === null) findings.add(placeOf(column, 'type'), `There is no type ${JSON.stringify(type)}.`, typeFix(type))
  if (holdsDoubles(parsed) && from !== undefined && inexact !== 'round' && !touched(column, 'inexact', findings)) {
    const message = 'A double cannot hold every decimal number exactly.'
    findings.add(placeOf(column, 'type'), message, 'Add inexact: round, or use decimal(p,s).')
  }
}

function holdsDoubles(type: ColumnType | null): boolean {
  return type?.kind === 'double' || (type?.kind === 'array' && type.element.kind === 'double')
}

function typeFix(type: string): string {
  if (/^(array|list|set)\b|\[\]$/i.test(type)) {
    // Inside braces the comma of a decimal ends the value.
    return /decimal\(\s*\d+$/.test(type) ? 'Put the type in quotes: type: "array<decimal(18,2)>".' : ARRAY_FIX
  }
  if (/^decimal\(\s*\d+$/.test(type))
    return 'Put the type in quotes: type: "decimal(18,2)". Braces end a value at the comma.'
  if (/^decimal/i.test(type)) return 'Write decimal(p,s) with p from 1 to 38 and s from 0 to p, like decimal(18,2).'
  const plain = type.toLowerCase().replace(/\(.*$/, '').trim()
  const meant = OTHER_NAMES[plain] ?? nearestName(plain, TYPE_NAMES)
  if (Object.hasOwn(OTHER_NAMES, plain) || (meant !== null && meant !== undefined)) return `Write ${meant}.`
  return `Known: ${TYPE_NAMES.slice(0, -1).join(', ')}, decimal(p,s), array<T>.`
}

function touched(column: DraftColumn, key: string, findings: Findings): boolean {
  return findings.touches([...column.at, key])
}

function checkOrigin(column: DraftColumn, isStored: boolean, findings: Findings): void {
  const {from, derive} = column.values
  if (from !== undefined && derive !== undefined) {
    findings.add(placeOf(column, 'derive'), `${column.name} has both from and derive.`, 'Keep one of the two.')
    return
  }
  if (derive !== undefined) return checkOtherKeys(column, 'is derived', 'set it on the operands', findings)
  if (from === undefined) {
    if (touched(column, 'from', findings) || touched(column, 'derive', findings)) return
    if (isStored) return checkOtherKeys(column, 'stands in files that others write', 'add from', findings)
    findings.add(column.at, `${column.name} says neither from nor derive.`, 'Add from: <attribute>, or derive: {…}.')
    return
  }
  if (from.length === 0 || (typeof from !== 'string' && from.some((part) => part === ''))) {
    findings.add(placeOf(column, 'from'), 'An attribute name is empty.', 'Write the name of the source attribute.')
  }
  const type = typeOf(column)
  if (type !== null) checkSource(column, type, findings)
}

function checkOtherKeys(column: DraftColumn, how: string, instead: string, findings: Findings): void {
  for (const key of SOURCE_KEYS) {
    if (column.values[key] === undefined) continue
    const message = `${key} is for columns read from the source; ${column.name} ${how}.`
    findings.add(placeOf(column, key), message, `Remove ${key}, or ${instead}.`)
  }
}
