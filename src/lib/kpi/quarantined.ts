import {findTable} from '../lake/index.js'
import type {LakeDefinition} from '../lake/index.js'
import {partitionCondition} from './partition-days.js'
import type {Measured} from './relations.js'
import type {Measuring} from './show.js'
import {answerOf, exactText} from './sql-answer.js'

/** Keys of a table that count in no KPI and no panel. */
export interface QuarantinedRows {
  readonly table: string
  readonly rows: number
  /** `days`: in the partitions of the period. `table`: in all, where partitions say nothing of the time. */
  readonly within: 'days' | 'table'
}

/**
 * Counts what is quarantined of each table that has versions. Their time may be what could not be read, so their
 * partition tells the period: the day of the time where it was readable, else the day of the load.
 */
export async function countQuarantined(
  measured: readonly Measured[],
  definition: LakeDefinition,
  {relations, period, ports}: Measuring,
): Promise<QuarantinedRows[]> {
  const counted: QuarantinedRows[] = []
  for (const name of new Set(measured.map(({table}) => table))) {
    const table = findTable(definition, name)
    if (table.kind !== 'changelog') continue
    const {time} = measured.find((other) => other.table === name)!
    const {sql, shared} = await relations.quarantined(table, time)
    const {rows} = await answerOf({sql, shared, parameters: {}}, ports)
    const [count] = rows[0]?.values() ?? []
    counted.push({
      table: name,
      rows: Number(exactText({noun: 'KPI', name}, 'count', count ?? null) ?? 0),
      within: partitionCondition(table, time, period) === null ? 'table' : 'days',
    })
  }
  return counted
}
