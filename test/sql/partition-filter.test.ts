import {describe, expect, it} from 'vitest'
import {partitionFilters, type TableScan} from '../../src/lib/sql/analysis.js'
import {statementReader} from './statements.js'

const read = statementReader()
const COLUMNS = ['year', 'month', 'day']

async function scansOf(sql: string): Promise<readonly TableScan[]> {
  return (await read(sql)).reads.scans
}

/** The conditions on the partitions of each scan, in the order of the text. */
async function filtersOf(sql: string): Promise<(string | null)[][]> {
  return (await scansOf(sql)).map((scan) => partitionFilters(scan, COLUMNS).map((filter) => filter.sql))
}

describe('a condition restricts the partitions', () => {
  it.each([
    ["day = '14'", `("day" = '14')`],
    ["'14' <= day", `('14' <= "day")`],
    ["c.Day = '14'", `("day" = '14')`],
    ["day IN ('14', '15')", `("day" IN ('14', '15'))`],
    ["day BETWEEN '14' AND $last", `("day" BETWEEN '14' AND $last)`],
    ["year || '-' || month || '-' || day >= $from", `(((("year" || '-') || "month") || '-') || "day")`],
    ["day = '14' OR (month = '01' AND day = '15')", `(("day" = '14') OR (("month" = '01') AND ("day" = '15')))`],
    ["day = CAST(DATE '2026-01-14' AS VARCHAR)", `("day" = CAST(CAST('2026-01-14' AS DATE) AS VARCHAR))`],
    ["n = 1 AND (m = 2 AND day = '14')", `("day" = '14')`],
    ["day = 'it''s'", `("day" = 'it''s')`],
  ])('%s', async (condition, sql) => {
    const [[written] = []] = await filtersOf(`SELECT 1 FROM claims c WHERE ${condition}`)
    expect(written).toContain(sql)
  })

  it('that the engine alone can evaluate', async () => {
    expect(await filtersOf(`SELECT 1 FROM claims WHERE day = substr(CAST(current_date AS VARCHAR), 9)`)).toEqual([
      [null],
    ])
  })

  it.each([['day > 0.5'], ['day > 1e3'], ['day = 9223372036854775807'], [`day = TRY_CAST('x' AS VARCHAR)`]])(
    'that cannot be written back: %s',
    async (condition) => {
      expect(await filtersOf(`SELECT 1 FROM claims WHERE ${condition}`)).toEqual([[null]])
    },
  )

  it('in the ON of an inner join, and of the inner side of an outer one', async () => {
    const on = `ON a.id = b.id AND a.day = '1' AND b.day = '2'`
    expect(await filtersOf(`SELECT 1 FROM claims a JOIN claims b ${on}`)).toEqual([
      [`("day" = '1')`],
      [`("day" = '2')`],
    ])
    expect(await filtersOf(`SELECT 1 FROM claims a LEFT JOIN claims b ${on}`)).toEqual([[], [`("day" = '2')`]])
  })
})

describe('nothing restricts the partitions in', () => {
  it.each([
    ["day = '14' OR n = 1"],
    ['CAST(day AS INTEGER) = 14'],
    ["substr(day, 1, 1) = '1'"],
    ["NOT (day = '14')"],
    ["day <> '14'"],
    ['day IS NOT NULL'],
    ['day = other'],
    ["day IN ('14', other)"],
    ["day LIKE '1%'"],
    ['day = (SELECT max(d) FROM days)'],
    ["'day' = '14' -- day = '14'"],
    ["x.day = '14'"],
    ["EXISTS (SELECT 1 FROM other WHERE day = '14')"],
    ["CASE WHEN day = '14' THEN true END"],
  ])('%s', async (condition) => {
    const [filters] = await filtersOf(`SELECT day FROM claims WHERE ${condition} GROUP BY day`)
    expect(filters).toEqual([])
  })

  it('a scan with other names for its columns', async () => {
    expect(await filtersOf(`SELECT 1 FROM claims c(day) WHERE day = '14'`)).toEqual([[]])
  })

  it('a HAVING, a QUALIFY, a GROUP BY or the SELECT around', async () => {
    expect(await filtersOf(`SELECT day, count(*) FROM claims GROUP BY day HAVING day = '14'`)).toEqual([[]])
    expect(await filtersOf(`SELECT * FROM (SELECT * FROM claims) c WHERE day = '14'`)).toEqual([[]])
    expect(await filtersOf(`WITH c AS (SELECT * FROM claims) SELECT * FROM c WHERE day = '14'`)).toEqual([[]])
  })
})

describe('scans', () => {
  it('are every place where a table is read, CTEs left out', async () => {
    const sql = `WITH a AS (SELECT * FROM one), b AS (SELECT * FROM a, Two t)
      SELECT (SELECT max(x) FROM three) FROM b JOIN "Four" ON true
      WHERE EXISTS (SELECT 1 FROM five UNION SELECT 1 FROM a) AND y IN (SELECT y FROM six)`
    expect((await scansOf(sql)).map(({name}) => name).sort()).toEqual(['five', 'four', 'one', 'six', 'three', 'two'])
  })

  it('of a CTE end with the query that has it', async () => {
    expect((await scansOf('WITH a AS (SELECT * FROM a) SELECT * FROM a')).map(({name}) => name)).toEqual(['a'])
    const nested = 'SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) y, x'
    expect((await scansOf(nested)).map(({name}) => name)).toEqual(['x'])
    const recursive = 'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, t) SELECT * FROM r'
    expect((await scansOf(recursive)).map(({name}) => name)).toEqual(['t'])
    const anchored = 'WITH RECURSIVE r AS (SELECT n FROM r UNION ALL SELECT n FROM r WHERE false) SELECT n FROM r'
    expect((await scansOf(anchored)).map(({name}) => name)).toEqual(['r'])
  })

  it('are told from CTEs as DuckDB folds names', async () => {
    expect((await scansOf('WITH A AS (SELECT 1) SELECT * FROM a')).map(({name}) => name)).toEqual([])
    expect((await scansOf('WITH "\u212A" AS (SELECT 1) SELECT * FROM k')).map(({name}) => name)).toEqual(['k'])
  })
})
