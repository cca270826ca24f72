import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {showKpis, type KpiShowResult, type KpiValue} from '../../src/lib/kpi/index.js'
import {oddLake, sampleLake, type ClaimsLake} from './claims-lake.js'
import {
  agreement,
  claimsOf,
  costPerClaim,
  override,
  processingTime,
  shownClaims,
  type ModelValue,
} from './claims-model.js'
import {fraudScoreAuc, payoutAgainstBudget, textractSavings} from './claims-view-model.js'

const LAKES = {sample: () => sampleLake(6000), odd: oddLake}

/** Sums of money have 6 decimals in SQL and are counted in millionths by the model. */
function compared(shown: KpiValue, decimals: number): ModelValue {
  const {currency, value, numerator, denominator, p50, p95, excluded} = shown
  const [whole = '', fraction = ''] = (numerator ?? '').split('.')
  const exact = BigInt(whole + fraction.padEnd(decimals, '0'))
  return {currency, value, numerator: exact, denominator: BigInt(denominator ?? ''), p50, p95, excluded}
}

/** Both are amounts, of two or six decimals. */
function comparedAmounts(shown: KpiValue): ModelValue {
  const {currency, value, numerator, denominator, p50, p95, excluded} = shown
  const inMicros = (text: string | null): bigint => {
    const [whole = '', fraction = ''] = (text ?? '').split('.')
    return BigInt(whole + fraction.padEnd(6, '0'))
  }
  return {currency, value, numerator: inMicros(numerator), denominator: inMicros(denominator), p50, p95, excluded}
}

describe.each(Object.entries(LAKES))('KPIs of the %s lake', (_name, make) => {
  let lake: ClaimsLake
  beforeAll(async () => {
    lake = await make()
  })
  afterAll(() => lake.remove())

  function show(from: string, to: string): Promise<KpiShowResult> {
    const {definition, ports, query, signal, asOf} = lake.context
    const period = {from: new Date(from), to: new Date(to)}
    return showKpis({...period, asOf, compare: false}, definition, {
      catalog: ports.catalog,
      store: ports.store,
      query,
      signal,
    })
  }

  it.each([
    ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-01-10T00:00:00Z', '2026-01-11T00:00:00Z'],
    ['2026-01-10T00:00:00.001Z', '2026-01-10T23:59:59.999Z'],
    ['2026-01-05T06:30:00Z', '2026-01-20T18:00:00.500Z'],
    ['2026-01-31T12:00:00Z', '2026-03-01T00:00:00Z'],
    ['2019-01-01T00:00:00Z', '2019-02-01T00:00:00Z'],
  ])('from %s to %s are what the export says', async (from, to) => {
    const claims = claimsOf(shownClaims(lake.exports, lake.exportFolder), from, to)
    const {kpis} = await show(from, to)
    const values = new Map(kpis.map((kpi) => [kpi.name, kpi.values]))
    const single = (name: string): ModelValue[] => values.get(name)!.map((shown) => compared(shown, 0))
    expect(single('ai_agreement_rate')).toEqual([agreement(claims)])
    expect(single('override_rate')).toEqual([override(claims)])
    expect(single('processing_time')).toEqual([processingTime(claims)])
    expect(single('fraud_score_auc')).toEqual([fraudScoreAuc(claims)])
    for (const [name, expected] of [
      ['textract_savings', textractSavings(claims)],
      ['payout_against_budget', payoutAgainstBudget(claims)],
    ] as const) {
      const shown = values.get(name)!.filter(({n}) => n! > 0 || claims.length > 0)
      const inMicros = shown.map((each) => comparedAmounts(each))
      expect(new Map(inMicros.map((each) => [each.currency ?? '', each]))).toEqual(expected)
    }
    const costs = values.get('cost_per_claim')!.map((shown) => compared(shown, 6))
    const expected = new Map(costPerClaim(claims))
    // the judged currency is shown even where no claim has it
    expected.set('GBP', expected.get('GBP') ?? costPerClaim([{currency: {S: 'GBP'}}]).get('GBP')!)
    if (claims.length === 0) expect(costs).toEqual([{...expected.get('GBP'), excluded: NOTHING_EXCLUDED}])
    else expect(new Map(costs.map((cost) => [cost.currency ?? '', cost]))).toEqual(expected)
  })

  it('counts each claim of the period once: counted or excluded for one reason', async () => {
    const [from, to] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z']
    const claims = claimsOf(shownClaims(lake.exports, lake.exportFolder), from, to).length
    expect(claims).toBeGreaterThan(500)
    for (const {name, values} of (await show(from, to)).kpis) {
      const excluded = values.flatMap((value) => Object.values(value.excluded))
      const total = values.reduce((sum, {n}) => sum + n!, 0) + excluded.reduce((sum, rows) => sum + rows, 0)
      expect([name, total]).toEqual([name, claims])
    }
  })

  it('has an interval around each ratio and none elsewhere', async () => {
    const {kpis} = await show('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')
    for (const {unit, values} of kpis) {
      for (const {interval, value, currency} of values) {
        if (unit !== 'ratio' || currency !== null || interval === null) expect(interval).toBeNull()
        else expect(Number(interval!.low) < Number(value) && Number(value) < Number(interval!.high)).toBe(true)
      }
    }
  })

  it('without a period covers 90 days that end with the day of the answer', async () => {
    const {definition, ports, query, signal, asOf} = lake.context
    const {period} = await showKpis({asOf}, definition, {catalog: ports.catalog, store: ports.store, query, signal})
    expect(period).toEqual({from: '2025-11-03T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z'})
  })
})

const NOTHING_EXCLUDED = {no_currency: 0, null_amount: 0, negative: 0}
