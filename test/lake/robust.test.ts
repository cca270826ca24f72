import fc from 'fast-check'
import {expect, test} from 'vitest'
import {HEAD, mistakesOf} from './definition-text.js'

const WHOLE = `${HEAD}blueprint: claims
tables:
  claims:
    source: {dynamodb: "ICPA_{env}"}
    columns:
      - {name: zip, type: "decimal(18,2)", from: [incident, zip], missing: null}
      - {name: late, type: boolean, derive: {not_equal: [status, region]}}
      - {name: due, type: timestamp, from: due, format: iso_local, zone: Europe/London}
      - {name: tags, type: "array<string>", from: tags, tag: L}
      - {name: area, type: string, derive: {slice_after: [$code, "#"]}}
      - {name: others, type: string, derive: {rest: []}}
    when: [{from: [meta, kind], one_of: [claim, "5"]}, {from: SK, starts_with: "C#"}]
    skip: [{from: deletedAt, absent: true}]
    partition: {by: [{name: day, derive: {format_date: [created_at, "%d"]}}], path: "{day}/"}
kpis: {override_rate: {thresholds: {green: 0.05}, views: [a]}}
`

test('a damaged definition gives mistakes with a place in the text, and nothing else', () => {
  const damage = fc.record({
    at: fc.nat(WHOLE.length),
    length: fc.nat(12),
    text: fc.oneof(
      fc.string({maxLength: 6}),
      fc.constantFrom('[', '}', ': ', '\n', 'null', '5', '- ', '*a', '&a ', '{}'),
    ),
  })
  fc.assert(
    fc.property(fc.array(damage, {minLength: 1, maxLength: 3}), (damages) => {
      const text = damages.reduce((so, {at, length, text: put}) => so.slice(0, at) + put + so.slice(at + length), WHOLE)
      const lines = text.split('\n').length
      for (const {line, column, message, fix} of mistakesOf(text)) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(lines)
        expect(column).toBeGreaterThanOrEqual(1)
        expect(message.length * fix.length).toBeGreaterThan(0)
      }
    }),
    {numRuns: 500},
  )
})
