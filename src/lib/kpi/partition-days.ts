import type {TableDefinition} from '../lake/index.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'
import type {Period} from './period.js'

/** Directives from the longest to the shortest unit; text in this order sorts as time does. */
const DIRECTIVES = ['%Y', '%m', '%d', '%H']
const SEPARATOR = '-'

/**
 * A condition on the partition columns that every row of the period fulfils, where they are written from `time`; null
 * where they say nothing of it. Without it every question would read the whole table.
 */
export function partitionCondition(table: TableDefinition, time: string, {from, to}: Period): string | null {
  const patterns = table.partition?.by.map(({derive}) => patternOf(derive, time)) ?? []
  if (patterns.length === 0 || !areOrdered(patterns)) return null
  const columns = table.partition!.by.map(({name}) => quoteIdentifier(name)).join(` || '${SEPARATOR}' || `)
  const text = (instant: Date): string =>
    quoteText(patterns.map((pattern) => formatted(instant, pattern!)).join(SEPARATOR))
  return `${columns} >= ${text(from)} AND ${columns} <= ${text(new Date(to.getTime() - 1))}`
}

function patternOf(derive: object | undefined, time: string): string | null {
  const [column, pattern] = (derive as {format_date?: readonly string[]} | undefined)?.format_date ?? []
  return column === time && pattern !== undefined ? pattern : null
}

/** Every unit once, from the year down, without a gap. */
function areOrdered(patterns: readonly (string | null)[]): patterns is readonly string[] {
  if (patterns.includes(null)) return false
  const found = patterns.join(SEPARATOR).match(/%[A-Za-z]/g) ?? []
  return found.length > 0 && found.every((directive, index) => directive === DIRECTIVES[index])
}

function formatted(instant: Date, pattern: string): string {
  const iso = instant.toISOString()
  const parts: Readonly<Record<string, string>> = {
    '%Y': iso.slice(0, 4),
    '%m': iso.slice(5, 7),
    '%d': iso.slice(8, 10),
    '%H': iso.slice(11, 13),
  }
  return pattern.replace(/%[YmdH]/g, (directive) => parts[directive] ?? directive)
}
