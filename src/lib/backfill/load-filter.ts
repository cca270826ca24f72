import type {RunFilter} from '../changelog/index.js'
import {SluiceError} from '../errors.js'
import type {TableDefinition} from '../lake/index.js'
import {quoteIdentifier, quoteText} from '../sql/index.js'

/** Which rows of an export a load should take; all of them when nothing is set. */
export interface RowsAsked {
  readonly from?: Date | undefined
  /** Excluded. */
  readonly to?: Date | undefined
  /** A condition over the mapped columns in the portable dialect. */
  readonly where?: string | undefined
}

/** What was asked, as records keep it; null for everything. */
export function filterOf({from, to, where}: RowsAsked): RunFilter | null {
  if (from === undefined && to === undefined && where === undefined) return null
  if (from !== undefined && to !== undefined && from >= to)
    throw new SluiceError('USAGE', '--from is not before --to.', {
      fix: 'The second one is excluded: --from 2026-01-01 --to 2026-02-01',
    })
  return {from: from?.toISOString() ?? null, to: to?.toISOString() ?? null, where: where ?? null}
}

/** The filter as one condition over the mapped columns. Throws `USAGE` for times of a table without a partition by time. */
export function conditionOf(filter: RunFilter | null, table: TableDefinition): string | null {
  if (filter === null) return null
  const {from, to, where} = filter
  const time = from === null && to === null ? '' : quoteIdentifier(partitionTime(table))
  return [
    ...(from === null ? [] : [`${time} >= ${timestamp(from)}`]),
    ...(to === null ? [] : [`${time} < ${timestamp(to)}`]),
    ...(where === null ? [] : [`(${where})`]),
  ].join(' AND ')
}

export function isSameFilter(a: RunFilter | null, b: RunFilter | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The column whose time divides the table. */
function partitionTime({name, partition}: TableDefinition): string {
  const times = (partition?.by ?? []).flatMap(({derive}) =>
    derive !== undefined && 'format_date' in derive ? [derive.format_date[0]] : [],
  )
  if (times[0] !== undefined && new Set(times).size === 1) return times[0]
  throw new SluiceError('USAGE', `Table ${name} is not divided by a time, so --from and --to say nothing of it.`, {
    fix: `Use a condition instead: --where "…"`,
  })
}

function timestamp(instant: string): string {
  return `TIMESTAMP ${quoteText(instant.slice(0, 23).replace('T', ' '))}`
}
