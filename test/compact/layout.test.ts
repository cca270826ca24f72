import fc from 'fast-check'
import {expect, it} from 'vitest'
import {isMergedObject} from '../../src/lib/changelog/index.js'
import {outputName, outputStart, swapLocation} from '../../src/lib/compact/layout.js'
import {isHiddenBelow} from '../../src/lib/ports/table-objects.js'
import {runOfObject} from '../../src/lib/changelog/index.js'
import {systemIds} from '../../src/lib/local/system.js'

const partition = fc.array(fc.string(), {maxLength: 3})

it('names of outputs are known again, whatever the partition is called, and name no run', () => {
  const about = fc.record({
    attempt: fc.integer({min: 1, max: 99}),
    schema: fc.string(),
    n: fc.integer({min: 0, max: 99_999}),
  })
  fc.assert(
    fc.property(
      partition,
      about,
      fc.constantFrom('parquet', 'json'),
      fc.boolean(),
      (values, rest, format, isPacked) => {
        const operation = systemIds.next()
        const key = isPacked ? 'a.json.gz' : 'a.json'
        const sources = [{key, sizeBytes: 1, modifiedAt: '2026-01-01T00:00:00.000Z'}]
        const name = outputName({partition: values, format, sources}, {operation, ...rest})
        expect(isMergedObject(name)).toBe(true)
        expect(isMergedObject(`events/day=x/${name}`)).toBe(true)
        expect(name.startsWith(outputStart(operation))).toBe(true)
        expect(isHiddenBelow(`events/${name}`, 'events/')).toBe(false)
        expect(runOfObject(`events/${name}`)).toBeNull()
        expect(name.endsWith('.gz')).toBe(format === 'json' && isPacked)
      },
    ),
  )
})

it.each([
  'events/part-0.parquet',
  'events/stream-0123456789abcdef0123456789-00000.parquet',
  'compact-x.1-a-b-0.parquet',
])('%s is no output', (key) => {
  expect(isMergedObject(key)).toBe(false)
})

it('two partitions, and two operations or attempts of one, never have one place', () => {
  fc.assert(
    fc.property(partition, partition, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other))
      const [first, second] = [one, other].map((values) =>
        swapLocation({table: 'events', partition: values}, {operation: '1', attempt: 1}),
      )
      expect(first).not.toBe(second)
      expect(first).not.toBe(swapLocation({table: 'events', partition: one}, {operation: '2', attempt: 1}))
      expect(first).not.toBe(swapLocation({table: 'events', partition: one}, {operation: '1', attempt: 2}))
      expect(first!.startsWith('events/')).toBe(false)
    }),
  )
})
