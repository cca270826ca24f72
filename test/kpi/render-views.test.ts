import {describe, expect, it} from 'vitest'
import {renderKpis, type KpiShowResult, type ShownKpi, type ShownPanel} from '../../src/lib/kpi/index.js'
import {comparedWith, measurementOf} from '../../src/lib/kpi/measure.js'
import type {KpiRow} from '../../src/lib/kpi/read-rows.js'
import {changeText} from '../../src/lib/kpi/render-value.js'
import type {KpiDefinition, KpiUnit} from '../../src/lib/lake/index.js'

const BLANK: KpiRow = {currency: null, numerator: '0', denominator: '0', n: null, p50: null, p95: null, excluded: {}}

function definition(title: string, unit: KpiUnit): KpiDefinition {
  const thresholds = unit === 'ratio' ? ({better: 'higher', green: '0.90', yellow: '0.85'} as const) : null
  return {
    name: 'k',
    title,
    description: '',
    table: 'claims',
    unit,
    views: ['v'],
    time: 'created_at',
    thresholds,
    sql: '',
  }
}

function shown(title: string, unit: KpiUnit, row: Partial<KpiRow>, before: Partial<KpiRow>): ShownKpi {
  const {sql: _sql, time: _time, ...rest} = definition(title, unit)
  const measured = (part: Partial<KpiRow>) => measurementOf(definition(title, unit), {...BLANK, ...part}, 30)
  return {...rest, values: [comparedWith(unit, measured(row), measured(before))], series: null}
}

const TREND: ShownPanel = {
  name: 'weeks',
  title: 'agreement by week',
  description: '',
  kind: 'trend',
  step: 'week',
  table: 'claims',
  views: ['v'],
  columns: [
    {name: 'week', title: 'week', unit: 'text', of: null},
    {name: 'agreement', title: 'agreement', unit: 'ratio', of: ['agreed', 'reviewed']},
    {name: 'reviewed', title: 'reviewed', unit: 'count', of: null},
  ],
  rows: [
    ['2026-01-05', '0.898000', '898', '1000'],
    ['2026-01-12', null, null, null],
    ['2026-01-19', '0.916000', '916', '1000'],
    ['2026-01-26', '0.923000', '923', '1000'],
  ].map(([week, agreement, agreed, reviewed]) => ({
    values: {week: week!, agreement: agreement!, agreed: agreed!, reviewed: reviewed!},
    excluded: {},
  })),
  excluded: {pending: 1204, auto: 0},
  rowsTotal: null,
}

const LIST: ShownPanel = {
  ...TREND,
  name: 'cases',
  title: 'hard cases',
  kind: 'list',
  step: null,
  columns: [
    {name: 'claim_id', title: 'claim', unit: 'text', of: null},
    {name: 'confidence', title: 'confidence', unit: 'score', of: null},
  ],
  rows: [
    {values: {claim_id: 'CLM-1\u001b[2J', confidence: '0.41'}, excluded: {}},
    {values: {claim_id: 'CLM-2', confidence: null}, excluded: {}},
  ],
  excluded: {},
  rowsTotal: 1234,
}

const VIEW: KpiShowResult = {
  lake: 'icpa',
  environment: 'local',
  asOf: '2026-02-01T08:00:00.000Z',
  period: {from: '2026-01-05T00:00:00.000Z', to: '2026-02-02T00:00:00.000Z'},
  before: {from: '2025-12-08T00:00:00.000Z', to: '2026-01-05T00:00:00.000Z'},
  by: null,
  minN: 30,
  view: {name: 'v', title: 'Model performance'},
  kpis: [
    shown('AI agreement', 'ratio', {numerator: '914', denominator: '1000'}, {numerator: '899', denominator: '1000'}),
    shown('few', 'ratio', {numerator: '1', denominator: '20'}, {}),
    shown('AUC', 'score', {numerator: '93', denominator: '100', n: '5803'}, {numerator: '92', denominator: '100'}),
  ],
  panels: [TREND, LIST],
  quarantined: [{table: 'claims', rows: 12, within: 'days'}],
  mayBeCut: ['claims'],
  bytesScanned: null,
  billedUsd: null,
}

