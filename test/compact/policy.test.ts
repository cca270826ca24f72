import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {isWellFilled, outputCount} from '../../src/lib/compact/policy.js'

const TARGET = 1000

describe('how many files so many bytes are merged to', () => {
  it.each([
    ['nothing', 0, 1],
    ['less than one', 999, 1],
    ['exactly one', 1000, 1],
    ['a rest that fits into it', 1099, 1],
    ['a rest that does not, and fills no file', 1101, 2],
    ['a rest that fills a file', 1751, 2],
    ['two, and a small rest that both take', 2199, 2],
    ['two, and a rest too large for them', 2201, 3],
    ['ten, and a rest that they take', 10_700, 10],
    ['ten, and a rest that fills a file', 10_751, 11],
  ])('%s', (_, bytes, files) => {
    expect(outputCount(bytes, TARGET)).toBe(files)
  })

  it('gives files that are neither far too large nor more than needed, and never fewer for more bytes', () => {
    const bytes = fc.integer({min: 1, max: 100_000_000})
    fc.assert(
      fc.property(bytes, bytes, fc.integer({min: 1, max: 1_000_000}), (one, other, target) => {
        const [small, large] = one < other ? [one, other] : [other, one]
        const files = outputCount(large, target)
        expect(large / files).toBeLessThan(1.1 * target + 1)
        expect(files).toBeLessThanOrEqual(Math.ceil(large / target))
        expect(outputCount(small, target)).toBeLessThanOrEqual(files)
      }),
    )
  })
})

it.each([
  [749, false],
  [750, true],
  [1000, true],
  [1800, true],
  [1801, false],
])('a file of %i of 1,000 bytes is well filled: %s', (sizeBytes, isFilled) => {
  expect(isWellFilled(sizeBytes, TARGET)).toBe(isFilled)
})
