import type {AthenaQueryEngine} from '../../../src/lib/engines/athena/index.js'
import type {QueryEngine} from '../../../src/lib/ports/query-engine.js'

const LONGEST_SEQUENCE = 10_000

/**
 * The port's contract makes its rows by DuckDB's `range`, which Athena has not: the engine under test gets the same
 * rows written for Athena.
 */
export function withContractDialect(engine: AthenaQueryEngine): QueryEngine {
  return {
    name: engine.name,
    run: (request) => engine.run({...request, sql: withSequences(request.sql)}),
    close: () => engine.close(),
  }
}

function withSequences(sql: string): string {
  let count = 0
  return sql.replace(/\brange\((\d+)\)(?: (\w)\(i\))?/g, (_, rows: string, alias?: string) => {
    count += 1
    return `${rowsSql(Number(rows))} AS ${alias ?? `n${count}`}(i)`
  })
}

function rowsSql(rows: number): string {
  if (rows <= LONGEST_SEQUENCE) return `UNNEST(sequence(0, ${rows - 1}))`
  const blocks = rows / LONGEST_SEQUENCE
  return `(SELECT x.a * ${LONGEST_SEQUENCE} + y.b FROM UNNEST(sequence(0, ${blocks - 1})) AS x(a) CROSS JOIN UNNEST(sequence(0, ${LONGEST_SEQUENCE - 1})) AS y(b))`
}
