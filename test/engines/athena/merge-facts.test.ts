import {describe, expect, it} from 'vitest'
import {factsSql, keptSql, readFacts} from '../../../src/lib/engines/athena/merge-facts.js'

const COLUMNS = [
  {name: 'id', type: 'string'},
  {name: 'n', type: 'bigint'},
  {name: 'amount', type: 'decimal(18,2)'},
  {name: 'at', type: 'timestamp'},
  {name: 'tags', type: 'array<string>'},
]

describe('facts of rows by Athena', () => {
  it('are one row of a statement that reads each column once', () => {
    expect(factsSql(COLUMNS, '"t"')).toBe(
      [
        'SELECT count(*), to_hex(checksum(ROW("id", "n", "amount", "at", "tags"))), count("id")',
        'count("n"), CAST(min("n") AS varchar), CAST(max("n") AS varchar)',
        'count("amount"), CAST(min("amount") AS varchar), CAST(max("amount") AS varchar)',
        `count("at"), CAST(min(date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00.000', "at")) AS varchar)`,
        `CAST(max(date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00.000', "at")) AS varchar)`,
        'count("tags") FROM "t"',
      ].join(', '),
    )
  })

  it('are counted in the units of footers, without values of texts', () => {
    const row = ['10', 'ABCD', '10', '8', '-3', '12', '9', '-0.05', '10.00', '10', '1', '2', '4']
    expect(readFacts(row, COLUMNS)).toEqual({
      rows: 10,
      digest: 'ABCD',
      columns: [
        {name: 'id', type: 'string', nulls: 0},
        {name: 'n', type: 'bigint', nulls: 2, min: '-3', max: '12'},
        {name: 'amount', type: 'decimal(18,2)', nulls: 1, min: '-5', max: '1000'},
        {name: 'at', type: 'timestamp', nulls: 0, min: '1000', max: '2000'},
        {name: 'tags', type: 'array<string>', nulls: 6},
      ],
    })
  })

  it('have no bounds where every value is NULL', () => {
    expect(readFacts(['0', null, '0', null, null], COLUMNS.slice(1, 2))).toEqual({
      rows: 0,
      digest: '0',
      columns: [{name: 'n', type: 'bigint', nulls: 0}],
    })
  })

  it('leave out the rows of dropped runs, and only those', () => {
    expect(keptSql([])).toBe('')
    expect(keptSql(["a'b", 'c'])).toBe(` WHERE ("_source" IS NULL OR "_source" NOT IN ('a''b', 'c'))`)
  })
})
