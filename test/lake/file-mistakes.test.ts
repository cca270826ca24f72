import {describe} from 'vitest'
import {HEAD} from './definition-text.js'
import {one, testCases, type Case} from './mistake-case.js'

const LOCAL = 'environments: {local: {backend: local, root: ./lake}}'
const AWS = 'backend: aws, region: eu-west-1, account: "111122223333"'
const aws = (more: string): string => HEAD.replace(LOCAL, `environments:\n  local: {${AWS}, ${more}}`)
/** Tables `s` and `t`; the location of the second has a line of its own. */
const inPlaces = (first: string, second: string): string =>
  `${HEAD.replace(LOCAL, `environments:\n  local: {${AWS}, tables: {s: {location: ${first}}, t: {\n    location: ${second}}}}`)}tables:
${['s', 't'].map((name) => `  ${name}: {kind: events, columns: [{name: id, type: string}], partition: {by: [{name: day}]}}\n`).join('')}`
const claims = (more: string): string => `${HEAD}blueprint: claims\n${more}`

const FILE: readonly Case[] = [
  one(
    'later format',
    HEAD.replace('sluice: 1', 'sluice: 2'),
    '1:1',
    'sluice',
    /FORMAT_UNKNOWN.*format 2/,
    /newer sluice/,
  ),
  one('top level key', `${HEAD}tabels: {}\n`, '5:1', 'tabels', /Unknown key/, /Write tables/),
  one(
    'required key misspelt',
    HEAD.replace('root:', 'rot:'),
    '4:40',
    'environments.local.rot',
    /Unknown key/,
    /Write root/,
  ),
  one(
    'required key missing',
    HEAD.replace(', root: ./lake', ''),
    '4:16',
    'environments.local.root',
    /root is missing/,
    /Add root/,
  ),
  ...(['region', 'account'] as const).map((key) =>
    one(
      `${key} of an aws environment missing`,
      HEAD.replace(LOCAL, `environments:\n  local: {${AWS.replace(new RegExp(`, ${key}: [^,]+`), '')}}`),
      '5:3',
      `environments.local.${key}`,
      new RegExp(`${key} is missing`),
      key === 'region' ? /^Add region: eu-west-1$/ : /^Add account: "111122223333"$/,
    ),
  ),
  one('reserved key', `${HEAD}budgets: {}\n`, '5:1', 'budgets', /reserved, not built/, /Remove/),
  one('lake name', HEAD.replace('icpa', 'My Lake'), '2:1', 'lake', /no lake name/, /my-lake/),
  one(
    'unknown default',
    HEAD.replace('default: local', 'default: locl'),
    '3:1',
    'default',
    /not defined/,
    /mean local/,
  ),
  one(
    'unknown backend',
    HEAD.replace('backend: local', 'backend: gcp'),
    '4:24',
    'environments.local.backend',
    /local, aws/,
    /local or aws/,
  ),
  {name: 'second key', text: `${HEAD}lake: other\n`, at: '5:1', path: 'lake', message: /twice/, fix: /Keep one/},
  one('syntax', `${HEAD}tables: [1,\n`, '6:1', '', /valid YAML/, /close every bracket/),
  {name: 'not a map', text: '- 1\n', at: '1:1', path: '', message: /map of keys/, fix: /init/},
  one('unknown blueprint', `${HEAD}blueprint: claim\n`, '5:1', 'blueprint', /no blueprint/, /claims/),
  one(
    'local tables',
    HEAD.replace('root: ./lake', 'root: ./lake, tables: {}'),
    '4:54',
    'environments.local.tables',
    /no tables/,
    /top of the file/,
  ),
  one('home folder', HEAD.replace('./lake', '~/lake'), '4:40', 'environments.local.root', /not expanded/, /\.\/lake/),
  one(
    'account as number',
    aws('').replace('"111122223333"', '111122223333'),
    '5:44',
    'environments.local.account',
    /number/,
    /"111122223333"/,
  ),
  one(
    'plain http',
    aws('endpoints: {s3: "http://minio.corp:9000"}'),
    '5:81',
    'environments.local.endpoints.s3',
    /unencrypted/,
    /https:\/\/minio/,
  ),
  one('odd placeholder', aws('database: "db_{evn}"'), '5:69', 'environments.local.database', /\{evn\}/, /\{env\}/),
  one('bad database', aws('database: My-Db'), '5:69', 'environments.local.database', /Glue database/, /icpa/),
  one(
    'encryption of a name',
    aws('encryption: "kms:alias/lake"'),
    '5:69',
    'environments.local.encryption',
    /no encryption/,
    /kms:arn/,
  ),
  one('bad place', aws('state: bucket/x'), '5:69', 'environments.local.state', /s3:\/\//, /s3:\/\/my-bucket/),
  one(
    'columns in an environment',
    claims('').replace(HEAD, aws('tables: {claims: {columns: []}}')),
    '5:87',
    'environments.local.tables.claims.columns',
    /cannot change columns/,
    /Move it to tables\.claims\.columns/,
  ),
  one(
    'state inside a table',
    claims('').replace(HEAD, aws('state: s3://b-b/c/x, tables: {claims: {location: s3://b-b/c}}')),
    '5:108',
    'environments.local.tables.claims.location',
    /share a place/,
    /prefix of its own/,
  ),
  ...[
    {name: 'two tables in one place', first: 's3://b-b/c', second: 's3://b-b/c/', shown: 's3://b-b/c/'},
    {
      name: 'a table inside another',
      first: 's3://b-b/c',
      second: 's3://b-b/c/d',
      shown: 's3://b-b/c/d/ and s3://b-b/c/',
    },
    {name: 'a table around another', first: 's3://b-b/c/d', second: 's3://b-b', shown: 's3://b-b/ and s3://b-b/c/d/'},
    {
      name: 'a table where another is compacted to',
      first: 's3://b-b/c',
      second: 's3://b-b/c__compact/x',
      shown: 's3://b-b/c__compact/x/ and s3://b-b/c__compact/',
    },
    {
      name: 'a table that is compacted into another',
      first: 's3://b-b/c__compact',
      second: 's3://b-b/c',
      shown: 's3://b-b/c__compact/',
    },
  ].map(({name, first, second, shown}) =>
    one(
      name,
      inPlaces(first, second),
      '6:5',
      'environments.local.tables.t.location',
      new RegExp(`tables t and s share a place \\(${shown}\\)`),
      /Give t a prefix of its own/,
    ),
  ),
]

describe('file and environments', () => testCases(FILE))
