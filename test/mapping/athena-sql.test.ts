import {describe, expect, it, test} from 'vitest'
import {mappingOf as mappingOfTable} from '../../src/lib/lake/hash.js'
import {readDefinition} from '../../src/lib/lake/read.js'
import {resolveDefinition} from '../../src/lib/lake/resolve.js'
import {
  ATHENA_REFUSALS,
  athenaRefusals,
  compileAthena,
  storedColumns,
  type Column,
  type Derivation,
  type SourceColumn,
  type TableMapping,
} from '../../src/lib/mapping/index.js'
import {HEAD} from '../lake/definition-text.js'
import {everyTypeMapping, hostileNamesMapping} from './arbitrary-items.js'

const policies = {missing: 'null', inexact: 'quarantine', wrong_type: 'quarantine', class: 'internal'} as const
const id: SourceColumn = {...policies, name: 'id', type: 'string', from: 'id'}
const origin = {version: BigInt(Date.parse('2026-01-14T10:18:50Z')) * 1000n, sourceRank: 0, source: "run's"}

function mappingOf(columns: readonly Column[], more: Partial<TableMapping> = {}): TableMapping {
  return {table: 't', key: ['id'], columns: [id, ...columns], partition: null, when: [], skip: [], ...more}
}

const rowsSql = (mapping: TableMapping): string => compileAthena(mapping).rowsSql('db.lines', origin)

/** A statement with a mark in the place of each text literal; fails where a literal does not end. */
function withoutLiterals(sql: string): string {
  const bare = sql.replaceAll(/'(?:[^']|'')*'/g, 'TEXT')
  expect(bare).not.toContain("'")
  return bare
}

