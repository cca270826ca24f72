import {afterAll, beforeAll, describe, expect, it, test} from 'vitest'
import {partitionPath, type SourceColumn, type TableMapping} from '../../src/lib/mapping/index.js'
import {mapByFunction, SqlMapper, type ComparedRow} from './map-items.js'

const read = (name: string, type: string, more: Partial<SourceColumn> = {}): SourceColumn => ({
  name,
  type,
  from: name,
  missing: 'null',
  inexact: 'quarantine',
  wrong_type: 'quarantine',
  class: 'internal',
  ...more,
})

/** Tasks out of a single-table design: users, tasks and counters share one DynamoDB table, told apart by their keys. */
const tasks: TableMapping = {
  table: 'task_events',
  key: ['user_id', 'task_id'],
  columns: [
    {name: 'user_id', type: 'string', derive: {slice_after: ['$PK', '#']}, class: 'internal'},
    {name: 'task_id', type: 'string', derive: {slice_after: ['$SK', '#']}, class: 'internal'},
    read('title', 'string'),
    {name: 'priority', type: 'string', derive: {coalesce: ['stated_priority', 'normal']}, class: 'internal'},
    read('stated_priority', 'string', {from: 'priority'}),
    {name: 'normal', type: 'string', derive: {constant: ['normal']}, class: 'internal'},
    read('labels', 'array<string>'),
    read('estimate', 'string', {tag: 'N'}),
    read('created_at', 'timestamp', {format: 'iso', missing: 'quarantine'}),
    {name: 'others', type: 'string', derive: {rest: []}, class: 'internal'},
  ],
  partition: {
    by: [
      {name: 'event_date', derive: {format_date: ['created_at', '%Y-%m-%d']}},
      {name: 'user', derive: {lower: ['user_id']}},
    ],
    immutable: true,
    path: '{event_date}/{user}/',
    fallback: 'load_day',
  },
  when: [
    {from: 'PK', starts_with: 'USER#'},
    {from: 'SK', starts_with: 'TASK#'},
  ],
  skip: [{from: 'status', one_of: ['draft', 'test']}],
}

const task = {
  PK: {S: 'USER#Ann'},
  SK: {S: 'TASK#7'},
  title: {S: 'Call'},
  labels: {SS: ['home', 'urgent']},
  estimate: {N: '12345678901234567890123456789.125'},
  created_at: {S: '2026-01-09T10:00:00.000Z'},
}

let sql: SqlMapper

beforeAll(async () => {
  sql = await SqlMapper.open()
})
afterAll(() => sql.close())

/** The row of an item, which SQL and the row function agree on. */
async function rowOf(item: object): Promise<ComparedRow> {
  const [row] = mapByFunction(tasks, [item])
  expect(await sql.map(tasks, [item])).toEqual([row])
  return row!
}

describe('a task', () => {
  it('has its key cut out of the composite key, and what no column names in one text', async () => {
    expect(await rowOf({...task, assignee: {M: {id: {N: '5'}}}, archived: {BOOL: false}})).toEqual({
      state: 'row',
      values: {
        user_id: 'Ann',
        task_id: '7',
        title: 'Call',
        priority: 'normal',
        stated_priority: null,
        normal: 'normal',
        labels: ['home', 'urgent'],
        estimate: '12345678901234567890123456789.125',
        created_at: '2026-01-09T10:00:00.000Z',
        others: {assignee: {M: {id: {N: '5'}}}, archived: {BOOL: false}},
      },
      problem: null,
      partition: ['2026-01-09', 'ann'],
    })
  })

  it('without further attributes has no rest', async () => {
    expect((await rowOf(task)).values).toMatchObject({others: null})
  })

  test.each([
    ['a user is elsewhere', {PK: {S: 'USER#Ann'}, SK: {S: 'PROFILE'}}, {state: 'elsewhere'}],
    ['an item without the attribute is elsewhere', {PK: {S: 'USER#Ann'}}, {state: 'elsewhere'}],
    ['another tag does not begin with anything', {...task, SK: {L: [{S: 'TASK#7'}]}}, {state: 'elsewhere'}],
    ['elsewhere comes before skipped', {...task, SK: {S: 'X'}, status: {S: 'draft'}}, {state: 'elsewhere'}],
    [
      'a draft is skipped, whatever else is wrong with it',
      {...task, status: {S: 'draft'}, title: {N: '5'}},
      {state: 'skipped'},
    ],
    ['an empty id is a text like any other', {...task, PK: {S: 'USER#'}}, {state: 'row'}],
  ])('%s', async (_, item, expected) => {
    expect(await rowOf(item)).toMatchObject(expected)
  })

  it('without a creation goes to the day of the load, and to no other user', async () => {
    const {created_at: _, ...item} = task
    expect(await rowOf(item)).toMatchObject({
      problem: 'quarantine missing created_at',
      partition: ['2026-01-14', 'ann'],
    })
  })
})

describe('the path of a partition', () => {
  test.each([
    ['ann', '2026-01-09/ann/'],
    ['a/b', '2026-01-09/a%2Fb/'],
    ['..', '2026-01-09/%2E%2E/'],
    ['.', '2026-01-09/%2E/'],
    ['...', '2026-01-09/.../'],
    ['', '2026-01-09/__HIVE_DEFAULT_PARTITION__/'],
  ])('of the user %j is %s', (user, path) => {
    expect(partitionPath(tasks.partition!, ['2026-01-09', user])).toBe(path)
  })
})
