import {describe, expect, test} from 'vitest'
import {readDefinition} from '../../src/lib/lake/read.js'
import {resolveDefinition} from '../../src/lib/lake/resolve.js'
import {HEAD, mistakesOf} from './definition-text.js'
import {one, testCases, type Case} from './mistake-case.js'

const table = (more: string, columns = ''): string =>
  `${HEAD}tables:\n  t:\n    kind: changelog\n    columns: [{name: id, type: string, from: Id}${columns}]\n${more}`
const withKey = (more: string): string => table(`    key: [id]\n${more}`)
const when = (text: string): string => withKey(`    when: [${text}]\n`)

const CONDITIONS: readonly Case[] = [
  one('no attribute', when('{absent: true}'), '10:12', 'tables.t.when[0]', /which attribute/, /Add from/),
  one('no test', when('{from: a}'), '10:12', 'tables.t.when[0]', /no test/, /starts_with, one_of or absent/),
  one(
    'two tests',
    when('{from: a, starts_with: b, absent: true}'),
    '10:12',
    'tables.t.when[0]',
    /2 tests/,
    /condition for each/,
  ),
  one(
    'empty prefix',
    when('{from: a, starts_with: ""}'),
    '10:22',
    'tables.t.when[0].starts_with',
    /empty text/,
    /begins/,
  ),
  one('empty attribute', when('{from: "", absent: true}'), '10:13', 'tables.t.when[0].from', /is empty/, /source/),
  one(
    'present',
    withKey('    skip: [{from: a, absent: false}]\n'),
    '10:22',
    'tables.t.skip[0].absent',
    /Expected true/,
    /Write true/,
  ),
  one(
    'values without quotes',
    withKey('    skip: [{from: a, one_of: [draft, 5]}]\n'),
    '10:38',
    'tables.t.skip[0].one_of[1]',
    /a text/,
    /in quotes/,
  ),
  one(
    'slip of the pen',
    when('{from: a, start_with: b}'),
    '10:22',
    'tables.t.when[0].start_with',
    /Unknown key/,
    /starts_with/,
  ),
]

const KEYS: readonly Case[] = [
  one(
    'computed key that identifies nothing',
    table('    key: [id, k]\n', ', {name: k, type: string, derive: {constant: [a]}}'),
    '9:15',
    'tables.t.key[1]',
    /constant, which does not identify/,
    /slice_after/,
  ),
  one(
    'key of several values',
    table('    key: [id, k]\n', ', {name: k, type: string, from: K, tag: SS}'),
    '9:15',
    'tables.t.key[1]',
    /several values \(tag SS\)/,
    /one value/,
  ),
  one(
    'partition by an attribute',
    withKey('    partition: {by: [{name: p, derive: {lower: [$a]}}]}\n'),
    '10:49',
    'tables.t.partition.by[0].derive.lower[0]',
    /stored columns, not from the attribute/,
    /Add a column from a/,
  ),
]

describe('a condition', () => testCases(CONDITIONS))

describe('a key and a partition', () => testCases(KEYS))

test('conditions, keys and partitions cut out of texts are right, and resolved as they are written', () => {
  const text = table(
    `    key: [user_id, task_id]
    when: [{from: SK, starts_with: "TASK#"}, {from: [meta, kind], one_of: [task]}]
    skip: [{from: deletedAt, absent: true}]
    partition:
      by: [{name: user, derive: {coalesce: [user_id]}}, {name: site, derive: {constant: [all]}}]
      path: "{user}/{site}/"
`,
    `,
      {name: user_id, type: string, derive: {slice_after: [$PK, "#"]}},
      {name: task_id, type: string, derive: {slice_after: [$SK, "#"]}},
      {name: others, type: string, derive: {rest: []}}`,
  )
  expect(mistakesOf(text)).toEqual([])
  const {tables} = resolveDefinition(readDefinition(text, '/lakes/sluice.yaml', 'sluice.yaml'), 'local')
  expect(tables[0]).toMatchObject({
    when: [
      {from: 'SK', starts_with: 'TASK#'},
      {from: ['meta', 'kind'], one_of: ['task']},
    ],
    skip: [{from: 'deletedAt', absent: true}],
  })
})
