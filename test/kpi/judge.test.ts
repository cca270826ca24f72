import {describe, expect, it} from 'vitest'
import {Exact, fixedText, quotient} from '../../src/lib/kpi/exact.js'
import {stateOf} from '../../src/lib/kpi/judge.js'
import {wilsonInterval} from '../../src/lib/kpi/wilson.js'

const HIGHER = {better: 'higher', green: '0.90', yellow: '0.85'} as const
const LOWER = {better: 'lower', green: '0.10', yellow: '0.20'} as const
const MONEY = {better: 'lower', green: '0.50', yellow: '1.00', currency: 'GBP'} as const

/** Nothing is too few. */
const ANY_SIZE = {currency: null, n: null, minN: 1}

describe('state', () => {
  it.each([
    [HIGHER, '90', '100', 'green'],
    [HIGHER, '100', '100', 'green'],
    // rounds to 0.900000, and is not
    [HIGHER, '899999999', '1000000000', 'yellow'],
    [HIGHER, '85', '100', 'yellow'],
    [HIGHER, '849999999', '1000000000', 'red'],
    [HIGHER, '0', '7', 'red'],
    [LOWER, '0', '7', 'green'],
    [LOWER, '99999999', '1000000000', 'green'],
    [LOWER, '10', '100', 'yellow'],
    [LOWER, '20', '100', 'yellow'],
    [LOWER, '200000001', '1000000000', 'red'],
    [HIGHER, '0', '0', 'no_data'],
    [HIGHER, null, '3', 'no_data'],
    [HIGHER, '3', null, 'no_data'],
    [null, '1', '2', 'none'],
    [null, '1', '0', 'no_data'],
    // one unit in 10^38 below the threshold
    [HIGHER, '89999999999999999999999999999999999999', '99999999999999999999999999999999999999', 'yellow'],
  ] as const)('%j: %s / %s is %s', (thresholds, numerator, denominator, state) => {
    expect(stateOf(quotient(numerator, denominator), {...ANY_SIZE, thresholds})).toBe(state)
  })

  it.each([
    ['GBP', '0.499999', 'green'],
    ['GBP', '0.5', 'yellow'],
    ['GBP', '1', 'yellow'],
    ['GBP', '1.000001', 'red'],
    ['EUR', '99', 'none'],
    [null, '99', 'none'],
    ['gbp', '99', 'none'],
  ] as const)('money in %s: %s is %s', (currency, amount, state) => {
    expect(stateOf(new Exact(amount), {...ANY_SIZE, thresholds: MONEY, currency})).toBe(state)
  })

  it('thresholds without a currency judge every currency', () => {
    const {currency: _, ...every} = MONEY
    expect(stateOf(new Exact('2'), {...ANY_SIZE, thresholds: every, currency: 'EUR'})).toBe('red')
  })

  it.each([
    ['0.5', 29, 'low_n'],
    ['0.5', 30, 'red'],
    ['0.95', 29, 'low_n'],
    ['0.5', null, 'red'],
  ] as const)('%s of %s trials is %s where 30 are needed', (value, n, state) => {
    const judgement = {thresholds: HIGHER, currency: null, n, minN: 30}
    expect(stateOf(new Exact(value), judgement)).toBe(state)
    expect(stateOf(null, judgement)).toBe('no_data')
    expect(stateOf(new Exact(value), {...judgement, thresholds: null})).toBe('none')
  })
})

describe('rounding', () => {
  it.each([
    ['0.0000005', 6, '0.000001'],
    ['0.00000049', 6, '0.000000'],
    ['-0.0000001', 6, '0.000000'],
    ['1.5', 0, '2'],
    ['2.5', 0, '3'],
    ['123456789012345678901234567890.4', 0, '123456789012345678901234567890'],
  ])('%s to %i decimals is %s', (text, decimals, rounded) => {
    expect(fixedText(new Exact(text), decimals)).toBe(rounded)
  })
})

describe("Wilson's interval", () => {
  it.each([
    ['3', '3', '0.438503', '1.000000'],
    ['45', '50', '0.786398', '0.956524'],
    ['900', '1000', '0.879848', '0.917091'],
    ['0', '3', '0.000000', '0.561497'],
    ['1', '1', '0.206549', '1.000000'],
  ])('of %s / %s', (hits, size, low, high) => {
    expect(wilsonInterval(hits, size)).toEqual({low, high})
  })

  it.each([
    ['0', '0'],
    ['4', '3'],
    ['-1', '3'],
    ['0.5', '3'],
  ])('there is none of %s / %s', (hits, size) => {
    expect(wilsonInterval(hits, size)).toBeNull()
  })
})
