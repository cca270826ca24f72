import {expect, it} from 'vitest'
import {losesSilently} from '../../src/lib/mapping/index.js'

it.each([
  ['decimal(18,3)', 'decimal(18,2)', true],
  ['decimal(18,2)', 'bigint', true],
  ['decimal(18,2)', 'double', true],
  ['double', 'decimal(38,10)', true],
  ['double', 'bigint', true],
  ['bigint', 'double', true],
  ['timestamp', 'date', true],
  ['decimal(18,2)', 'decimal(20,2)', false],
  ['decimal(18,2)', 'decimal(18,4)', false],
  ['decimal(18,2)', 'string', false],
  ['integer', 'bigint', false],
  ['integer', 'double', false],
  ['bigint', 'integer', false],
  ['string', 'bigint', false],
])('%s read as %s loses in silence: %s', (stored, read, expected) => {
  expect(losesSilently(stored, read)).toBe(expected)
})
