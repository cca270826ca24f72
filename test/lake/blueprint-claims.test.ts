import {DuckDBInstance, type DuckDBConnection} from '@duckdb/node-api'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {findKpi, type LakeDefinition} from '../../src/lib/lake/index.js'
import {readDefinition} from '../../src/lib/lake/read.js'
import {resolveDefinition} from '../../src/lib/lake/resolve.js'
import {DUCKDB_PRELUDE} from '../../src/lib/sql/prelude.js'
import {HEAD} from './definition-text.js'

const lake: LakeDefinition = resolveDefinition(
  readDefinition(`${HEAD}blueprint: claims\n`, '/lakes/sluice.yaml', 'sluice.yaml'),
  'local',
)
const PERIOD = {from: '2026-01-01 00:00:00.000', to: '2026-02-01 00:00:00.000'}

let instance: DuckDBInstance
let connection: DuckDBConnection

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
  for (const statement of DUCKDB_PRELUDE) await connection.run(statement)
  const columns = lake.tables[0]!.columns.map(({name, type}) => `"${name}" ${type === 'string' ? 'VARCHAR' : type}`)
  const names = ['year', 'month', 'day']
  await connection.run(
    `CREATE TABLE claims_current (${columns.join(', ')}, ${names.map((name) => `${name} VARCHAR`).join(', ')})`,
  )
  await connection.run(
    `CREATE VIEW claims_period AS SELECT *, 'now' AS bucket FROM claims_current
     WHERE created_at >= TIMESTAMP '${PERIOD.from}' AND created_at < TIMESTAMP '${PERIOD.to}'`,
  )
  for (const {name, sql} of lake.rollups) await connection.run(`CREATE VIEW ${name} AS ${sql}`)
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

/** Puts rows into an emptied table; values are SQL. */
async function given(...rows: Record<string, string>[]): Promise<void> {
  await connection.run('DELETE FROM claims_current')
  for (const row of rows) {
    const created = row['created_at'] ?? "'2026-01-15 12:00:00'"
    const parts = ['%Y', '%m', '%d'].map((part) => `strftime(CAST(${created} AS TIMESTAMP), '${part}')`)
    const all = {...row, created_at: created, year: parts[0]!, month: parts[1]!, day: parts[2]!}
    await connection.run(
      `INSERT INTO claims_current (${Object.keys(all).join(', ')}) VALUES (${Object.values(all).join(', ')})`,
    )
  }
}

async function answer(kpi: string): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(findKpi(lake, kpi).sql)
  return (reader.getRowObjectsJson() as Record<string, unknown>[]).map(({bucket: _, ...row}) => row)
}

const decided = (ai: string, human: string, final: string): Record<string, string> => ({
  ai_decision: ai,
  human_decision: human,
  final_decision: final,
})

describe('the KPIs of the claims blueprint', () => {
  test('agreement and override share their denominator; every claim is counted once', async () => {
    await given(
      decided("'approve'", "'approve'", "'approve'"),
      decided("'approve'", "'APPROVE'", "'Approve'"),
      decided("'approve'", "'reject'", "'reject'"),
      decided("'approve'", "'reject'", 'NULL'),
      decided('NULL', "'reject'", "'reject'"),
      decided("'approve'", 'NULL', "'approve'"),
      {...decided("'a'", "'a'", "'a'"), created_at: "'2026-02-01 00:00:00'"},
      {...decided("'a'", "'a'", "'a'"), created_at: "'2025-12-31 23:59:59.999'"},
    )
    const excluded = {denominator: '3', excluded_pending: '1', excluded_no_ai: '1', excluded_auto: '1'}
    expect(await answer('ai_agreement_rate')).toEqual([{numerator: '2', ...excluded}])
    expect(await answer('override_rate')).toEqual([{numerator: '1', ...excluded}])
  })

  test('processing time leaves out what is pending or negative', async () => {
    await given(
      {processing_ms: '1000'},
      {processing_ms: '3000', created_at: "'2026-01-31 23:59:59.999'"},
      {processing_ms: '5000', created_at: "'2026-01-01 00:00:00'"},
      {processing_ms: '-1'},
      {processing_ms: 'NULL'},
    )
    expect(await answer('processing_time')).toEqual([
      {numerator: '9000', denominator: '3', p50: '3000', p95: '5000', excluded_pending: '1', excluded_negative: '1'},
    ])
  })

  test('cost is a row a currency, exact', async () => {
    await given(
      {currency: "'GBP'", processing_cost: '0.100001'},
      {currency: "'GBP'", processing_cost: '0.200002'},
      {currency: "'GBP'", processing_cost: 'NULL'},
      {currency: "'EUR'", processing_cost: '-1'},
      {currency: 'NULL', processing_cost: '1'},
    )
    const none = {excluded_no_currency: '0', excluded_null_amount: '0', excluded_negative: '0'}
    expect(await answer('cost_per_claim')).toEqual([
      {currency: 'EUR', numerator: '0.000000', denominator: '0', ...none, excluded_negative: '1'},
      {currency: 'GBP', numerator: '0.300003', denominator: '2', ...none, excluded_null_amount: '1'},
      {currency: null, numerator: '0.000000', denominator: '0', ...none, excluded_no_currency: '1'},
    ])
  })

  test('an empty period is a denominator of 0, never an error', async () => {
    await given()
    for (const {name} of lake.kpis) expect(await answer(name)).toEqual([])
  })

  test.each([...lake.kpis, ...lake.panels, ...lake.rollups].map(({name, sql}) => ({name, sql})))(
    '$name is written portably',
    ({sql}) => {
      expect(sql).not.toMatch(/\/|GROUP BY [a-z]|AT TIME ZONE|\b(greatest|least|with)\b/i)
      expect(sql.match(/date_diff\('(?!millisecond)/)).toBeNull()
      expect(sql.match(/(?<!CAST\()date_trunc/)).toBeNull()
      expect(sql.match(/ORDER BY [^\n]*/g)?.filter((order) => /currency|2 (?!NULLS|DESC)/.test(order)) ?? []).toEqual(
        [],
      )
    },
  )

  test('what is shown of a person is nothing', () => {
    for (const {sql} of lake.panels) expect(sql).not.toContain('claimant')
  })

  test('thresholds and views are those of the operators', () => {
    expect(lake.kpis.map(({name, thresholds, views}) => [name, thresholds?.green, thresholds?.yellow, views])).toEqual([
      ['ai_agreement_rate', '0.90', '0.85', ['data-science']],
      ['override_rate', '0.10', '0.20', ['data-science', 'manager']],
      ['fraud_score_auc', undefined, undefined, ['data-science']],
      ['processing_time', '300000', '600000', ['manager']],
      ['cost_per_claim', '0.50', '1.00', ['cfo']],
      ['textract_savings', undefined, undefined, ['cfo']],
      ['payout_against_budget', undefined, undefined, ['cfo']],
    ])
  })
})

test('no e-mail address enters the lake; the claimant is personal', () => {
  const {columns} = lake.tables[0]!
  expect(columns.filter(({name}) => name.includes('email'))).toEqual([])
  expect(columns.filter((column) => column.class === 'personal').map(({name}) => name)).toEqual(['claimant_id'])
})
