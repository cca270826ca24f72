import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {partitionPath, pathReader} from '../../src/lib/mapping/index.js'
import {sightOf} from '../../src/lib/partitions/projection.js'
import {HIVE_NULL_PARTITION} from '../../src/lib/ports/catalog.js'

const AS_OF = new Date('2026-03-15T10:30:00Z')

/** Why a value of one projected column is never read; `seen` where it is. */
function sight(value: string, rules: Readonly<Record<string, string>>): string {
  const parameters = Object.fromEntries(Object.entries(rules).map(([key, rule]) => [`projection.p.${key}`, rule]))
  const entry = {
    name: 't',
    kind: 'table' as const,
    columns: [],
    partitionColumns: [{name: 'p', type: 'string'}],
    location: 't/',
    format: 'parquet' as const,
    pathTemplate: null,
    viewSql: null,
    parameters,
  }
  const found = sightOf(entry, [value], `p=${value}/`, AS_OF)
  return found.state === 'seen' ? 'seen' : `${found.state}: ${found.reason}`
}

const INTEGER = {type: 'integer', range: '10,40', interval: '10'}
const DAY = {type: 'date', range: '2026-01-01,NOW', format: 'yyyy-MM-dd'}
const HOUR = {type: 'date', range: 'NOW-2DAYS,NOW', format: "yyyy/MM/dd'T'HH"}

describe('what partition projection sees', () => {
  it.each([
    ['20', INTEGER, 'seen'],
    ['15', INTEGER, 'unseen: p 15 is no step of projection.p.interval 10 from 10'],
    ['50', INTEGER, 'unseen: p 50 is outside of projection.p.range 10,40'],
    ['020', INTEGER, 'unseen: p 020 is looked for as 20 (projection.p.digits)'],
    ['x', INTEGER, 'unseen: p x is no whole number'],
    ['2026-03-15', DAY, 'seen'],
    ['2026-01-01', DAY, 'seen'],
    ['2026-03-16', DAY, 'unseen: p: 2026-03-16 is outside of the range 2026-01-01,NOW'],
    ['2025-12-31', DAY, 'unseen: p: 2025-12-31 is outside of the range 2026-01-01,NOW'],
    ['2026-1-5', DAY, 'unseen: p: 2026-1-5 has not the format yyyy-MM-dd'],
    ['2026-02-30', DAY, 'unseen: p: 2026-02-30 has not the format yyyy-MM-dd'],
    [HIVE_NULL_PARTITION, DAY, `unseen: p: ${HIVE_NULL_PARTITION} has not the format yyyy-MM-dd`],
    ['2026-01-08', {...DAY, interval: '7', 'interval.unit': 'DAYS'}, 'seen'],
    [
      '2026-01-09',
      {...DAY, interval: '7', 'interval.unit': 'DAYS'},
      'unseen: p: 2026-01-09 is no step of 7 days from 2026-01-01',
    ],
    ['2026/03/13T10', HOUR, 'seen'],
    ['2026/03/13T09', HOUR, 'unseen: p: 2026/03/13T09 is outside of the range NOW-2DAYS,NOW'],
    ['2024', {type: 'date', range: '2020,NOW-1YEARS', format: 'yyyy'}, 'seen'],
    ['a', {type: 'enum', values: 'a, b'}, 'seen'],
    ['c', {type: 'enum', values: 'a, b'}, 'unseen: p c is none of projection.p.values'],
    ['anything', {type: 'injected'}, 'seen'],
    ['a', {}, 'unknown: projection.p.type is not set'],
    [
      'Mar 2026',
      {type: 'date', range: 'Jan 2026,NOW', format: 'MMM yyyy'},
      'unknown: p: the range Jan 2026,NOW or the format MMM yyyy is none that this version reads',
    ],
  ] as const)('%s by %o: %s', (value, rules, expected) => {
    expect(sight(value, rules)).toBe(expected)
  })
})

describe('paths of partitions', () => {
  it('give back the values that they were made of', () => {
    const forms = [null, '{a}/{b}/', 'x={b}/y-{a}/'].map((path) => ({by: [{name: 'a'}, {name: 'b'}], path}))
    const value = fc.string({unit: 'binary', minLength: 1, maxLength: 12}).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(fc.constantFrom(...forms), value, value, (form, first, second) => {
        expect(pathReader(form)(partitionPath(form, [first, second]))).toEqual([first, second])
      }),
    )
  })
})
