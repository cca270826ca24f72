import {describe} from 'vitest'
import {HEAD} from './definition-text.js'
import {one, testCases, type Case} from './mistake-case.js'

const claims = (more: string): string => `${HEAD}blueprint: claims\n${more}`
const panel = (text: string): string => claims(`panels: {p: {${text}}}\n`)
const WHOLE = 'kind: breakdown, table: claims, time: created_at, columns: [{name: a}]'
const rollup = (sql: string): string => claims(`rollups: {r: {table: claims, time: created_at, sql: "${sql}"}}\n`)

const PANELS: readonly Case[] = [
  one('incomplete', panel('kind: list'), '6:10', 'panels.p', /no table, time, columns, sql/, /Add|Known|mean/i),
  one(
    'of no table',
    panel(`${WHOLE.replace('claims', 'claim')}, sql: SELECT 1 AS a`),
    '6:31',
    'panels.p.table',
    /no table claim/,
    /claims/,
  ),
  one(
    'without a step',
    panel(
      `${WHOLE.replace('breakdown', 'trend').replace('{name: a}', '{name: a}, {name: b, unit: count}')}, sql: SELECT 1 AS a`,
    ),
    '6:10',
    'panels.p',
    /no step/,
    /day, week or month/,
  ),
  one(
    'a step of a list',
    claims('panels: {hard_cases: {step: day}}\n'),
    '6:23',
    'panels.hard_cases.step',
    /Only a trend/,
    /Remove/,
  ),
  one(
    'nothing to draw',
    claims('panels: {cost_by_week: {columns: [{name: week}, {name: currency}]}}\n'),
    '6:25',
    'panels.cost_by_week.columns',
    /what is drawn/,
    /unit/,
  ),
  one(
    'a person',
    panel(`${WHOLE}, sql: SELECT claimant_id AS a FROM claims_period`),
    '6:86',
    'panels.p.sql',
    /names claimant_id, which is personal/,
    /no data of persons/,
  ),
  one(
    'every column',
    panel(`${WHOLE}, sql: SELECT * FROM claims_current`),
    '6:86',
    'panels.p.sql',
    /reads every column/,
    /name other columns/,
  ),
  one(
    'an excluded count as column',
    claims('panels: {bottleneck: {columns: [{name: excluded_x}]}}\n'),
    '6:23',
    'panels.bottleneck.columns',
    /excluded count/,
    /Remove/,
  ),
  one(
    'a rollup without buckets',
    rollup('SELECT COUNT(*) AS c FROM claims_period'),
    '6:48',
    'rollups.r.sql',
    /does not group claims_period by bucket/,
    /Select bucket/,
  ),
  one(
    'a rollup with parameters',
    rollup('SELECT bucket, $to AS t FROM claims_period'),
    '6:48',
    'rollups.r.sql',
    /names \$to/,
    /no parameters/,
  ),
]

describe('a panel', () => testCases(PANELS))
