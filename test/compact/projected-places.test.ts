import {describe, expect, it} from 'vitest'
import {projectedValues} from '../../src/lib/compact/projected-places.js'

function valuesOf(names: readonly string[], template: string | null, folder: string): readonly string[] | null {
  const parameters = template === null ? {} : {'storage.location.template': template}
  const partitionColumns = names.map((name) => ({name, type: 'string'}))
  return projectedValues({location: 'events/', partitionColumns, parameters})(folder)
}

describe('values of a computed partition', () => {
  it.each<[string, readonly string[], string | null, string, readonly string[] | null]>([
    ["in Hive's form", ['day'], null, 'events/day=2026-01-14/', ['2026-01-14']],
    ['of several columns', ['year', 'month'], null, 'events/year=2026/month=01/', ['2026', '01']],
    ['by a template', ['day'], 's3://b/x/events/${day}', 'events/2026-01-14/', ['2026-01-14']],
    ['by one that ends in a slash', ['day'], 's3://b/x/events/${day}/', 'events/2026-01-14/', ['2026-01-14']],
    ['in another order', ['year', 'site'], 's3://b/events/${site}/${year}', 'events/ab/2026/', ['2026', 'ab']],
    ['within one part of the path', ['y', 'm'], 's3://b/events/${y}-${m}', 'events/2026-01/', ['2026', '01']],
    ['below a folder of its own', ['day'], 's3://b/events/data/${day}', 'events/data/2026-01-14/', ['2026-01-14']],
    ['that stands twice', ['day'], 's3://b/events/${day}/d=${day}', 'events/14/d=14/', ['14']],
    ['that stands twice and differs', ['day'], 's3://b/events/${day}/d=${day}', 'events/14/d=15/', null],
    ['deeper than it is looked for', ['day'], 's3://b/events/${day}', 'events/2026-01-14/more/', null],
    ["not in Hive's form", ['day'], null, 'events/2026-01-14/', null],
    ['of signs that patterns know', ['day'], 's3://b/events/(${day})+', 'events/(14)+/', ['14']],
    ['that the template leaves out', ['day', 'site'], 's3://b/events/${day}', 'events/14/', null],
    ["at the table's own place", ['day'], null, 'events/', null],
  ])('%s', (_label, names, template, folder, values) => {
    expect(valuesOf(names, template, folder)).toEqual(values)
  })
})