/** Names that a SELECT gives at the outermost level. */
function outputNames(sql: string): string[] {
  const bare = withoutLiterals(sql).slice('(SELECT '.length)
  const parts: string[] = ['']
  let depth = 0
  for (const character of bare.slice(0, bare.indexOf(' FROM (SELECT *'))) {
    if (character === '(') depth += 1
    if (character === ')') depth -= 1
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.map((part) => part.trim().split(' ').at(-1)!.replaceAll('"', ''))
}

describe('the rows', () => {
  it('have the stored columns, then the partition, and what stands against them', () => {
    expect(outputNames(rowsSql(everyTypeMapping))).toEqual([
      ...storedColumns(everyTypeMapping).map(({name}) => name),
      'year',
      'hour',
      'kind',
      'any',
      '_class',
      '_place',
      '_problem',
      '_unwritable',
      '_file',
      '_line',
    ])
    const {columns, partitionColumns} = compileAthena(everyTypeMapping)
    expect([...columns, ...partitionColumns]).toHaveLength(storedColumns(everyTypeMapping).length + 4)
  })

  it('say where they come from', () => {
    const sql = rowsSql(mappingOf([]))
    expect(sql).toContain(`CAST(${origin.version} AS BIGINT) AS _version`)
    expect(sql).toContain(`CAST('run''s' AS VARCHAR) AS _source`)
  })

  it('put the day of the load in the place of a missing time', () => {
    const sql = rowsSql(everyTypeMapping)
    expect(sql).toContain(`coalesce("created_at", TIMESTAMP '2026-01-14 00:00:00.000')`)
    const {partition} = everyTypeMapping
    expect(rowsSql({...everyTypeMapping, partition: {...partition!, fallback: 'null'}})).not.toContain('2026-01-14')
  })

  it('are those of a relation that is named once', () => {
    expect(rowsSql(everyTypeMapping).split('db.lines')).toHaveLength(2)
  })

  it('are the same for the same mapping', () => {
    expect(rowsSql(everyTypeMapping)).toBe(rowsSql(everyTypeMapping))
  })

  it('of a condition are classed before good ones', () => {
    const sql = compileAthena(mappingOf([]), {where: `id = 'a'`}).rowsSql('db.lines', origin)
    expect(sql.indexOf(`NOT coalesce((id = 'a'), false)`)).toBeLessThan(sql.indexOf('WHEN _problem IS NULL'))
  })
})

describe('a name or text', () => {
  const hostile = [
    `'; DROP TABLE t; --`,
    `''`,
    `\\'`,
    `"`,
    `$["x"]`,
    `$.S`,
    `a.b`,
    `--`,
    `/*`,
    `\u0000'`,
    `'\u0000`,
    `\n`,
    `{x}`,
    `%`,
    `😀'`,
    `é`,
  ]

  test.each(hostile)('%j stays a text', (name) => {
    const derivations: Derivation[] = [
      {constant: [name]},
      {slice_after: [`$${name}`, name]},
      {slice_before: [`$${name}`, name]},
      {coalesce: [`$${name}`, 'id']},
      {rest: []},
    ]
    const build = (text: string): TableMapping => {
      const swap = <Value>(value: Value): Value =>
        JSON.parse(JSON.stringify(value), (_, part: unknown) =>
          typeof part === 'string' ? part.replaceAll(name, () => text) : part,
        ) as Value
      return mappingOf(
        [
          {...policies, name: 'x', type: 'string', from: text},
          {...policies, name: 'y', type: 'bigint', from: [text, text]},
          ...swap(derivations).map((derive, index): Column => ({
            name: `d${index}`,
            type: 'string',
            derive,
            class: 'internal',
          })),
        ],
        {
          when: [{from: text, starts_with: text}],
          skip: [
            {from: [text, 'x'], one_of: [text, 'x']},
            {from: text, absent: true},
          ],
        },
      )
    }
    const plain = withoutLiterals(rowsSql(build('a')))
    // U+0000 is spliced in by a function; a separator's length is a number of the statement.
    const bare = withoutLiterals(rowsSql(build(name))).replaceAll('TEXT || chr(0) || TEXT', 'TEXT')
    const length = `+ ${[...name].length})`
    expect(bare.replaceAll(length, '+ 1)')).toBe(plain)
    expect(rowsSql(build(name))).not.toContain('\u0000')
  })

  it('is quoted where it is a column', () => {
    const sql = rowsSql(mappingOf([{...policies, name: 'a"b', type: 'string', from: 'x'}]))
    expect(sql).toContain('"a""b"')
  })
})

describe('the size of a statement', () => {
  it('is a small part of what Athena takes for the claims', () => {
    const lake = resolveDefinition(
      readDefinition(`${HEAD}blueprint: claims\n`, '/lakes/sluice.yaml', 'sluice.yaml'),
      'local',
    )
    const claims = mappingOfTable(lake.tables[0]!)
    expect(claims.columns).toHaveLength(36)
    expect(Buffer.byteLength(rowsSql(claims))).toBeLessThan(32_000)
  })

  it('keeps expressions small: Trino compiles each to one method', () => {
    const columns = Array.from({length: 100}, (_, index): Column => ({
      ...policies,
      name: `c${index}`,
      type: 'bigint',
      from: `c${index}`,
    }))
    const sql = rowsSql(mappingOf(columns))
    for (const group of [0, 1, 2, 3, 4]) expect(sql).toContain(` END AS _q${group}`)
    // All that name a problem name it twice.
    expect(sql.match(/\b_p7\b/g)).toHaveLength(3)
  })
})

describe('what Athena cannot do', () => {
  const immutable: TableMapping = {...everyTypeMapping, partition: {...everyTypeMapping.partition!, immutable: true}}

  it('is nothing for these', () => {
    expect(athenaRefusals(everyTypeMapping)).toEqual([])
    expect(athenaRefusals(hostileNamesMapping)).toEqual([])
    expect(athenaRefusals(immutable, {shape: 'items', broadcasts: 'homeless'})).toEqual([])
    expect(athenaRefusals(immutable, {shape: 'changes'})).toEqual([])
    expect(athenaRefusals(mappingOf([]), {broadcasts: 'all'})).toEqual([])
  })

  it('has a name', () => {
    const hmac = {name: 'x', type: 'string', derive: {hmac_sha256: ['$id']}, class: 'internal'} as unknown as Column
    const many = Array.from({length: 400}, (_, index): Column => ({...id, name: `c${index}`}))
    expect(athenaRefusals(mappingOf([{...id, name: 'x', from: '\ud83d'}]))).toEqual(['half_characters'])
    expect(athenaRefusals(mappingOf([]), {where: `id = '\udc00'`})).toEqual(['half_characters'])
    expect(athenaRefusals(mappingOf([hmac]))).toEqual(['secret_in_query'])
    expect(athenaRefusals(mappingOf(many.map((column) => ({...column, type: 'bigint'}))))).toEqual(['too_long'])
  })

  it('is refused', () => {
    expect(() => compileAthena(mappingOf([]), {where: `id = '\udc00'`})).toThrow(ATHENA_REFUSALS.half_characters)
  })
})

describe('a local time', () => {
  const local = (zone: string, inexact: SourceColumn['inexact']): string =>
    rowsSql(mappingOf([{...policies, name: 'x', type: 'timestamp', from: 'x', format: 'iso_local', zone, inexact}]))

  it('is read by the zone data of this process: the statement names no zone', () => {
    const change = Date.UTC(2026, 2, 29, 1) / 1000
    expect(local('Europe/London', 'quarantine')).toContain(`,${change},${change + 3600},`)
    expect(local('Europe/London', 'round')).toContain(`,${change + 3600},`)
    expect(local('Europe/London', 'round')).not.toContain(`,${change},`)
    expect(local('Europe/London', 'round')).not.toContain('London')
  })

  it('needs no table where clocks never change', () => {
    expect(local('UTC', 'quarantine')).not.toContain('width_bucket')
  })
})
