import {describe, expect, it} from 'vitest'
import {athenaType, athenaTypeOfTrino, glueType, trinoType} from '../../src/lib/aws/glue-types.js'
import {decodePrestoView, encodePrestoView} from '../../src/lib/aws/presto-view.js'
import {SluiceError} from '../../src/lib/errors.js'

const VIEW = {
  name: 'claims_current',
  sql: 'SELECT "id", \'é 😀 */\' AS t\nFROM "claims"',
  database: 'lake',
  columns: [
    {name: 'Id', type: 'string'},
    {name: 'amount', type: 'decimal(18,2)'},
    {name: 'tags', type: 'array<string>'},
  ],
}

describe('encodePrestoView', () => {
  it('writes what Athena writes', () => {
    const text = encodePrestoView(VIEW, null)
    const [, base64 = ''] = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/.exec(text) ?? []
    expect(JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))).toEqual({
      originalSql: VIEW.sql,
      catalog: 'awsdatacatalog',
      schema: 'lake',
      columns: [
        {name: 'id', type: 'varchar'},
        {name: 'amount', type: 'decimal(18,2)'},
        {name: 'tags', type: 'array(varchar)'},
      ],
    })
    expect(decodePrestoView(text)?.originalSql).toBe(VIEW.sql)
  })

  it('keeps the other fields of a standing view', () => {
    const standing = {originalSql: 'SELECT 1', columns: [], owner: 'somebody', runAsInvoker: false}
    expect(decodePrestoView(encodePrestoView(VIEW, standing))).toMatchObject({owner: 'somebody', originalSql: VIEW.sql})
  })

  it('refuses a view that Glue cannot hold', () => {
    const fits = {...VIEW, sql: 'x'.repeat(306_000)}
    expect(encodePrestoView(fits, null).length).toBeLessThanOrEqual(409_600)
    const error = caught(() => encodePrestoView({...VIEW, sql: 'x'.repeat(308_000)}, null))
    expect(error).toBeInstanceOf(SluiceError)
    expect(error).toMatchObject({code: 'QUERY_INVALID', message: expect.stringContaining('claims_current')})
  })
})

describe('decodePrestoView', () => {
  const encoded = (document: unknown) =>
    `/* Presto View: ${Buffer.from(JSON.stringify(document)).toString('base64')} */`

  it.each([undefined, '', 'SELECT 1', '/* Presto View */', '/* Presto View: %%% */', encoded(null), encoded([1])])(
    'takes %j for no view',
    (text) => {
      expect(decodePrestoView(text)).toBeNull()
    },
  )

  it.each([
    {originalSql: 'x'},
    {columns: []},
    {originalSql: 1, columns: []},
    {originalSql: 'x', columns: [{name: 'a'}]},
  ])('takes %j for no view', (document) => {
    expect(decodePrestoView(encoded(document))).toBeNull()
  })
})

describe('types of Glue', () => {
  it.each([
    ['string', 'string', 'varchar'],
    ['boolean', 'boolean', 'boolean'],
    ['integer', 'int', 'integer'],
    ['bigint', 'bigint', 'bigint'],
    ['double', 'double', 'double'],
    ['timestamp', 'timestamp', 'timestamp(3)'],
    ['date', 'date', 'date'],
    ['binary', 'binary', 'varbinary'],
    ['decimal(18,2)', 'decimal(18,2)', 'decimal(18,2)'],
    ['array<string>', 'array<string>', 'array(varchar)'],
    ['array<integer>', 'array<int>', 'array(integer)'],
    ['array<decimal(38,0)>', 'array<decimal(38,0)>', 'array(decimal(38,0))'],
    ['map<string,integer>', 'map<string,int>', 'map(varchar, integer)'],
    [
      'struct<int:integer,b:array<binary>>',
      'struct<int:int,b:array<binary>>',
      'row("int" integer, "b" array(varbinary))',
    ],
    ['varchar(20)', 'varchar(20)', 'varchar(20)'],
  ])('writes %s as %s and reads it back; Trino calls it %s', (athena, glue, trino) => {
    expect(glueType(athena)).toBe(glue)
    expect(athenaType(glue)).toBe(athena)
    expect(trinoType(athena)).toBe(trino)
  })

  it.each([
    ['varchar', 'string'],
    ['varbinary', 'binary'],
    ['INT', 'int'],
    ['decimal( 18, 2 )', 'decimal(18,2)'],
    ['array< varchar >', 'array<string>'],
    ['not a type', 'not a type'],
    ['array', 'array'],
    ['struct<a>', 'struct<a>'],
  ])('writes %s as %s', (athena, glue) => {
    expect(glueType(athena)).toBe(glue)
  })

  it.each([
    ['varchar', 'string'],
    ['timestamp(3)', 'timestamp'],
    ['array(array(varbinary))', 'array<array<binary>>'],
    ['decimal(18,2)', 'decimal(18,2)'],
    ['timestamp(3) with time zone', 'timestamp(3) with time zone'],
  ])('reads %s of Trino as %s', (trino, athena) => {
    expect(athenaTypeOfTrino(trino)).toBe(athena)
  })
})

function caught(run: () => unknown): unknown {
  try {
    run()
    return null
  } catch (error) {
    return error
  }
}
