import type {NewCatalogTable} from '../ports/catalog.js'
import {projectedDate, type DateRule} from './projected-date.js'

/** What engines that compute partitions make of one: `seen`; never looked at, and why; or not known to this version. */
export type Sight = {readonly state: 'seen'} | {readonly state: 'unseen' | 'unknown'; readonly reason: string}

const SEEN: Sight = {state: 'seen'}

/**
 * Whether partition projection gives these values, and looks for them in this folder (below the table's location).
 * Rules of Athena: enum, integer (range, interval, digits), date (range, format, interval), injected.
 */
export function sightOf(entry: NewCatalogTable, values: readonly string[], folder: string, asOf: Date): Sight {
  for (const [index, {name}] of entry.partitionColumns.entries()) {
    const sight = valueSight(entry.parameters, name, values[index] ?? '', asOf)
    if (sight.state !== 'seen') return sight
  }
  return placeSight(entry, values, folder)
}

type Parameters = NewCatalogTable['parameters']

function valueSight(parameters: Parameters, column: string, value: string, asOf: Date): Sight {
  const rule = (key: string): string | undefined => parameters[`projection.${column}.${key}`]
  const type = rule('type')?.toLowerCase()
  switch (type) {
    case 'injected':
      return SEEN
    case 'enum':
      return enumSight(column, value, rule('values') ?? '')
    case 'integer':
      return integerSight(column, value, rule)
    case 'date': {
      const [range = '', format = ''] = [rule('range'), rule('format')]
      const date: DateRule = {range, format, interval: rule('interval'), unit: rule('interval.unit')}
      return told(column, projectedDate(value, date, asOf))
    }
    default:
      return {state: 'unknown', reason: `projection.${column}.type is ${type ?? 'not set'}`}
  }
}

function told(column: string, sight: Sight): Sight {
  return sight.state === 'seen' ? sight : {...sight, reason: `${column}: ${sight.reason}`}
}

function enumSight(column: string, value: string, list: string): Sight {
  const values = list.split(',').map((one) => one.trim())
  return values.includes(value) ? SEEN : unseen(`${column} ${value} is none of projection.${column}.values`)
}

function integerSight(column: string, value: string, rule: (key: string) => string | undefined): Sight {
  const [from, to] = (rule('range') ?? '').split(',').map((one) => one.trim())
  if (!isInteger(from) || !isInteger(to)) return {state: 'unknown', reason: `projection.${column}.range is no range`}
  if (!isInteger(value)) return unseen(`${column} ${value} is no whole number`)
  const [number, first, last] = [BigInt(value), BigInt(from), BigInt(to)]
  if (number < first || number > last)
    return unseen(`${column} ${value} is outside of projection.${column}.range ${from},${to}`)
  const interval = BigInt(isInteger(rule('interval')) ? rule('interval')! : '1')
  if (interval > 0n && (number - first) % interval !== 0n)
    return unseen(`${column} ${value} is no step of projection.${column}.interval ${interval} from ${from}`)
  const digits = Number(rule('digits') ?? '1')
  const written = number.toString().padStart(Number.isInteger(digits) ? digits : 1, '0')
  if (written !== value) return unseen(`${column} ${value} is looked for as ${written} (projection.${column}.digits)`)
  return SEEN
}

/** Without a template of its own Athena looks in Hive's form, whatever the folders look like. */
function placeSight({parameters, partitionColumns}: NewCatalogTable, values: readonly string[], folder: string): Sight {
  const template = parameters['storage.location.template']
  const byName = new Map(partitionColumns.map(({name}, index) => [name, values[index] ?? '']))
  const looked =
    template === undefined
      ? partitionColumns.map(({name}) => `${name}=${byName.get(name) ?? ''}/`).join('')
      : template.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => byName.get(name) ?? '').replace(/\/?$/, '/')
  const isThere = template === undefined ? looked === folder : looked.endsWith(`/${folder}`)
  if (isThere) return SEEN
  return unseen(
    `it is looked for in ${looked}${template === undefined ? ': there is no storage.location.template' : ''}`,
  )
}

function isInteger(text: string | undefined): text is string {
  return text !== undefined && /^-?\d+$/.test(text)
}

function unseen(reason: string): Sight {
  return {state: 'unseen', reason}
}
