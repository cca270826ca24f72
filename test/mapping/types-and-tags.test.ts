import {afterAll, beforeAll, describe, expect, it, test} from 'vitest'
import {
  columnType,
  compileDuckdb,
  duckdbType,
  parseColumnType,
  storedColumns,
  type Column,
  type Condition,
  type SourceColumn,
  type TableMapping,
} from '../../src/lib/mapping/index.js'
import {mapByFunction, SqlMapper, type ComparedRow} from './map-items.js'

const policies = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const
const id: SourceColumn = {...policies, name: 'id', type: 'string', from: 'id'}

function mappingOf(columns: readonly Column[], more: Partial<TableMapping> = {}): TableMapping {
  return {table: 't', key: ['id'], columns: [id, ...columns], partition: null, when: [], skip: [], ...more}
}

let sql: SqlMapper

beforeAll(async () => {
  sql = await SqlMapper.open()
})
afterAll(() => sql.close())

/** The rows of items, which both forms of SQL and the row function agree on. */
async function rowsOf(mapping: TableMapping, items: readonly object[]): Promise<ComparedRow[]> {
  const rows = mapByFunction(mapping, items)
  for (const form of ['struct', 'json'] as const) expect(await sql.map(mapping, items, form)).toEqual(rows)
  return rows
}

type Example = readonly [column: Partial<SourceColumn>, attribute: object, expected: unknown]

/** Each as [column, attribute, its value or what is wrong with it]. */
const EXAMPLES: readonly Example[] = [
  [{type: 'binary'}, {B: 'AAEC'}, 'AAEC'],
  [{type: 'binary'}, {B: ''}, ''],
  [{type: 'binary'}, {B: 'AAE'}, 'wrong_type'],
  [{type: 'binary'}, {B: 'AB=='}, 'wrong_type'],
  [{type: 'binary'}, {S: 'AAEC'}, 'wrong_type'],
  [{type: 'string', tag: 'B'}, {B: 'AAEC'}, 'AAEC'],
  [{type: 'string', tag: 'B'}, {B: 'no base64'}, 'wrong_type'],
  [{type: 'string', tag: 'N'}, {N: '1.50E+125'}, '1.50E+125'],
  [{type: 'string', tag: 'N'}, {S: '1'}, 'wrong_type'],
  [{type: 'array<string>'}, {SS: ['b', 'a', '']}, ['b', 'a', '']],
  [{type: 'array<string>'}, {L: [{S: 'a'}]}, 'wrong_type'],
  [{type: 'array<string>', tag: 'L'}, {L: [{S: 'a'}, {S: 'a'}]}, ['a', 'a']],
  [{type: 'array<string>', tag: 'L'}, {L: []}, []],
  [{type: 'array<string>', tag: 'L'}, {L: [{S: 'a'}, {N: '1'}]}, 'wrong_type'],
  [{type: 'array<string>', tag: 'L'}, {L: [{S: 'a'}, {NULL: true}]}, 'wrong_type'],
  [{type: 'array<string>', tag: 'L'}, {SS: ['a']}, 'wrong_type'],
  [{type: 'array<string>', tag: 'NS'}, {NS: ['1E3', '0.10']}, ['1E3', '0.10']],
  [{type: 'array<bigint>'}, {NS: ['1E3', '-7']}, [1000n, -7n]],
  [{type: 'array<integer>'}, {NS: ['1', '1.5']}, 'inexact'],
  [{type: 'array<integer>', inexact: 'round'}, {NS: ['1', '1.5']}, [1, 2]],
  [{type: 'array<integer>', inexact: 'round'}, {NS: ['1E10']}, 'inexact'],
  [{type: 'array<integer>'}, {NS: ['1.5', 'one']}, 'wrong_type'],
  [{type: 'array<decimal(4,2)>', tag: 'L'}, {L: [{N: '1'}, {N: '2.5'}]}, ['1.00', '2.50']],
  [{type: 'array<double>', inexact: 'round'}, {NS: ['0.1']}, [0.1]],
  [{type: 'array<binary>'}, {BS: ['AA==', 'AQ==']}, ['AA==', 'AQ==']],
  [{type: 'array<binary>'}, {BS: ['AA=']}, 'wrong_type'],
  [{type: 'string', tag: 'L'}, {L: [{S: 'a'}, {M: {}}]}, [{S: 'a'}, {M: {}}]],
  [{type: 'string', tag: 'M'}, {M: {k: {L: [{N: '1'}]}}}, {k: {L: [{N: '1'}]}}],
  [{type: 'string', tag: 'M'}, {L: []}, 'wrong_type'],
  [{type: 'string', tag: 'SS'}, {SS: ['a']}, ['a']],
  [{type: 'string', tag: 'SS'}, {L: [{S: 'a'}]}, 'wrong_type'],
  [{type: 'string', tag: 'M', missing: 'quarantine'}, {NULL: true}, 'missing'],
  [{type: 'string', tag: 'M', missing: 'error', wrong_type: 'null'}, {S: 'x'}, null],
]

