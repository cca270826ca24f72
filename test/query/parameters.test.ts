import {describe, expect, it} from 'vitest'
import {checkParameters, parseParameters} from '../../src/lib/query/parameters.js'

describe('parseParameters', () => {
  it.each([
    ['a=x', 'x', undefined],
    ['a=', '', undefined],
    ['a=b=c:d', 'b=c:d', undefined],
    ["a='; DROP TABLE x --", "'; DROP TABLE x --", undefined],
    ['a=two\nlines', 'two\nlines', undefined],
    ['a:text=5', '5', undefined],
    ['a:bigint=-9223372036854775808', -(2n ** 63n), undefined],
    ['a:double=1e-3', 0.001, 'double'],
    ['a:double=5', 5, 'double'],
    ['a:boolean=false', false, undefined],
    ['a:decimal=+12.50', '12.50', 'decimal'],
    ['a:date=2024-02-29', '2024-02-29', 'date'],
    ['a:timestamp=2026-01-31', '2026-01-31T00:00:00.000Z', 'timestamp'],
    ['a:timestamp=2026-01-31 10:00:00', '2026-01-31T10:00:00.000Z', 'timestamp'],
    ['a:timestamp=2026-01-31T10:00:00.5+02:00', '2026-01-31T08:00:00.500Z', 'timestamp'],
  ])('%s', (text, value, type) => {
    expect(parseParameters([text])).toEqual({values: {a: value}, types: type === undefined ? {} : {a: type}})
  })

  it.each([
    ['a'],
    ['=x'],
    ['a b=x'],
    ['a:bigint=9223372036854775808'],
    ['a:bigint=1.5'],
    ['a:bigint='],
    ['a:double='],
    ['a:double=x'],
    ['a:boolean=yes'],
    ['a:decimal=1e3'],
    [`a:decimal=${'1'.repeat(39)}`],
    ['a:date=2026-02-30'],
    ['a:date=2026-1-1'],
    ['a:timestamp=2026-02-30T00:00:00Z'],
    ['a:timestamp=noon'],
    ['a:number=1'],
    ['a:constructor=1'],
  ])('refuses %s', (text) => {
    expect(() => parseParameters([text])).toThrow(expect.objectContaining({code: 'USAGE'}) as Error)
  })

  it('refuses one that is given twice, and names the near type', () => {
    expect(() => parseParameters(['a=1', 'a=2'])).toThrow('given twice')
    expect(() => parseParameters(['a:bigin=1'])).toThrow(
      expect.objectContaining({fix: 'Did you mean bigint?'}) as Error,
    )
  })
})

describe('checkParameters', () => {
  it('names the near one, and the missing ones', () => {
    expect(() => checkParameters(['from', 'to'], ['from', 'to'])).not.toThrow()
    const thrown = (wanted: string[], given: string[]): unknown => {
      try {
        return checkParameters(wanted, given)
      } catch (error) {
        return error
      }
    }
    expect(thrown(['region'], ['regoin'])).toMatchObject({code: 'USAGE', fix: 'Did you mean region?'})
    expect(thrown([], ['a'])).toMatchObject({fix: 'It names none; leave --param out.'})
    expect(thrown(['a', 'b'], [])).toMatchObject({message: 'The statement names $a, $b, which got no value.'})
    expect(thrown(['1'], ['a'])).toMatchObject({fix: expect.stringContaining('$name') as string})
  })
})
