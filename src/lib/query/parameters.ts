import {SluiceError} from '../errors.js'
import {nearFix} from '../near-name.js'
import type {ParameterType, QueryValue} from '../ports/query-engine.js'

/** What `--param` gives, as a query asks for it. */
export interface QueryParameters {
  readonly values: Readonly<Record<string, QueryValue>>
  readonly types: Readonly<Record<string, ParameterType>>
}

const PARAMETER = /^([a-zA-Z_]\w*)(?::(\w+))?=(.*)$/s
const DAY = /^\d{4}-\d{2}-\d{2}$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/
const DECIMAL = /^[+-]?\d{1,38}(\.\d{1,38})?$/
const MOST_DIGITS = 38

interface Parsed {
  readonly value: QueryValue
  readonly type?: ParameterType
}

/** How the text of each type is read; undefined for a text that is none. */
const READERS: Readonly<Record<string, (text: string) => Parsed | undefined>> = {
  text: (value) => ({value}),
  boolean: (text) => (text === 'true' || text === 'false' ? {value: text === 'true'} : undefined),
  bigint: (text) => (isBigint(text) ? {value: BigInt(text)} : undefined),
  double: (text) =>
    text.trim() === '' || Number.isNaN(Number(text)) ? undefined : {value: Number(text), type: 'double'},
  decimal: (text) => (isDecimal(text) ? {value: text.replace('+', ''), type: 'decimal'} : undefined),
  date: (text) => (DAY.test(text) && isDay(text) ? {value: text, type: 'date'} : undefined),
  timestamp: (text) => timestampOf(text),
}

/**
 * Reads `name=value` (text) and `name:type=value`. Engines bind values, or write them as literals. Throws `USAGE`.
 */
export function parseParameters(texts: readonly string[]): QueryParameters {
  const values: Record<string, QueryValue> = {}
  const types: Record<string, ParameterType> = {}
  for (const text of texts) {
    const {name, value, type} = parseParameter(text)
    if (Object.hasOwn(values, name)) throw usage(`The parameter ${name} is given twice.`, 'Give it once.')
    values[name] = value
    if (type !== undefined) types[name] = type
  }
  return {values, types}
}

/** Throws `USAGE` unless exactly the parameters that the statement names are given. */
export function checkParameters(wanted: readonly string[], given: readonly string[]): void {
  if (wanted.some((name) => /^\d+$/.test(name))) {
    throw usage(
      'A parameter without a name cannot be given a value.',
      'Write $name in place of ?, and --param name=value.',
    )
  }
  const unknown = given.find((name) => !wanted.includes(name))
  if (unknown !== undefined) {
    const fix = wanted.length === 0 ? 'It names none; leave --param out.' : nearFix(unknown, wanted, 'parameter')
    throw usage(`The statement names no parameter $${unknown}.`, fix)
  }
  const missing = wanted.filter((name) => !given.includes(name))
  if (missing.length === 0) return
  const names = missing.map((name) => `$${name}`).join(', ')
  throw usage(`The statement names ${names}, which got no value.`, `Give it: --param ${missing[0]}=value`)
}

function parseParameter(text: string): Parsed & {name: string} {
  const [, name, type = 'text', value = ''] = PARAMETER.exec(text) ?? []
  if (name === undefined)
    throw usage('A --param is no name=value.', 'Write --param region=north or --param n:bigint=5.')
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (reader === undefined) {
    throw usage(`There is no parameter type ${type}.`, nearFix(type, Object.keys(READERS), 'parameter type'))
  }
  const parsed = reader(value)
  if (parsed === undefined) throw usage(`The value of the parameter ${name} is no ${type}.`, EXAMPLES[type] ?? '')
  return {name, ...parsed}
}

const EXAMPLES: Readonly<Record<string, string>> = {
  boolean: 'Write true or false.',
  bigint: 'Write a whole number from -2^63 to 2^63-1.',
  double: 'Write a number, e.g. 0.5 or 1e-3.',
  decimal: 'Write digits with a point, at most 38, e.g. 12.50.',
  date: 'Write a day that exists, e.g. 2026-01-31.',
  timestamp: 'Write an instant, e.g. 2026-01-31T12:00:00Z; without a zone it is UTC.',
}

function isBigint(text: string): boolean {
  return /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}

function isDecimal(text: string): boolean {
  return DECIMAL.test(text) && text.replace(/\D/g, '').length <= MOST_DIGITS
}

/** False for 2026-02-30, which Date moves to March without a word. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function timestampOf(text: string): Parsed | undefined {
  const [, day, time, zone = 'Z'] = DAY.test(text) ? ['', text, '00:00'] : (INSTANT.exec(text) ?? [])
  if (day === undefined || !isDay(day)) return undefined
  const instant = new Date(`${day}T${time}${zone}`)
  return Number.isNaN(instant.getTime()) ? undefined : {value: instant.toISOString(), type: 'timestamp'}
}

function usage(message: string, fix: string): SluiceError {
  return new SluiceError('USAGE', message, {fix})
}
