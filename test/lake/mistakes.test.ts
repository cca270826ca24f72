import {describe, expect, test} from 'vitest'
import {renderMistakes} from '../../src/lib/lake/index.js'
import {HEAD, mistakesOf, withColumns} from './definition-text.js'

interface Case {
  readonly name: string
  readonly text: string
  /** `line:column` of the one mistake. */
  readonly at: string
  readonly path: string
  readonly message: RegExp
  readonly fix: RegExp
}

/** A mistake in a further column, which stands on line 11. */
function column(name: string, text: string, at: string, path: string, message: RegExp, fix: RegExp): Case {
  return {name, text: withColumns(text), at: `11:${at}`, path: `tables.t.columns[1]${path}`, message, fix}
}

const LOCAL = 'environments: {local: {backend: local, root: ./lake}}'
const AWS = 'backend: aws, region: eu-west-1, account: "111122223333"'
const aws = (more: string): string => HEAD.replace(LOCAL, `environments:\n  local: {${AWS}, ${more}}`)
const TIMES = '{name: a, type: timestamp, from: A, format: iso}'
const table = (more: string): string =>
  `${HEAD}tables:\n  t:\n    kind: changelog\n    columns: [{name: id, type: string, from: Id}, {name: n, type: integer, from: N}, ${TIMES}]\n${more}`
const partition = (text: string): string => table(`    key: [id]\n    partition: ${text}\n`)
const DAY = '{name: day, derive: {format_date: [a, "%d"]}}'
const claims = (more: string): string => `${HEAD}blueprint: claims\n${more}`

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
  column('attribute twins', '{name: x, type: string, from: ID}', '29', '.from', /differ by case/, /Map one/),
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
    '{name: x, type: string, derive: {lower: [id]}}',
    '38',
    '.derive.lower',
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
    'attribute operand',
    '{name: x, type: boolean, derive: {equal: [id, $b]}}',
    '51',
    '.derive.equal[1]',
    /reserved/,
    /Add a column from b/,
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

const TABLES: readonly Case[] = [
  {
    name: 'no kind',
    text: table('    key: [id]\n').replace('    kind: changelog\n', ''),
    at: '6:3',
    path: 'tables.t.kind',
    message: /no kind/,
    fix: /kind: changelog/,
  },
  {name: 'no key', text: table(''), at: '6:3', path: 'tables.t.key', message: /no key/, fix: /Add key/},
  {
    name: 'unknown key column',
    text: table('    key: [ix]\n'),
    at: '9:11',
    path: 'tables.t.key[0]',
    message: /no column ix/,
    fix: /mean id/,
  },
  {
    name: 'integer key',
    text: table('    key: [n]\n'),
    at: '9:11',
    path: 'tables.t.key[0]',
    message: /is integer/,
    fix: /Change its type/,
  },
  {
    name: 'reserved table',
    text: table('    key: [id]\n').replace('  t:', '  t__runs:'),
    at: '6:3',
    path: 'tables.t__runs',
    message: /reserved/,
    fix: /Rename/,
  },
  {
    name: 'share over 1',
    text: table('    key: [id]\n    max_vanished: 5\n'),
    at: '10:5',
    path: 'tables.t.max_vanished',
    message: /at most 1/,
    fix: /at most 1/,
  },
  {
    name: 'partition collides',
    text: partition('{by: [{name: n, derive: {format_date: [a, "%d"]}}]}'),
    at: '10:23',
    path: 'tables.t.partition.by[0].name',
    message: /a column and a partition/,
    fix: /n_part/,
  },
  {
    name: 'partition is no text',
    text: partition('{by: [{name: p, derive: {equal: [id, id]}}]}'),
    at: '10:32',
    path: 'tables.t.partition.by[0].derive',
    message: /text/,
    fix: /format_date/,
  },
  {
    name: 'minutes in a pattern',
    text: partition('{by: [{name: p, derive: {format_date: [a, "%M"]}}]}'),
    at: '10:58',
    path: 'tables.t.partition.by[0].derive.format_date[1]',
    message: /not built of/,
    fix: /%Y-%m-%d/,
  },
  {
    name: 'path without column',
    text: partition(`{by: [${DAY}], path: "all/"}`),
    at: '10:70',
    path: 'tables.t.partition.path',
    message: /does not name \{day\}/,
    fix: /\{day\}/,
  },
  {
    name: 'path with a stranger',
    text: partition(`{by: [${DAY}], path: "{day}/{dey}/"}`),
    at: '10:70',
    path: 'tables.t.partition.path',
    message: /\{dey\}/,
    fix: /day/,
  },
  {
    name: 'path with one twice',
    text: partition(`{by: [${DAY}], path: "{day}/{day}/"}`),
    at: '10:70',
    path: 'tables.t.partition.path',
    message: /2 times/,
    fix: /\{day\}/,
  },
]