describe('the screen of a view', () => {
  it('shows what changed, what was drawn and what was not counted', () => {
    expect(renderKpis(VIEW)).toBe(
      [
        'Model performance   claims, env local   2026-01-05 .. 2026-02-01 UTC   as of 2026-02-01 08:00Z',
        '',
        'kpi            value   state        target   before   change    numerator / denominator   excluded',
        'AI agreement   91.4%   green        ≥ 90%    89.9%    +1.5 pp   914 / 1,000',
        'few            5.0%    low n (20)   ≥ 90%    –        –         1 / 20',
        'AUC            0.93    –            –        0.92     +0.01     5,803 counted',
        '',
        'agreement by week   2026-01-05 .. 2026-01-26',
        '  agreement   ▁ ▆█   89.8%  –  91.6%  92.3%',
        '  not counted: 1,204 pending',
        '',
        'hard cases   2 of 1,234',
        'claim   confidence',
        'CLM-1         0.41',
        'CLM-2            –',
        '',
        'Before: 2025-12-08 .. 2026-01-04 UTC.',
        'Low n: fewer than 30 are not judged (--min-n).',
        'Counted nowhere: 12 quarantined in claims (partitions of this period).',
        'Lake Formation may hide rows or columns of claims: this may not be the whole.',
      ].join('\n'),
    )
  })

  it('fits a narrow terminal', () => {
    const lines = renderKpis(VIEW, 'table', 80).split('\n').slice(1)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(lines.filter((line) => line.startsWith('AI agreement '))).toHaveLength(2)
  })

  it('has the ends of a line that is too long, and draws nothing where all reads the same', () => {
    const rows = Array.from({length: 20}, (_, index) => ({
      values: {week: `2026-01-${10 + index}`, agreement: `0.9${String(index).padStart(2, '0')}`},
      excluded: {},
    }))
    const long = renderKpis({...VIEW, kpis: [], panels: [{...TREND, rows}]})
    expect(long).toContain('90.0% .. 91.9%, lowest 90.0%, highest 91.9%')
    const level = [1, 2, 3].map((n) => ({values: {week: `2026-01-0${n}`, agreement: `0.90000${n}`}, excluded: {}}))
    expect(renderKpis({...VIEW, kpis: [], panels: [{...TREND, rows: level}]})).toContain('▄▄▄   90.0%  90.0%  90.0%')
  })

  it('gives the rows of one panel to programs, exact and with what they are computed from', () => {
    expect(
      renderKpis({...VIEW, kpis: [], panels: [TREND]}, 'csv')
        .split('\n')
        .slice(0, 3),
    ).toEqual(['week,agreement,agreed,reviewed,excluded', '2026-01-05,0.898000,898,1000,""', '2026-01-12,,,,""'])
    expect(renderKpis(VIEW, 'ndjson').split('\n')).toHaveLength(3)
    expect(renderKpis(VIEW, 'md')).toContain('**agreement by week**')
  })
})

describe('a change', () => {
  it.each([
    ['difference', '0.015000', 'ratio', '+1.5 pp'],
    ['difference', '-0.015000', 'ratio', '-1.5 pp'],
    ['difference', '0.000000', 'ratio', '0.0 pp'],
    ['difference', '0.012000', 'score', '+0.01'],
    ['relative', '0.032000', 'money', '+3.2%'],
    ['relative', '-1.000000', 'milliseconds', '-100.0%'],
  ] as const)('%s of %s as %s is %s', (kind, value, unit, text) => {
    expect(changeText({kind, value}, unit)).toBe(text)
  })

  it('is unknown without data on one side, and relative to nothing', () => {
    const row = (numerator: string, denominator: string) =>
      measurementOf(definition('cost', 'money'), {...BLANK, numerator, denominator}, 1)
    expect(comparedWith('money', row('1', '2'), row('0', '0')).change).toBeNull()
    expect(comparedWith('money', row('0', '0'), row('1', '2')).change).toBeNull()
    expect(comparedWith('money', row('1', '2'), row('0', '2')).change).toBeNull()
    expect(comparedWith('money', row('1', '2'), row('-1', '2')).change).toEqual({kind: 'relative', value: '2.000000'})
    expect(comparedWith('ratio', row('1', '2'), row('0', '2')).change).toEqual({kind: 'difference', value: '0.500000'})
  })
})
