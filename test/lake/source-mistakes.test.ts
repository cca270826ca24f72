import {describe, expect, test} from 'vitest'
import {mistakesOf, withColumns} from './definition-text.js'
import {testCases, type Case} from './mistake-case.js'

/** A mistake in a further column, which stands on line 11. */
function column(name: string, text: string, at: string, path: string, message: RegExp, fix: RegExp): Case {
  return {name, text: withColumns(text), at: `11:${at}`, path: `tables.t.columns[1]${path}`, message, fix}
}

const LOCAL = 'type: timestamp, from: x, format: iso_local'

const SOURCES: readonly Case[] = [
  column(
    'tag of another type',
    '{name: x, type: boolean, from: x, tag: S}',
    '39',
    '.tag',
    /boolean is not read from the tag S/,
    /Remove tag/,
  ),
  column('boolean as text', '{name: x, type: string, from: x, tag: BOOL}', '38', '.tag', /not read/, /one of S, N, B/),
  column('set of numbers', '{name: x, type: array<bigint>, from: x, tag: SS}', '45', '.tag', /not read/, /NS, L/),
  column('unknown tag', '{name: x, type: string, from: x, tag: SET}', '38', '.tag', /one of S, N/, /Write SS|Write S/),
  column('array of times', '{name: x, type: array<date>, from: x}', '15', '.type', /no type/, /array<T> of string/),
  column('array of arrays', '{name: x, type: array<array<string>>, from: x}', '15', '.type', /no type/, /array<T> of/),
  column('list of another engine', '{name: x, type: "string[]", from: x}', '15', '.type', /no type/, /array<T> of/),
  column(
    'unquoted array of decimals',
    '{name: x, type: array<decimal(9,2)>, from: x}',
    '15',
    '.type',
    /no/,
    /in quotes/,
  ),
  column('array of doubles', '{name: x, type: array<double>, from: x}', '15', '.type', /cannot hold/, /inexact: round/),
  column('bytes of another engine', '{name: x, type: blob, from: x}', '15', '.type', /no type "blob"/, /Write binary/),
  column('no zone', `{name: x, ${LOCAL}}`, '41', '.format', /does not say its zone/, /Europe\/London/),
  column('unknown zone', `{name: x, ${LOCAL}, zone: Europe/Londn}`, '60', '.zone', /no time zone/, /Europe\/London/),
  column('offset as zone', `{name: x, ${LOCAL}, zone: "+01:00"}`, '60', '.zone', /no time zone/, /IANA name/),
  column(
    'zone of UTC',
    '{name: x, type: timestamp, from: x, format: iso, zone: UTC}',
    '54',
    '.zone',
    /iso_local/,
    /Remove/,
  ),
  column('local date', '{name: x, type: date, from: x, format: iso_local}', '36', '.format', /no time/, /format: iso/),
  column(
    'tag of derived',
    '{name: x, type: boolean, derive: {equal: [id, id]}, tag: S}',
    '57',
    '.tag',
    /is derived/,
    /Remove tag/,
  ),
]

const EXPRESSIONS: readonly Case[] = [
  column(
    'no attribute',
    '{name: x, type: string, derive: {lower: [$]}}',
    '46',
    '.derive.lower[0]',
    /empty/,
    /Write \$/,
  ),
  column(
    'lower to a number',
    '{name: x, type: bigint, derive: {lower: [id]}}',
    '15',
    '.type',
    /as string, not/,
    /string/,
  ),
  column(
    'empty separator',
    '{name: x, type: string, derive: {slice_after: [id, ""]}}',
    '56',
    '.derive.slice_after[1]',
    /separator is empty/,
    /"#"/,
  ),
  column(
    'no separator',
    '{name: x, type: string, derive: {slice_after: [id]}}',
    '38',
    '.derive.slice_after',
    /at least 2/,
    /\[a, b\]/,
  ),
  column(
    'rest of something',
    '{name: x, type: string, derive: {rest: [id]}}',
    '38',
    '.derive.rest',
    /at most 0/,
    /at most 0/,
  ),
  column(
    'coalesce of two types',
    '{name: x, type: bigint, derive: {coalesce: [id]}}',
    '49',
    '.derive.coalesce[0]',
    /x is bigint, id is string/,
    /type bigint/,
  ),
]

describe('how a column is read', () => testCases(SOURCES))

describe('an expression over texts', () => testCases(EXPRESSIONS))

test.each([
  'array<string>, from: x, tag: L',
  'string, from: x, tag: N',
  'string, from: [a, b], tag: M',
  'binary, from: x',
  '"array<decimal(9,2)>", from: x',
  'array<double>, from: x, inexact: round',
  'timestamp, from: x, format: iso_local, zone: America/Argentina/Buenos_Aires',
  'string, from: iD',
  'string, derive: {slice_after: [$PK, "#"]}',
  'string, derive: {coalesce: [id, $PK, "$a.b $c"]}',
  'string, derive: {constant: ["no column"]}',
  'string, derive: {rest: []}',
  'boolean, derive: {equal: [id, $b]}',
])('{type: %s} is right', (text) => {
  expect(mistakesOf(withColumns(`{name: x, type: ${text}}`))).toEqual([])
})

test('an array has no equality', () => {
  const text = withColumns(
    '{name: a, type: array<string>, from: A}',
    '{name: x, type: boolean, derive: {equal: [a, a]}}',
  )
  expect(mistakesOf(text).map(({message}) => message)).toEqual(['a is an array, which has no equality.'])
})

test('an attribute is a text: numbers and times need a column', () => {
  const text = withColumns('{name: x, type: bigint, derive: {millis_between: [$a, $b]}}')
  expect(mistakesOf(text).map(({message, fix}) => `${message} ${fix}`)).toEqual([
    '$a is the text of an attribute; millis_between needs a column with a type. Add a column from a, and use its name.',
    '$b is the text of an attribute; millis_between needs a column with a type. Add a column from b, and use its name.',
  ])
})
