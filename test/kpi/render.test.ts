import {describe, expect, it} from 'vitest'
import {exitOfKpis, renderKpiList, renderKpis, type KpiShowResult, type ShownKpi} from '../../src/lib/kpi/index.js'
import {Exact} from '../../src/lib/kpi/exact.js'
import {comparedWith, measurementOf} from '../../src/lib/kpi/measure.js'
import type {KpiRow} from '../../src/lib/kpi/read-rows.js'
import {targetText, valueText} from '../../src/lib/kpi/render-value.js'
import type {KpiDefinition, KpiThresholds, KpiUnit} from '../../src/lib/lake/index.js'

const AGREEMENT = kpi('agreement', 'AI agreement', 'ratio', {better: 'higher', green: '0.90', yellow: '0.85'})
const SPEED = kpi('speed', 'processing time', 'milliseconds', {better: 'lower', green: '300000', yellow: '600000'})
const COST = kpi('cost', 'cost per claim', 'money', {better: 'lower', green: '0.50', yellow: '1.00', currency: 'GBP'})

function kpi(name: string, title: string, unit: KpiUnit, thresholds: KpiThresholds | null): KpiDefinition {
  return {name, title, description: '', table: 'claims', unit, views: ['all'], time: 'created_at', thresholds, sql: ''}
}

function shown(definition: KpiDefinition, ...rows: Partial<KpiRow>[]): ShownKpi {
  const blank = {currency: null, numerator: '0', denominator: '0', n: null, p50: null, p95: null, excluded: {}}
  const {sql: _sql, time: _time, ...rest} = definition
  return {
    ...rest,
    series: null,
    values: rows.map((row) => comparedWith(definition.unit, measurementOf(definition, {...blank, ...row}, 1), null)),
  }
}

