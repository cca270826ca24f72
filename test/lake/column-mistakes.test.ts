import {describe, expect, test} from 'vitest'
import {mistakesOf, withColumns} from './definition-text.js'
import {testCases, type Case} from './mistake-case.js'

/** A mistake in a further column, which stands on line 11. */
function column(name: string, text: string, at: string, path: string, message: RegExp, fix: RegExp): Case {
  return {name, text: withColumns(text), at: `11:${at}`, path: `tables.t.columns[1]${path}`, message, fix}
}

const COLUMNS: readonly Case[] = [
  column('unknown type', '{name: x, type: strng, from: x}', '15', '.type', /no type "strng"/, /Write string/),
  column('type of another engine', '{name: x, type: int, from: x}', '15', '.type', /no type "int"/, /Write integer/),
  column('decimal too wide', '{name: x, type: "decimal(39,2)", from: x}', '15', '.type', /no type/, /from 1 to 38/),
  column('scale over precision', '{name: x, type: "decimal(2,3)", from: x}', '15', '.type', /no type/, /s from 0 to p/),
  column('unquoted decimal', '{name: x, type: decimal(18,2), from: x}', '15', '.type', /"decimal\(18"/, /in quotes/),
  column('no type', '{name: x, from: x}', '5', '.type', /has no type/, /Add type/),
  column('no origin', '{name: x, type: string}', '5', '', /neither from nor derive/, /Add from/),
  column(
    'two origins',
    '{name: x, type: boolean, from: x, derive: {equal: [id, id]}}',
    '39',
    '.derive',
    /both/,
    /Keep one/,
  ),
  column('empty attribute', '{name: x, type: string, from: ""}', '29', '.from', /empty/, /source attribute/),
  column('double without round', '{name: x, type: double, from: x}', '15', '.type', /cannot hold/, /inexact: round/),
  column('timestamp without format', '{name: x, type: timestamp, from: x}', '5', '', /does not say how/, /format: iso/),
  column(
    'format of a string',
    '{name: x, type: string, from: x, format: iso}',
    '38',
    '.format',
    /not for string/,
    /Remove/,
  ),
  column(
    'date from epoch',
    '{name: x, type: date, from: x, format: epoch_s}',
    '36',
    '.format',
    /read from text/,
    /iso/,
  ),
  column(
    'unknown key',
    '{name: x, type: string, from: x, mising: null}',
    '38',
    '.mising',
    /Unknown key/,
    /Write missing/,
  ),
  column('unknown policy', '{name: x, type: string, from: x, missing: nul}', '38', '.missing', /one of/, /Write null/),
  column(
    'key without value',
    '{name: x, type: string, from: x, missing: }',
    '38',
    '.missing',
    /no value/,
    /or remove it/,
  ),
  column('upper case name', '{name: claimId, type: string, from: x}', '6', '.name', /no name/, /Write claim_id/),
  column('reserved name', '{name: _op, type: string, from: x}', '6', '.name', /reserved/, /Rename/),
  column('second name', '{name: id, type: string, from: x}', '6', '.name', /twice/, /Keep one/),
  column(
    'policy of derived',
    '{name: x, type: boolean, derive: {equal: [id, id]}, missing: error}',
    '57',
    '.missing',
    /is derived/,
    /Remove/,
  ),
  column('no expression', '{name: x, type: boolean, derive: {}}', '30', '.derive', /no expression/, /Keep one of/),
  column(
    'two expressions',
    '{name: x, type: boolean, derive: {equal: [id, id], not_equal: [id, id]}}',
    '30',
    '.derive',
    /2 expr/,
    /Keep one/,
  ),
  column(
    'reserved expression',
    '{name: x, type: string, derive: {date_part: [id]}}',
    '38',
    '.derive.date_part',
    /reserved, not built/,
    /Remove/,
  ),
  column(
    'unknown expression',
    '{name: x, type: boolean, derive: {equals: [id, id]}}',
    '39',
    '.derive.equals',
    /Unknown/,
    /Write equal/,
  ),
  column(
    'one operand',
    '{name: x, type: boolean, derive: {equal: [id]}}',
    '39',
    '.derive.equal',
    /at least 2/,
    /\[a, b\]/,
  ),
  column(
    'unknown operand',
    '{name: x, type: boolean, derive: {equal: [id, idd]}}',
    '51',
    '.derive.equal[1]',
    /no column idd/,
    /mean id\?/,
  ),
  column(
    'wrong result',
    '{name: x, type: string, derive: {equal: [id, id]}}',
    '15',
    '.type',
    /as boolean, not/,
    /boolean/,
  ),
  column(
    'date of text',
    '{name: x, type: string, derive: {format_date: [id, "%Y"]}}',
    '52',
    '.derive.format_date[0]',
    /needs timestamp/,
    /timestamp/,
  ),
  column('circle', '{name: x, type: boolean, derive: {equal: [x, x]}}', '30', '.derive', /circle: x → x/, /Break/),
]

describe('a column', () => testCases(COLUMNS))

describe('arithmetic', () => {
  const two = (type: string, result: string): string =>
    withColumns(`{name: a, type: ${type}, from: A}`, `{name: x, type: "${result}", derive: {add: [a, a]}}`)

  test.each([
    ['"decimal(18,6)"', 'decimal(20,2)', /6/],
    ['"decimal(18,6)"', 'decimal(18,6)', /overflow/],
    ['"decimal(18,6)"', 'bigint', /lose the decimals/],
    ['string', 'bigint', /needs integer/],
  ])('%s + itself as %s is refused', (type, result, message) => {
    expect(mistakesOf(two(type, result))[0]?.message).toMatch(message)
  })

  test.each([
    ['"decimal(18,6)"', 'decimal(19,6)'],
    ['integer', 'bigint'],
    ['bigint', 'decimal(20,0)'],
    ['"decimal(38,6)"', 'decimal(38,6)'],
  ])('%s + itself as %s is accepted', (type, result) => {
    expect(mistakesOf(two(type, result))).toEqual([])
  })
})