const FILE: readonly Case[] = [
  {
    name: 'later format',
    text: HEAD.replace('sluice: 1', 'sluice: 2'),
    at: '1:1',
    path: 'sluice',
    message: /FORMAT_UNKNOWN.*format 2/,
    fix: /newer sluice/,
  },
  {
    name: 'top level key',
    text: `${HEAD}tabels: {}\n`,
    at: '5:1',
    path: 'tabels',
    message: /Unknown key/,
    fix: /Write tables/,
  },
  {
    name: 'required key misspelt',
    text: HEAD.replace('root:', 'rot:'),
    at: '4:40',
    path: 'environments.local.rot',
    message: /Unknown key/,
    fix: /Write root/,
  },
  {
    name: 'required key missing',
    text: HEAD.replace(', root: ./lake', ''),
    at: '4:16',
    path: 'environments.local.root',
    message: /root is missing/,
    fix: /Add root/,
  },
  {
    name: 'reserved key',
    text: `${HEAD}budgets: {}\n`,
    at: '5:1',
    path: 'budgets',
    message: /reserved, not built/,
    fix: /Remove/,
  },
  {
    name: 'lake name',
    text: HEAD.replace('icpa', 'My Lake'),
    at: '2:1',
    path: 'lake',
    message: /no lake name/,
    fix: /my-lake/,
  },
  {
    name: 'unknown default',
    text: HEAD.replace('default: local', 'default: locl'),
    at: '3:1',
    path: 'default',
    message: /not defined/,
    fix: /mean local/,
  },
  {
    name: 'unknown backend',
    text: HEAD.replace('backend: local', 'backend: gcp'),
    at: '4:24',
    path: 'environments.local.backend',
    message: /local, aws/,
    fix: /local or aws/,
  },
  {name: 'second key', text: `${HEAD}lake: other\n`, at: '5:1', path: 'lake', message: /twice/, fix: /Keep one/},
  {
    name: 'syntax',
    text: `${HEAD}tables: [1,\n`,
    at: '6:1',
    path: '',
    message: /valid YAML/,
    fix: /close every bracket/,
  },
  {name: 'not a map', text: '- 1\n', at: '1:1', path: '', message: /map of keys/, fix: /init/},
  {
    name: 'unknown blueprint',
    text: `${HEAD}blueprint: claim\n`,
    at: '5:1',
    path: 'blueprint',
    message: /no blueprint/,
    fix: /claims/,
  },
  {
    name: 'local tables',
    text: HEAD.replace('root: ./lake', 'root: ./lake, tables: {}'),
    at: '4:54',
    path: 'environments.local.tables',
    message: /no tables/,
    fix: /top of the file/,
  },
  {
    name: 'home folder',
    text: HEAD.replace('./lake', '~/lake'),
    at: '4:40',
    path: 'environments.local.root',
    message: /not expanded/,
    fix: /\.\/lake/,
  },
  {
    name: 'account as number',
    text: aws('').replace('"111122223333"', '111122223333'),
    at: '5:44',
    path: 'environments.local.account',
    message: /number/,
    fix: /"111122223333"/,
  },
  {
    name: 'plain http',
    text: aws('endpoints: {s3: "http://minio.corp:9000"}'),
    at: '5:81',
    path: 'environments.local.endpoints.s3',
    message: /unencrypted/,
    fix: /https:\/\/minio/,
  },
  {
    name: 'odd placeholder',
    text: aws('database: "db_{evn}"'),
    at: '5:69',
    path: 'environments.local.database',
    message: /\{evn\}/,
    fix: /\{env\}/,
  },
  {
    name: 'bad database',
    text: aws('database: My-Db'),
    at: '5:69',
    path: 'environments.local.database',
    message: /Glue database/,
    fix: /icpa/,
  },
  {
    name: 'bad place',
    text: aws('state: bucket/x'),
    at: '5:69',
    path: 'environments.local.state',
    message: /s3:\/\//,
    fix: /s3:\/\/my-bucket/,
  },
  {
    name: 'columns in an environment',
    text: claims('').replace(HEAD, aws('tables: {claims: {columns: []}}')),
    at: '5:87',
    path: 'environments.local.tables.claims.columns',
    message: /cannot change columns/,
    fix: /Move it to tables\.claims\.columns/,
  },
  {
    name: 'state inside a table',
    text: claims('').replace(HEAD, aws('state: s3://b-b/c/x, tables: {claims: {location: s3://b-b/c}}')),
    at: '5:108',
    path: 'environments.local.tables.claims.location',
    message: /share a place/,
    fix: /prefix of its own/,
  },
]

