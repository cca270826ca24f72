import {describe, expect, it} from 'vitest'
import {periodOf, periodParameters} from '../../src/lib/kpi/period.js'

const day = (text: string): Date => new Date(text)

describe('period', () => {
  it.each([
    [undefined, undefined, '2026-02-01T08:00Z', '2025-11-04', '2026-02-02'],
    [undefined, undefined, '2026-02-01T00:00Z', '2025-11-03', '2026-02-01'],
    ['2026-01-01', undefined, '2026-02-01T08:00Z', '2026-01-01', '2026-02-02'],
    [undefined, '2026-01-31', '2026-02-01T08:00Z', '2025-11-02', '2026-01-31'],
    ['2026-01-01T05:00Z', '2026-01-01T06:00Z', '2020-01-01', '2026-01-01T05:00Z', '2026-01-01T06:00Z'],
  ])('from %s to %s at %s is %s to %s', (from, to, asOf, start, end) => {
    const request = {from: from === undefined ? from : day(from), to: to === undefined ? to : day(to)}
    expect(periodOf({...request, asOf: day(asOf)})).toEqual({from: day(start), to: day(end)})
  })

  it.each([
    ['2026-01-02', '2026-01-02'],
    ['2026-01-03', '2026-01-02'],
  ])('from %s to %s is refused', (from, to) => {
    expect(() => periodOf({from: day(from), to: day(to), asOf: day(to)})).toThrow(/empty/)
  })
})

describe('parameters', () => {
  it.each([
    ['2026-01-01', '2026-02-01', '2026-01-31'],
    ['2026-01-01', '2026-02-01T00:00:00.001Z', '2026-02-01'],
    ['2026-01-01', '2026-01-01T00:00:00.001Z', '2026-01-01'],
  ])('from %s to %s have the last day %s', (from, to, lastDay) => {
    const parameters = periodParameters({from: day(from), to: day(to)})
    expect(parameters).toMatchObject({from: '2026-01-01 00:00:00.000', from_day: '2026-01-01', to_day: lastDay})
    expect(parameters['to']).toMatch(/^2026-0\d-\d\d 00:00:00\.00[01]$/)
  })
})
