import {describe, expect, test} from 'vitest'
import {mappingOf} from '../../src/lib/lake/index.js'
import {readDefinition} from '../../src/lib/lake/read.js'
import {resolveDefinition} from '../../src/lib/lake/resolve.js'
import type {LakeDefinition} from '../../src/lib/lake/types.js'
import {HEAD} from './definition-text.js'
import {one, testCases, type Case} from './mistake-case.js'

function resolved(text: string, environment = 'local'): LakeDefinition {
  return resolveDefinition(readDefinition(text, '/lakes/sluice.yaml', 'sluice.yaml'), environment)
}

const EVENTS = `${HEAD}tables:
  logs:
    kind: events
    format: json
    columns:
      - {name: id, type: string, class: personal}
      - {name: at, type: timestamp}
      - {name: load, type: double}
      - {name: tag, type: string, from: theTag}
    partition: {by: [{name: year}, {name: day, derive: {format_date: [at, "%d"]}}], path: "{year}/{day}/"}
`
const events = (columns: string, more = ''): string =>
  `${HEAD}tables:\n  logs:\n    kind: events\n    columns: [${columns}]\n${more}`
const crawlers = (text: string): string => `${events('{name: id, type: string}')}crawlers: ${text}\n`

describe('a table of events', () => {
  test('has columns without an origin, a format, partition columns that nothing derives', () => {
    const [table] = resolved(EVENTS).tables
    expect(table).toMatchObject({
      kind: 'events',
      format: 'json',
      key: [],
      source: null,
      columns: [
        {name: 'id', type: 'string', class: 'personal'},
        {name: 'at', type: 'timestamp', class: 'internal'},
        {name: 'load', type: 'double', class: 'internal'},
        {name: 'tag', type: 'string', from: 'theTag', missing: 'null'},
      ],
      partition: {by: [{name: 'year'}, {name: 'day', derive: {format_date: ['at', '%d']}}], path: '{year}/{day}/'},
    })
    expect(table?.columns[0]).not.toHaveProperty('from')
    expect(table?.partition?.by[0]).not.toHaveProperty('derive')
    expect(() => mappingOf(table!)).toThrow(/no mapping/)
  })

  test('is parquet unless it says otherwise, and need not be divided', () => {
    const [table] = resolved(events('{name: id, type: string}')).tables
    expect(table).toMatchObject({format: 'parquet', partition: null})
  })
})

const EVENT_MISTAKES: readonly Case[] = [
  one(
    'a policy without an origin',
    events('{name: id, type: string, missing: error}'),
    '8:40',
    'tables.logs.columns[0].missing',
    /missing is for columns read from the source; id stands in files that others write/,
    /Remove missing, or add from/,
  ),
  one(
    'a source',
    events('{name: id, type: string}', '    source: {dynamodb: Logs}\n'),
    '9:5',
    'tables.logs.source',
    /events have no such source/,
    /Remove source, or write kind: changelog/,
  ),
  one(
    'an unknown format',
    events('{name: id, type: string}', '    format: avro\n'),
    '9:5',
    'tables.logs.format',
    /one of parquet, json/,
    /parquet or json/,
  ),
  one(
    'a change log as json',
    `${HEAD}tables:\n  t:\n    kind: changelog\n    key: [id]\n    format: json\n    columns: [{name: id, type: string, from: Id}]\n`,
    '9:5',
    'tables.t.format',
    /stored as parquet/,
    /Remove format, or write kind: events/,
  ),
  one(
    'a change log with a column from nowhere',
    `${HEAD}tables:\n  t:\n    kind: changelog\n    key: [id]\n    columns: [{name: id, type: string, from: Id}, {name: b, type: string}]\n`,
    '9:51',
    'tables.t.columns[1]',
    /neither from nor derive/,
    /Add from/,
  ),
  one(
    'a change log with a partition column from nowhere',
    `${HEAD}tables:\n  t:\n    kind: changelog\n    key: [id]\n    columns: [{name: id, type: string, from: Id}]\n    partition: {by: [{name: day}]}\n`,
    '10:22',
    'tables.t.partition.by[0].derive',
    /does not say what it is cut from/,
    /Add derive/,
  ),
  one(
    'an environment that changes the format',
    `sluice: 1\nlake: a\ndefault: l\nenvironments:\n  l: {backend: aws, region: eu-west-1, account: "111122223333", tables: {logs: {format: json}}}\ntables: {logs: {kind: events, columns: [{name: id, type: string}]}}\n`,
    '5:81',
    'environments.l.tables.logs.format',
    /cannot change format/,
    /Move it to tables.logs.format/,
  ),
]

describe('mistakes in events', () => testCases(EVENT_MISTAKES))

describe('crawlers', () => {
  test('are resolved for the environment, with the shortest time between two crawls', () => {
    const text = crawlers(
      '{logs: {name: "logs-{env}", tables: [logs], schedule: nightly}, other-one: {min_interval_hours: 0.5}}',
    )
    expect(resolved(text).crawlers).toEqual([
      {
        name: 'logs',
        awsName: 'logs-local',
        description: '',
        tables: ['logs'],
        schedule: 'nightly',
        minIntervalHours: 1,
      },
      {name: 'other-one', awsName: 'other-one', description: '', tables: [], schedule: null, minIntervalHours: 0.5},
    ])
  })

  test("a blueprint's crawler keeps what the file does not say", () => {
    const name = 'icpa-claims-analytics-crawler'
    const text = `${HEAD}blueprint: claims\ncrawlers: {${name}: {min_interval_hours: 6}}\n`
    expect(resolved(text).crawlers).toMatchObject([{name, tables: ['claims'], minIntervalHours: 6}])
    expect(resolved(`${HEAD}blueprint: claims\n`).crawlers).toMatchObject([{name, minIntervalHours: 1}])
  })

  const CRAWLER_MISTAKES: readonly Case[] = [
    one(
      'an unknown table',
      crawlers('{c: {tables: [log]}}'),
      '9:25',
      'crawlers.c.tables[0]',
      /no table log in this lake/,
      /logs/,
    ),
    one('no list', crawlers('{c: {tables: logs}}'), '9:16', 'crawlers.c.tables', /Expected a list/, /\[ … \]/),
    one(
      'a slip',
      crawlers('{c: {min_interval: 1}}'),
      '9:16',
      'crawlers.c.min_interval',
      /Unknown key/,
      /min_interval_hours/,
    ),
    one(
      'less than no time',
      crawlers('{c: {min_interval_hours: -1}}'),
      '9:16',
      'crawlers.c.min_interval_hours',
      /at least 0/,
      /at least 0/,
    ),
    one('a placeholder', crawlers('{c: {name: "c-{stage}"}}'), '9:16', 'crawlers.c.name', /no placeholder/, /\{env\}/),
    one(
      'two names for one',
      crawlers('{c: {}, d: {name: c}}'),
      '9:23',
      'crawlers.d.name',
      /are one crawler, c/,
      /Keep one/,
    ),
    one('a name that no shell takes', crawlers('{"c d": {}}'), '9:12', 'crawlers["c d"]', /no crawler name/, /name:/),
  ]
  testCases(CRAWLER_MISTAKES)
})
