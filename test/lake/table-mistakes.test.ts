import {describe} from 'vitest'
import {HEAD} from './definition-text.js'
import {one, testCases, type Case} from './mistake-case.js'

const TIMES = '{name: a, type: timestamp, from: A, format: iso}'
const table = (more: string): string =>
  `${HEAD}tables:\n  t:\n    kind: changelog\n    columns: [{name: id, type: string, from: Id}, {name: n, type: integer, from: N}, ${TIMES}]\n${more}`
const partition = (text: string): string => table(`    key: [id]\n    partition: ${text}\n`)
const DAY = '{name: day, derive: {format_date: [a, "%d"]}}'
const claims = (more: string): string => `${HEAD}blueprint: claims\n${more}`

const TABLES: readonly Case[] = [
  one(
    'no kind',
    table('    key: [id]\n').replace('    kind: changelog\n', ''),
    '6:3',
    'tables.t.kind',
    /no kind/,
    /kind: changelog/,
  ),
  {name: 'no key', text: table(''), at: '6:3', path: 'tables.t.key', message: /no key/, fix: /Add key/},
  one('unknown key column', table('    key: [ix]\n'), '9:11', 'tables.t.key[0]', /no column ix/, /mean id/),
  one('integer key', table('    key: [n]\n'), '9:11', 'tables.t.key[0]', /is integer/, /Change its type/),
  one(
    'reserved table',
    table('    key: [id]\n').replace('  t:', '  t__runs:'),
    '6:3',
    'tables.t__runs',
    /reserved/,
    /Rename/,
  ),
  one(
    'share over 1',
    table('    key: [id]\n    max_vanished: 5\n'),
    '10:5',
    'tables.t.max_vanished',
    /at most 1/,
    /at most 1/,
  ),
  one(
    'partition collides',
    partition('{by: [{name: n, derive: {format_date: [a, "%d"]}}]}'),
    '10:23',
    'tables.t.partition.by[0].name',
    /a column and a partition/,
    /n_part/,
  ),
  one(
    'partition is no text',
    partition('{by: [{name: p, derive: {equal: [id, id]}}]}'),
    '10:32',
    'tables.t.partition.by[0].derive',
    /text/,
    /format_date/,
  ),
  one(
    'minutes in a pattern',
    partition('{by: [{name: p, derive: {format_date: [a, "%M"]}}]}'),
    '10:58',
    'tables.t.partition.by[0].derive.format_date[1]',
    /not built of/,
    /%Y-%m-%d/,
  ),
  one(
    'path without column',
    partition(`{by: [${DAY}], path: "all/"}`),
    '10:70',
    'tables.t.partition.path',
    /does not name \{day\}/,
    /\{day\}/,
  ),
  one(
    'path with a stranger',
    partition(`{by: [${DAY}], path: "{day}/{dey}/"}`),
    '10:70',
    'tables.t.partition.path',
    /\{dey\}/,
    /day/,
  ),
  one(
    'path with one twice',
    partition(`{by: [${DAY}], path: "{day}/{day}/"}`),
    '10:70',
    'tables.t.partition.path',
    /2 times/,
    /\{day\}/,
  ),
]

const OVERRIDES: readonly Case[] = [
  one(
    'removed operand',
    claims('tables:\n  claims:\n    columns:\n      - {name: decided_at, remove: true}\n'),
    '9:9',
    'tables.claims.columns[0]',
    /processing_ms needs/,
    /Remove processing_ms/,
  ),
  one(
    'changed operand',
    claims('tables: {claims: {columns: [{name: ai_cost, type: string}]}}\n'),
    '6:45',
    'tables.claims.columns[0].type',
    /add needs/,
    /Use a column/,
  ),
  one(
    'nothing to remove',
    claims('tables: {claims: {columns: [{name: ai_costs, remove: true}]}}\n'),
    '6:30',
    'tables.claims.columns[0].name',
    /no column ai_costs/,
    /mean ai_cost/,
  ),
  one(
    'unknown KPI',
    claims('kpis: {override: {enabled: false}}\n'),
    '6:8',
    'kpis.override',
    /no table, unit/,
    /Known|mean/,
  ),
  one(
    'thresholds swapped',
    claims('kpis: {override_rate: {thresholds: {green: 0.3}}}\n'),
    '6:24',
    'kpis.override_rate.thresholds',
    /cannot be worse/,
    /Swap/,
  ),
  one(
    'threshold is no number',
    claims('kpis: {override_rate: {thresholds: {green: "5%"}}}\n'),
    '6:37',
    'kpis.override_rate.thresholds.green',
    /no decimal/,
    /digits/,
  ),
  one(
    'KPI of no table',
    claims('kpis: {override_rate: {table: claim}}\n'),
    '6:24',
    'kpis.override_rate.table',
    /no table claim/,
    /claims/,
  ),
]

describe('a table', () => testCases(TABLES))

describe('an override of the blueprint', () => testCases(OVERRIDES))
