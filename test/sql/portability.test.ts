import {describe, expect, it} from 'vitest'
import {portabilityWarnings} from '../../src/lib/sql/analysis.js'
import {CLAIMS} from '../../src/lib/lake/blueprints/claims/index.js'
import {statementReader} from './statements.js'

const read = statementReader()
const TYPES = new Map([
  ['written', 'string'],
  ['made', 'timestamp'],
])

async function rulesOf(sql: string): Promise<string[]> {
  const {tree} = await read(sql)
  return portabilityWarnings(sql, tree, TYPES).map(({rule}) => rule)
}

describe('warns of', () => {
  it.each([
    ['SELECT a / b FROM t', 'division'],
    ['SELECT 1.0 * a / b FROM t', 'division'],
    ["SELECT date_diff('day', a, b) FROM t", 'date-diff'],
    ['SELECT greatest(a, b) FROM t', 'greatest-least'],
    ['SELECT lower(a) AS x, count(*) FROM t GROUP BY x', 'group-by-alias'],
    ["SELECT made AT TIME ZONE 'UTC' FROM t", 'at-time-zone'],
    ["SELECT strftime(made, '%Y') FROM t", 'duckdb-only'],
    ['SELECT list_distinct(a) FROM t', 'duckdb-only'],
    ["SELECT a FROM t WHERE a ILIKE 'x%'", 'duckdb-only'],
    ["SELECT a ->> 'b' FROM t", 'duckdb-only'],
    ['SELECT a // b FROM t', 'duckdb-only'],
    ["SELECT regexp_extract(a, 'x') FROM t", 'regexp-extract'],
    ['SELECT CAST(written AS TIMESTAMP) FROM t', 'text-to-timestamp'],
    ["SELECT CAST('2026-01-01T00:00:00Z' AS TIMESTAMP)", 'text-to-timestamp'],
    ['SELECT a FROM t WHERE written = 5', 'text-comparison'],
    ["SELECT a FROM t WHERE DATE '2026-01-01' <= t.written", 'text-comparison'],
    ['SELECT a::INTEGER FROM t', 'double-colon'],
    ['SELECT a[1] FROM t', 'array-subscript'],
    ['SELECT a[1:2] FROM t', 'array-slice'],
    ['SELECT [1, 2]', 'array-literal'],
    ['SELECT a FROM t LIMIT 5 OFFSET 10', 'offset-order'],
    ['SELECT * EXCLUDE (a) FROM t', 'star'],
    ["SELECT COLUMNS('a.*') FROM t", 'star'],
    ['FROM t', 'from-first'],
    ['SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1', 'qualify'],
    ['SELECT a, count(*) FROM t GROUP BY ALL', 'group-by-all'],
    ['SELECT DISTINCT ON (a) a, b FROM t', 'distinct-on'],
    ['SELECT 1 FROM t SEMI JOIN u ON t.a = u.a', 'join'],
  ])('%s', async (sql, rule) => {
    expect(await rulesOf(sql)).toEqual([rule])
  })

  it('every place, in the order of the text, wherever it stands', async () => {
    const sql = `WITH é AS (SELECT 'ü' AS u, x / y AS z FROM t)\nSELECT (SELECT max(b::INTEGER) FROM u) FROM é`
    const {tree} = await read(sql)
    expect(portabilityWarnings(sql, tree).map(({rule, position}) => [rule, position?.line, position?.column])).toEqual([
      ['division', 1, 31],
      ['double-colon', 2, 21],
    ])
  })
})

describe('is silent about', () => {
  it.each([
    ['SELECT CAST(a AS DOUBLE) / NULLIF(b, 0) FROM t'],
    ["SELECT CAST(date_diff('millisecond', a, b) AS DOUBLE) / 1000.0 FROM t"],
    ["SELECT '1/2', 'a::b' -- x / y\nFROM t /* QUALIFY */"],
    ["SELECT NULLIF(regexp_extract(a, 'x'), '') FROM t"],
    ["SELECT from_iso8601_timestamp(a) AT TIME ZONE 'UTC' FROM t"],
    ["SELECT CAST(made AS TIMESTAMP), TIMESTAMP '2026-01-01 00:00:00', CAST($from AS TIMESTAMP) FROM t"],
    ['SELECT lower(a) AS x, b AS b, count(*) FROM t GROUP BY 1, b ORDER BY x'],
    ['SELECT a FROM t OFFSET 10 LIMIT 5'],
    ["SELECT a FROM t WHERE written = '5' AND made >= DATE '2026-01-01' AND a = 5"],
    ['SELECT ARRAY[1, 2], approx_percentile(a, 0.5), json_extract_scalar(b, $p) FROM t CROSS JOIN UNNEST(c) AS u(d)'],
    ["SELECT made + INTERVAL '1' DAY, CAST(date_trunc('day', made) AS DATE), extract(YEAR FROM made) FROM t"],
    ['SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC) FROM t WHERE NOT EXISTS (SELECT 1 FROM u)'],
  ])('%s', async (sql) => {
    expect(await rulesOf(sql)).toEqual([])
  })

  it.each(Object.entries(CLAIMS.kpis ?? {}))('the KPI %s', async (_, {sql}) => {
    expect(await rulesOf(sql ?? '')).toEqual([])
  })
})
