import {describe, expect, it} from 'vitest'
import {ComposedText} from '../../../src/lib/engines/athena/edited-text.js'
import {mayRead} from '../../../src/lib/engines/athena/io-plan.js'
import {literalOf} from '../../../src/lib/engines/athena/literals.js'
import {explainedJson, plannedColumns} from '../../../src/lib/engines/athena/planned-columns.js'
import {lex} from '../../../src/lib/engines/athena/tokens.js'
import {athenaTypeName, parseType} from '../../../src/lib/engines/athena/types.js'
import {queryValue} from '../../../src/lib/engines/athena/values.js'
import type {QueryValue} from '../../../src/lib/ports/query-engine.js'
import {HOSTILE_TEXTS} from './hostile-texts.js'

describe('a result of Athena', () => {
  it.each([
    ['row("a" bigint,"B ""c, d" array(varchar(5)))', 'struct<a:bigint,B "c, d:array<varchar>>'],
    ['row(a bigint, b timestamp(3) with time zone)', 'struct<a:bigint,b:timestamp with time zone>'],
    ['row(integer, timestamp(3) with time zone)', 'struct<integer,timestamp with time zone>'],
    ['map(varchar, row("x" decimal(38, 10)))', 'map<varchar,struct<x:decimal(38,10)>>'],
    ['interval day to second', 'interval day to second'],
  ])('has the type %s', (trino, athena) => {
    expect(athenaTypeName(parseType(trino))).toBe(athena)
  })

  it.each<[string, string, QueryValue]>([
    ['array(bigint)', '[9223372036854775807,null,-1]', [2n ** 63n - 1n, null, -1n]],
    [
      'array(decimal(38,10))',
      '[1E-10,-1.5E+3,0E-10,12.5000000000]',
      ['0.0000000001', '-1500', '0.0000000000', '12.5000000000'],
    ],
    [
      'row("a" varchar,"b" boolean)',
      '{"a":"1e5 \\"9223372036854775807\\"","b":true}',
      {a: '1e5 "9223372036854775807"', b: true},
    ],
    // As engines write it that know no names of fields in JSON.
    ['row("a" bigint,"b" boolean)', '[1,false]', {a: 1n, b: false}],
    [
      'row("__proto__" bigint,"x" bigint)',
      '{"f0":1,"f1":2}',
      Object.fromEntries([
        ['__proto__', 1n],
        ['x', 2n],
      ]),
    ],
    ['timestamp(6)', '1969-12-31 23:59:59.999999', '1969-12-31T23:59:59.999999Z'],
    ['timestamp(9)', '2026-01-02 03:04:05.120000000', '2026-01-02T03:04:05.120Z'],
    ['timestamp(3)', '+10000-01-01 00:00:00.000', '+10000-01-01 00:00:00.000'],
  ])('of the type %s is whole: %s', (type, text, value) => {
    expect(queryValue(text, parseType(type))).toEqual(value)
  })

  it('is known from a plan in one row or in one row a line', async () => {
    const plan = {name: 'Output', descriptor: {columnNames: '[a, b]'}, outputs: [{type: 'bigint'}, {type: 'date'}]}
    const rows = (lines: readonly string[]) =>
      (async function* () {
        for (const line of lines) yield [line]
      })()
    const lines = JSON.stringify({0: plan}, null, 2).split('\n')
    expect(plannedColumns(await explainedJson(rows(['Query Plan', ...lines])))).toMatchObject({names: ['a', 'b']})
    expect(plannedColumns(await explainedJson(rows([JSON.stringify(plan)])))).toMatchObject({names: ['a', 'b']})
    expect(plannedColumns({...plan, descriptor: {columnNames: '[a, b, c]'}})).toMatchObject({names: null})
    expect(plannedColumns(await explainedJson(rows(['no plan'])))).toBeNull()
  })
})

describe('a statement for Athena', () => {
  it('keeps every character in its place when comments go', () => {
    const sql = `SELECT 'a -- b' /* é\n"x" $y */ , "c /* d" -- 'e\n, $f`
    const {sql: plain, tokens} = lex(sql)
    expect(plain).toHaveLength(sql.length)
    expect(plain.split('\n')).toHaveLength(3)
    expect(tokens.map(({text}) => text)).toEqual(['SELECT', `'a -- b'`, ',', '"c /* d"', ',', '$f'])
    for (const {start, end, text} of tokens) expect(sql.slice(start, end)).toBe(text)
  })

  it.each(['/* /* */', `e'a'`, `N'a'`, `U&'a'`, `b'1'`, '$$a$$', '$a$b$a$', '`a`', "'open", '"open', '#1', '$'])(
    'has no %s',
    (sql) => expect(() => lex(`SELECT ${sql}`)).toThrow(expect.objectContaining({code: 'QUERY_INVALID'})),
  )

  it.each(HOSTILE_TEXTS.map((text) => [JSON.stringify(text).slice(0, 40), text]))('holds %s as one text', (_, text) => {
    const literals = lex(literalOf(text).sql.replaceAll(/ \|\| chr\(0\) \|\| |^\(|\)$/g, ''))
    expect(literals.tokens.every(({kind}) => kind === 'text')).toBe(true)
  })

  it('knows the places of its parts', () => {
    const text = new ComposedText().write('WITH x AS (SELECT 1)\n')
    text.copy('statement', `SELECT '😀', things.id\nFROM things`, [
      {start: 35, end: 35, text: ' x'},
      {start: 0, end: 0, text: ''},
    ])
    expect(text.sourceOf(1, 3)).toBeNull()
    expect(text.sourceOf(2, 13)).toEqual({source: 'statement', offset: 13})
    expect(text.sourceOf(3, 1)).toEqual({source: 'statement', offset: 23})
    expect(text.sourceOf(9, 9)).toBeNull()
  })

  it('reads the partitions that its plan does not leave out', () => {
    const table = {
      partitionColumns: [
        {name: 'day', type: 'string'},
        {name: 'n', type: 'int'},
      ],
    }
    const mark = (value: string, bound: 'BELOW' | 'EXACTLY' | 'ABOVE') => ({value, bound})
    const domain = (columnName: string, type: string, ranges: readonly object[], nullsAllowed = false) => ({
      constraint: {columnConstraints: [{columnName, type, domain: {nullsAllowed, ranges}}]},
    })
    const reads = (input: object, day: string, n: string) => mayRead(input, table, {values: [day, n]})
    const one = domain('day', 'varchar', [{low: mark('03', 'EXACTLY'), high: mark('03', 'EXACTLY')}])
    expect([reads(one, '03', '1'), reads(one, '04', '1'), reads(one, '__HIVE_DEFAULT_PARTITION__', '1')]).toEqual([
      true,
      false,
      false,
    ])
    const above = domain('n', 'integer', [{low: mark('9', 'ABOVE'), high: {bound: 'BELOW'}}])
    expect([reads(above, 'x', '9'), reads(above, 'x', '10')]).toEqual([false, true])
    expect(reads(domain('n', 'real', []), 'x', '1')).toBe(true)
    expect(reads({constraint: {none: true}}, 'x', '1')).toBe(false)
    expect(reads({}, 'x', '1')).toBe(true)
  })
})