const OVERRIDES: readonly Case[] = [
  {
    name: 'removed operand',
    text: claims('tables:\n  claims:\n    columns:\n      - {name: decided_at, remove: true}\n'),
    at: '9:9',
    path: 'tables.claims.columns[0]',
    message: /processing_ms needs/,
    fix: /Remove processing_ms/,
  },
  {
    name: 'changed operand',
    text: claims('tables: {claims: {columns: [{name: ai_cost, type: string}]}}\n'),
    at: '6:45',
    path: 'tables.claims.columns[0].type',
    message: /add needs/,
    fix: /Use a column/,
  },
  {
    name: 'nothing to remove',
    text: claims('tables: {claims: {columns: [{name: ai_costs, remove: true}]}}\n'),
    at: '6:30',
    path: 'tables.claims.columns[0].name',
    message: /no column ai_costs/,
    fix: /mean ai_cost/,
  },
  {
    name: 'unknown KPI',
    text: claims('kpis: {override: {enabled: false}}\n'),
    at: '6:8',
    path: 'kpis.override',
    message: /no table, unit/,
    fix: /Known|mean/,
  },
  {
    name: 'thresholds swapped',
    text: claims('kpis: {override_rate: {thresholds: {green: 0.3}}}\n'),
    at: '6:24',
    path: 'kpis.override_rate.thresholds',
    message: /cannot be worse/,
    fix: /Swap/,
  },
  {
    name: 'threshold is no number',
    text: claims('kpis: {override_rate: {thresholds: {green: "5%"}}}\n'),
    at: '6:37',
    path: 'kpis.override_rate.thresholds.green',
    message: /no decimal/,
    fix: /digits/,
  },
  {
    name: 'KPI of no table',
    text: claims('kpis: {override_rate: {table: claim}}\n'),
    at: '6:24',
    path: 'kpis.override_rate.table',
    message: /no table claim/,
    fix: /claims/,
  },
]

describe.each([
  ['columns', COLUMNS],
  ['tables', TABLES],
  ['file and environments', FILE],
  ['overrides and KPIs', OVERRIDES],
])('%s', (_, cases) => {
  test.each(cases)('$name', ({text, at, path, message, fix}) => {
    const found = mistakesOf(text)
    expect(found.map((mistake) => `${mistake.line}:${mistake.column} ${mistake.path}`)).toEqual([`${at} ${path}`])
    expect(found[0]?.message).toMatch(message)
    expect(found[0]?.fix).toMatch(fix)
  })
})

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
