import {describe, expect, it} from 'vitest'
import {renderRows} from '../../../src/lib/cli/output/rows.js'
import {renderTable} from '../../../src/lib/cli/output/table.js'
import type {Cell, Column} from '../../../src/lib/cli/output/table.js'

type Row = Readonly<Record<string, Cell>>

const columns: Column<Row>[] = [
  {title: 'table', value: (row) => row['table']},
  {title: 'rows', value: (row) => row['rows']},
  {title: 'note', value: (row) => row['note'], prose: true},
]
const rows: Row[] = [
  {table: 'claims', rows: 2_310_441, note: 'says "hi", twice'},
  {table: '保険', rows: null, note: ''},
  {table: 'a\u001b[31mb\u202e', rows: 7n, note: 'two\nlines | bar'},
]

describe('renderTable', () => {
  it('aligns wide characters, numbers to the right, NULL spelled, nothing unprintable', () => {
    expect(renderTable(columns, rows)).toBe(
      [
        'table         rows   note',
        'claims   2,310,441   says "hi", twice',
        '保険          NULL',
        'ab               7   two lines | bar',
      ].join('\n'),
    )
  })

  it('cuts prose and nothing else where the terminal is narrow', () => {
    const long = [{table: 'claims__quarantine', rows: 1, note: 'x'.repeat(60)}]
    const lines = renderTable(columns, long, {widthColumns: 50}).split('\n')
    expect(lines[1]).toMatch(/^claims__quarantine {6}1 {3}x+…$/)
    expect(lines[1]?.length).toBe(50)
  })

  it('prints headings without rows', () => {
    expect(renderTable(columns, [])).toBe('table   rows   note')
  })
})

describe('renderRows', () => {
  it('CSV tells NULL from an empty text and quotes what it must', () => {
    expect(renderRows('csv', columns, rows)).toBe(
      [
        'table,rows,note',
        'claims,2310441,"says ""hi"", twice"',
        '保険,,""',
        'a\\u001b[31mb\\u202e,7,"two\nlines | bar"',
      ].join('\n'),
    )
  })

  it('NDJSON loses nothing', () => {
    const lines = renderRows('ndjson', columns, rows).split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      {table: 'claims', rows: 2_310_441, note: 'says "hi", twice'},
      {table: '保険', rows: null, note: ''},
      {table: 'a\u001b[31mb\u202e', rows: 7, note: 'two\nlines | bar'},
    ])
    expect(lines[2]).not.toContain('\u202e')
  })

  it('Markdown keeps a bar inside its cell', () => {
    expect(renderRows('md', columns, rows).split('\n').slice(0, 3)).toEqual([
      '| table | rows | note |',
      '| --- | --- | --- |',
      '| claims | 2,310,441 | says "hi", twice |',
    ])
    expect(renderRows('md', columns, rows)).toContain('two lines \\| bar')
  })
})
