import {describe, expect, it} from 'vitest'
import {periodParameters} from '../../src/lib/kpi/period.js'
import {completeRows, readRows, type KpiRow} from '../../src/lib/kpi/read-rows.js'
import type {ReadPorts} from '../../src/lib/kpi/sql-answer.js'
import type {KpiDefinition} from '../../src/lib/lake/index.js'
import type {QueryEngine, QueryRequest, QueryValue} from '../../src/lib/ports/query-engine.js'

const KPI: KpiDefinition = {
  name: 'own',
  title: 'own',
  description: '',
  table: 'claims',
  unit: 'money',
  views: [],
  time: 'created_at',
  thresholds: null,
  sql: `SELECT '$to' -- $to_day\n, "$from_day", $from /* $to */`,
}
const PERIOD = {from: new Date('2026-01-01'), to: new Date('2026-02-01')}
const QUESTION = {sql: KPI.sql, parameters: periodParameters(PERIOD), shared: []}

/** The rows of the only bucket, as they are shown. */
async function rowsOf(kpi: KpiDefinition, ports: ReadPorts): Promise<KpiRow[]> {
  const {byBucket, empty} = await readRows(kpi, QUESTION, ports)
  return completeRows(kpi, byBucket.get('') ?? [], empty)
}

/** An engine that gives these rows, whatever it is asked. */
function engineOf(names: readonly string[], rows: readonly (readonly QueryValue[])[], asked: QueryRequest[] = []) {
  const engine: QueryEngine = {
    name: 'athena',
    run: (request) => {
      asked.push(request)
      const columns = names.map((name) => ({name, type: 'varchar'}))
      return Promise.resolve({
        columns,
        rows: (async function* () {
          yield* rows
        })(),
      })
    },
    close: () => Promise.resolve(),
  }
  return {query: engine, signal: new AbortController().signal}
}

describe('rows of a KPI', () => {
  it('are exact text, whatever the engine gives', async () => {
    const names = ['NUMERATOR', 'denominator', 'p50', 'excluded_late', 'excluded_odd']
    const values = [12345678901234567890n, '0.10', 1e-7, 3, null]
    expect(await rowsOf(KPI, engineOf(names, [values]))).toEqual([
      {
        currency: null,
        numerator: '12345678901234567890',
        denominator: '0.10',
        n: null,
        p50: '0.0000001',
        p95: null,
        excluded: {late: 3, odd: 0},
      },
    ])
  })

  it('are asked for with the parameters that the SQL names, not with those in text and comments', async () => {
    const asked: QueryRequest[] = []
    await rowsOf(KPI, engineOf(['numerator', 'denominator'], [], asked))
    expect(asked[0]?.parameters).toEqual({from: '2026-01-01 00:00:00.000'})
  })

  it('have one without data where there is none', async () => {
    const empty = {numerator: '0', denominator: '0', n: null, p50: null, p95: null}
    const none = await rowsOf(KPI, engineOf(['numerator', 'denominator', 'excluded_late'], []))
    expect(none).toEqual([{...empty, currency: null, excluded: {late: 0}}])
    const thresholds = {better: 'lower', green: '1', yellow: '2', currency: 'GBP'} as const
    const engine = engineOf(['currency', 'numerator', 'denominator'], [['EUR', 1n, 1n]])
    const rows = await rowsOf({...KPI, thresholds}, engine)
    expect(rows.map(({currency, denominator}) => [currency, denominator])).toEqual([
      ['GBP', '0'],
      ['EUR', '1'],
    ])
  })

  it.each([
    ['no denominator', ['numerator'], [[1n]]],
    [
      'two rows without a currency',
      ['numerator', 'denominator'],
      [
        [1n, 2n],
        [3n, 4n],
      ],
    ],
    [
      'a currency twice',
      ['currency', 'numerator', 'denominator'],
      [
        ['GBP', 1n, 2n],
        ['GBP', 3n, 4n],
      ],
    ],
    ['NaN', ['numerator', 'denominator'], [[Number.NaN, 1n]]],
    ['Infinity', ['numerator', 'denominator'], [[1n, Number.POSITIVE_INFINITY]]],
    ['words', ['numerator', 'denominator'], [['many', 1n]]],
    ['a bucket that is no text', ['bucket', 'numerator', 'denominator'], [[1n, 1n, 1n]]],
    ['a currency that is no text', ['currency', 'numerator', 'denominator'], [[1n, 1n, 1n]]],
  ] as [string, string[], QueryValue[][]][])('are refused with %s', async (_what, names, rows) => {
    await expect(readRows(KPI, QUESTION, engineOf(names, rows))).rejects.toMatchObject({code: 'QUERY_INVALID'})
  })
})
