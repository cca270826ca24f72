import {expect, it} from 'vitest'
import {readsExactly} from '../../src/lib/mapping/index.js'

it.each([
  ['decimal(18,2)', 'decimal(18,2)', true],
  ['decimal(18,2)', 'decimal(20,2)', true],
  ['decimal(18,2)', 'decimal(20,4)', true],
  ['decimal(18,2)', 'decimal(18,4)', false],
  ['decimal(18,3)', 'decimal(18,2)', false],
  ['decimal(18,0)', 'bigint', false],
  ['decimal(18,2)', 'double', false],
  ['decimal(18,4)', 'boolean', false],
  ['integer', 'bigint', true],
  ['integer', 'decimal(10,0)', true],
  ['integer', 'decimal(9,0)', false],
  ['bigint', 'decimal(21,2)', true],
  ['bigint', 'integer', false],
  ['bigint', 'double', false],
  ['double', 'decimal(38,10)', false],
  ['string', 'bigint', false],
  ['string', 'date', false],
  ['timestamp', 'date', false],
  ['array<integer>', 'array<bigint>', true],
  ['array<decimal(18,4)>', 'array<bigint>', false],
  ['array<string>', 'string', false],
])('%s read as %s keeps every value: %s', (stored, read, expected) => {
  expect(readsExactly(stored, read)).toBe(expected)
})
