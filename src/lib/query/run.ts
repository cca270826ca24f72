import type {QueryColumn, QueryStatistics, QueryValue} from '../ports/query-engine.js'
import type {QueryPlan, QueryPorts} from './plan.js'

/** A running query: its columns, and its rows as they come. */
export interface RunningQuery {
  readonly columns: readonly QueryColumn[]
  readonly rows: AsyncIterable<readonly QueryValue[]>
  /** Null where nothing is billed. */
  readonly statistics: QueryStatistics | null
}

/** Starts what was planned. Leaving the rows early cancels it. */
export async function runQuery(plan: QueryPlan, {query, signal}: QueryPorts): Promise<RunningQuery> {
  const {sql, parameters, masked} = plan
  const {values, types} = parameters
  const {
    columns,
    rows,
    statistics = null,
  } = await query.run({sql, parameters: values, parameterTypes: types, masked, signal})
  return {columns: withUniqueNames(columns), rows, statistics}
}

/** A second column of the same name gets a number: in an object it would take the first one's place in silence. */
function withUniqueNames(columns: readonly QueryColumn[]): QueryColumn[] {
  const taken = new Set(columns.map(({name}) => name))
  const seen = new Set<string>()
  return columns.map((column) => {
    let {name} = column
    for (let number = 2; seen.has(name); number += 1) {
      const next = `${column.name}_${number}`
      if (!taken.has(next)) name = next
    }
    seen.add(name)
    return {...column, name}
  })
}
