import {expect, test} from 'vitest'
import {renderMistakes} from '../../src/lib/lake/index.js'
import {HEAD, mistakesOf, withColumns} from './definition-text.js'

test('all mistakes of a file at once, in the order of the file', () => {
  const text = `${HEAD.replace('icpa', 'ICPA')}tables:
  t:
    kind: changelog
    key: [idd]
    columns:
      - {name: id, type: text, from: Id}
      - {name: n, type: double, from: N, clas: public}
      - {name: s, type: bigint, derive: {millis_between: [a, b]}}
`
  expect(
    renderMistakes(mistakesOf(text))
      .split('\n')
      .map((line) => line.split('  ').slice(0, 2).join(' ')),
  ).toEqual([
    'sluice.yaml:2:1 lake',
    'sluice.yaml:8:11 tables.t.key[0]',
    'sluice.yaml:10:20 tables.t.columns[0].type',
    'sluice.yaml:11:19 tables.t.columns[1].type',
    'sluice.yaml:11:42 tables.t.columns[1].clas',
    'sluice.yaml:12:59 tables.t.columns[2].derive.millis_between[0]',
    'sluice.yaml:12:62 tables.t.columns[2].derive.millis_between[1]',
  ])
})

test('a mistake is one line: place, path, message, fix', () => {
  const [mistake] = mistakesOf(withColumns('{name: x, type: strng, from: x}'))
  expect(renderMistakes([mistake!])).toBe(
    'sluice.yaml:11:15  tables.t.columns[1].type  There is no type "strng".  fix: Write string.',
  )
})

test.each(['', '# only a comment\n', 'null\n', '"text"\n', '&a [*a]\n', 'a: *missing\n', '--- 1\n--- 2\n', '\u0000'])(
  'no text makes it throw anything else: %j',
  (text) => {
    expect(mistakesOf(text).length).toBeGreaterThan(0)
  },
)

test('names that objects have by themselves are no tables', () => {
  const text = `${HEAD}tables: {__proto__: {kind: events}, constructor: {kind: events, columns: [{name: a, type: string, from: a}]}}\n`
  expect(mistakesOf(text).map(({path}) => path)).toContain('tables.__proto__')
})