describe('an attribute', () => {
  test.each(EXAMPLES)('%j of %j is %s', async (more, attribute, expected) => {
    const column: SourceColumn = {...policies, name: 'x', type: 'string', from: 'x', ...more}
    const [row] = await rowsOf(mappingOf([column]), [{id: {S: 'k'}, x: attribute}])
    const reason = row!.problem?.split(' ')[1]
    expect(reason ?? row!.values?.['x']).toEqual(expected)
  })
})

describe('what stands against a row', () => {
  const strict: SourceColumn = {...policies, name: 'strict', type: 'integer', from: 'strict', wrong_type: 'error'}
  const lax: SourceColumn = {...policies, name: 'lax', type: 'integer', from: 'lax'}
  const when: readonly Condition[] = [{from: 'kind', one_of: ['a', '5', 'true']}]
  const skip: readonly Condition[] = [
    {from: ['meta', 'gone'], absent: true},
    {from: 'draft', starts_with: 't'},
  ]
  const mapping = mappingOf([lax, strict], {when, skip})
  const wrong = {lax: {S: ''}, strict: {S: ''}}
  const kept = {id: {S: 'k'}, kind: {S: 'a'}, meta: {M: {gone: {S: ''}}}}

  test.each([
    ['another table', {...wrong, draft: {BOOL: true}}, {state: 'elsewhere'}],
    ['a skipped item', {kind: {N: '5'}, ...wrong}, {state: 'skipped'}],
    ['a skipped item by the text of a boolean', {...kept, draft: {BOOL: true}}, {state: 'skipped'}],
    ['an attribute that is NULL is absent', {...kept, meta: {M: {gone: {NULL: true}}}}, {state: 'skipped'}],
    ['an attribute inside of what is no map is absent', {...kept, meta: {S: 'x'}}, {state: 'skipped'}],
    ['no key', {...kept, ...wrong, id: {N: '5'}}, {state: 'no_key'}],
    ['an error, though a quarantine comes first', {...kept, ...wrong}, {problem: 'error wrong_type strict'}],
    ['a quarantine', {...kept, lax: {S: ''}}, {problem: 'quarantine wrong_type lax'}],
    ['nothing', {...kept, kind: {BOOL: true}}, {problem: null}],
  ])('%s', async (_, item, expected) => {
    expect((await rowsOf(mapping, [item]))[0]).toMatchObject(expected)
  })
})

describe('the form of the read', () => {
  const formOf = (...columns: Column[]): string => compileDuckdb(mappingOf(columns)).itemType.slice(0, 6)
  const x: SourceColumn = {...policies, name: 'x', type: 'string', from: 'x'}

  it('is a STRUCT where the attributes fit into one, else JSON', () => {
    expect(formOf(x, {...x, name: 'y', from: ['map', 'x']})).toBe('STRUCT')
    expect(formOf(x, {...x, name: 'y', from: 'X'})).toBe('JSON')
    expect(formOf({...x, from: ['map', 'x']}, {...x, name: 'y', from: ['map', 'X']})).toBe('JSON')
    expect(formOf({...x, from: 'map', tag: 'M'}, {...x, name: 'y', from: ['map', 'x']})).toBe('JSON')
    expect(formOf(x, {name: 'y', type: 'string', derive: {lower: ['$X']}, class: 'internal'})).toBe('JSON')
    expect(formOf({name: 'y', type: 'string', derive: {rest: []}, class: 'internal'})).toBe('JSON')
  })
})

describe('a type', () => {
  test.each([
    ['binary', 'BLOB'],
    ['array<string>', 'VARCHAR[]'],
    ['array<binary>', 'BLOB[]'],
    ['array<decimal(9,2)>', 'DECIMAL(9,2)[]'],
  ])('%s is %s locally', (type, local) => {
    expect(duckdbType(columnType(type))).toBe(local)
  })

  test.each(['array<timestamp>', 'array<array<string>>', 'array<>', 'array<decimal(39,0)>', 'map<string,string>'])(
    '%s is none',
    (type) => {
      expect(parseColumnType(type)).toBeNull()
    },
  )

  it('stands in the catalog by the name of the definition', () => {
    const column: SourceColumn = {...policies, name: 'x', type: 'array<binary>', from: 'x'}
    expect(storedColumns(mappingOf([column]))[1]).toEqual({name: 'x', type: 'array<binary>'})
  })
})