function result(...kpis: ShownKpi[]): KpiShowResult {
  const period = {from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z'}
  return {
    lake: 'icpa',
    environment: 'local',
    asOf: '2026-02-01T08:00:00.750Z',
    period,
    view: null,
    kpis,
    before: null,
    by: null,
    minN: 1,
    panels: [],
    quarantined: [],
    mayBeCut: [],
    bytesScanned: null,
    billedUsd: null,
  }
}

const FIXED = result(
  shown(AGREEMENT, {numerator: '212480', denominator: '232431', excluded: {pending: 1204, no_ai: 0, auto: 3}}),
  shown(SPEED, {numerator: '2513103', denominator: '7', p50: '192000', p95: '2100000', excluded: {negative: 0}}),
  shown(
    COST,
    {currency: 'EUR', numerator: '18524.950000', denominator: '59764'},
    {currency: 'GBP', numerator: '4.000001', denominator: '4', excluded: {null_amount: 1}},
    {currency: null, excluded: {no_currency: 12}},
  ),
)

describe('screen', () => {
  it('of a fixed result', () => {
    expect(renderKpis(FIXED)).toBe(
      [
        'KPIs of icpa   claims, env local   2026-01-01 .. 2026-01-31 UTC   as of 2026-02-01 08:00Z',
        '',
        'kpi                           value         state     target    numerator / denominator   excluded                p50 / p95',
        'AI agreement                  91.4%         green     ≥ 90%     212,480 / 232,431         1,204 pending, 3 auto',
        'processing time               5 min 59 s    yellow    < 5 min   2,513,103 ms / 7                                  3 min 12 s / 35 min 00 s',
        'cost per claim, EUR           €0.31         –         –         €18,524.95 / 59,764',
        'cost per claim, GBP           £1.00000025   red       < £0.50   £4.00 / 4                 1 null amount',
        'cost per claim, no currency   –             no data   –         0.00 / 0                  12 no currency',
        '',
        'Red: cost per claim, GBP.',
      ].join('\n'),
    )
    expect(exitOfKpis(FIXED)).toBe(3)
  })

  it('of a result without data', () => {
    const empty = result(shown(AGREEMENT, {}))
    expect(renderKpis(empty)).toBe(
      [
        'AI agreement   claims, env local   2026-01-01 .. 2026-01-31 UTC   as of 2026-02-01 08:00Z',
        '',
        'kpi            value   state     target   numerator / denominator   excluded',
        'AI agreement   –       no data   ≥ 90%    0 / 0',
        '',
        'No data in this period; choose another with --from and --to.',
      ].join('\n'),
    )
    expect(exitOfKpis(empty)).toBe(0)
  })

  it.each([
    ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-01 UTC'],
    ['2026-01-01T00:00:00.000Z', '2026-01-02T06:00:00.000Z', '2026-01-01 00:00Z .. 2026-01-02 06:00Z (excluded)'],
  ])('names the period from %s to %s', (from, to, text) => {
    expect(renderKpis({...FIXED, period: {from, to}}).split('\n')[0]).toContain(`   ${text}   as of`)
  })

  it('of a view, and of a lake without KPIs', () => {
    expect(renderKpis({...FIXED, view: {name: 'cfo', title: 'Money'}})).toMatch(/^Money {3}/)
    expect(renderKpis(result())).toBe('Lake icpa has no KPI.')
    expect(renderKpiList({lake: 'icpa', environment: 'local', asOf: '', kpis: [], panels: [], views: []})).toBe(
      'Lake icpa has no KPI.',
    )
  })

  it('of the list', () => {
    const kpis = [AGREEMENT, COST, kpi('free', 'free', 'ratio', null)].map(({sql: _sql, time: _time, ...rest}) => rest)
    const panels = [
      {name: 'weeks', title: 'by week', description: '', table: 'claims', kind: 'trend', views: ['all']},
    ] as const
    const list = {lake: 'icpa', environment: 'local', asOf: '', kpis, panels, views: [{name: 'all', title: 'All'}]}
    expect(renderKpiList(list)).toBe(
      [
        'KPIs of icpa                                                           env local',
        '',
        'name        kind    title            table    unit    views   target',
        'agreement   kpi     AI agreement     claims   ratio   all     ≥ 90%',
        'cost        kpi     cost per claim   claims   money   all     < £0.50',
        'free        kpi     free             claims   ratio   all     –',
        'weeks       trend   by week          claims           all',
        '',
        '  sluice kpi show',
        '  sluice kpi show --view all',
      ].join('\n'),
    )
  })
})

describe('rows', () => {
  it('for programs are exact', () => {
    const lines = renderKpis(FIXED, 'csv').split('\n')
    expect(lines[0]).toBe(
      'kpi,from,to,unit,currency,value,state,numerator,denominator,n,low,high,p50,p95,excluded,before,change,change_kind',
    )
    const period = '2026-01-01T00:00:00.000Z,2026-02-01T00:00:00.000Z'
    expect(lines[4]).toBe(`cost,${period},money,GBP,1.000000,red,4.000001,4,4,,,,,null_amount=1,,,`)
    expect(renderKpis(FIXED, 'ndjson').split('\n')).toHaveLength(5)
    expect(renderKpis(FIXED, 'md').split('\n')[2]).toContain('| 91.4% | green |')
  })
})

describe('a value', () => {
  const {thresholds: higher} = AGREEMENT
  const {thresholds: cost} = COST
  it.each([
    ['0.9142', 'ratio', null, higher, '91.4%'],
    ['0.9', 'ratio', null, higher, '90.0%'],
    // never reads as a threshold, 0 or 100% that it is not
    ['0.8999', 'ratio', null, higher, '89.99%'],
    ['0.899999', 'ratio', null, higher, '89.9999%'],
    ['0.8999999999', 'ratio', null, higher, '89.99999999%'],
    ['0.00001', 'ratio', null, higher, '0.0010%'],
    ['0.9999', 'ratio', null, higher, '99.99%'],
    ['0', 'ratio', null, higher, '0.0%'],
    ['1', 'ratio', null, higher, '100.0%'],
    ['251310', 'milliseconds', null, SPEED.thresholds, '4 min 11 s'],
    ['299999.6', 'milliseconds', null, SPEED.thresholds, '299,999.6 ms'],
    ['0.3104', 'money', 'GBP', cost, '£0.31'],
    ['0.2946', 'money', 'EUR', null, '€0.29'],
    ['0.00042', 'money', 'GBP', cost, '£0.00042'],
    ['0.4999', 'money', 'GBP', cost, '£0.4999'],
    ['-0.004', 'money', 'GBP', cost, '-£0.004'],
    ['0', 'money', 'GBP', cost, '£0.00'],
    ['31.6', 'money', 'JPY', null, '¥32'],
    ['0.5', 'money', 'XTS', null, 'XTS 0.50'],
    ['0.5', 'money', 'pounds', null, '0.50 pounds'],
    ['90071992547409931.23', 'money', 'GBP', null, '£90,071,992,547,409,931.23'],
  ] as const)('%s as %s (%s) reads rightly', (value, unit, currency, thresholds, text) => {
    expect(valueText(new Exact(value), unit, currency, thresholds)).toBe(text)
  })
})

describe('a target', () => {
  it.each([
    ['ratio', {better: 'higher', green: '0.90', yellow: '0.85'}, '≥ 90%'],
    ['ratio', {better: 'lower', green: '0.125', yellow: '0.2'}, '< 12.5%'],
    ['milliseconds', {better: 'lower', green: '300000', yellow: '600000'}, '< 5 min'],
    ['milliseconds', {better: 'lower', green: '90000', yellow: '600000'}, '< 90 s'],
    ['milliseconds', {better: 'lower', green: '1500', yellow: '600000'}, '< 1500 ms'],
    ['milliseconds', {better: 'higher', green: '0', yellow: '0'}, '≥ 0 ms'],
    ['money', {better: 'lower', green: '0.50', yellow: '1.00', currency: 'GBP'}, '< £0.50'],
    ['money', {better: 'lower', green: '0.0125', yellow: '1.00', currency: 'USD'}, '< $0.0125'],
    ['money', {better: 'lower', green: '0.5', yellow: '1'}, '< 0.50'],
    ['ratio', null, '–'],
  ] as const)('of %s %j is %s', (unit, thresholds, text) => {
    expect(targetText(unit, thresholds)).toBe(text)
  })
})
