import {describe, expect, it} from 'vitest'
import {partitionCondition} from '../../src/lib/kpi/partition-days.js'
import {panelParameters, periodBefore} from '../../src/lib/kpi/period.js'
import {stepsOf} from '../../src/lib/kpi/steps.js'
import type {TableDefinition} from '../../src/lib/lake/index.js'

const period = (from: string, to: string) => ({from: new Date(from), to: new Date(to)})

describe('steps', () => {
  it.each([
    ['day', '2026-02-27T12:00Z', '2026-03-01T00:00Z', ['2026-02-27', '2026-02-28']],
    // ISO weeks: a Sunday belongs to the Monday before, also over New Year and before 1970
    ['week', '2026-01-04T23:59:59.999Z', '2026-01-05T00:00:00.001Z', ['2025-12-29', '2026-01-05']],
    ['week', '1969-12-31T00:00Z', '1970-01-06T00:00Z', ['1969-12-29', '1970-01-05']],
    ['week', '2024-02-26T00:00Z', '2024-03-04T00:00Z', ['2024-02-26']],
    ['month', '2025-12-31T23:00Z', '2026-02-01T00:00Z', ['2025-12-01', '2026-01-01']],
  ] as const)('by %s from %s to %s', (step, from, to, days) => {
    const steps = stepsOf(period(from, to), step)
    expect(steps.map(({day}) => day)).toEqual(days)
    expect([steps[0]!.from, steps.at(-1)!.to]).toEqual([new Date(from), new Date(to)])
    for (const [index, each] of steps.slice(1).entries()) expect(each.from).toEqual(steps[index]!.to)
  })

  it('are not endless', () => {
    expect(() => stepsOf(period('2000-01-01', '2026-01-01'), 'day')).toThrow(/1000 steps/)
  })
})

describe('the period before', () => {
  it('has the same length and ends where the period begins', () => {
    const before = periodBefore(period('2026-01-10T12:00Z', '2026-01-11T18:00Z'))
    expect(before).toEqual(period('2026-01-09T06:00Z', '2026-01-10T12:00Z'))
  })
})

describe('parameters of a panel', () => {
  it.each([
    ['2026-01-01', '2026-02-01', '2026-03-01T08:00Z', '2026-01-25 00:00:00.000', '2026-02-01 00:00:00.000'],
    ['2026-01-30', '2026-02-01', '2026-01-31T08:00Z', '2026-01-30 00:00:00.000', '2026-01-31 08:00:00.000'],
  ])('from %s to %s as of %s', (from, to, asOf, weekFrom, instant) => {
    const parameters = panelParameters(period(from, to), new Date(asOf))
    expect(parameters).toMatchObject({week_from: weekFrom, week_from_day: weekFrom.slice(0, 10), as_of: instant})
  })
})

describe('the partitions of a period', () => {
  const table = (...by: [string, object][]): TableDefinition =>
    ({partition: {by: by.map(([name, derive]) => ({name, derive}))}}) as unknown as TableDefinition
  const date = (pattern: string, column = 'created_at') => ({format_date: [column, pattern]})
  const PERIOD = period('2026-01-10T12:00Z', '2026-02-01T00:00Z')

  it.each([
    [
      [
        ['year', date('%Y')],
        ['month', date('%m')],
      ],
      `"year" || '-' || "month" >= '2026-01' AND "year" || '-' || "month" <= '2026-01'`,
    ],
    [
      [
        ['dt', date('%Y-%m-%d')],
        ['h', date('%H')],
      ],
      `"dt" || '-' || "h" >= '2026-01-10-12' AND "dt" || '-' || "h" <= '2026-01-31-23'`,
    ],
  ] as [[string, object][], string][])('%j are bounded', (by, sql) => {
    expect(partitionCondition(table(...by), 'created_at', PERIOD)).toBe(sql)
  })

  it.each([
    [
      'no order of time',
      [
        ['day', date('%d')],
        ['month', date('%m')],
      ],
    ],
    ['another time', [['year', date('%Y', 'updated_at')]]],
    [
      'no time',
      [
        ['region', {lower: 'region'}],
        ['year', date('%Y')],
      ],
    ],
    ['nothing', []],
  ] as [string, [string, object][]][])('of %s say nothing of it', (_what, by) => {
    expect(partitionCondition(table(...by), 'created_at', PERIOD)).toBeNull()
  })
})
