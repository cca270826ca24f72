import {spawnSync} from 'node:child_process'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import stringWidth from 'string-width'
import type {Cell, Column} from '../../../src/lib/cli/output/cell.js'
import {rowWriter, ROW_FORMATS} from '../../../src/lib/cli/output/row-writer.js'
import type {RowFormat, RowWriterOptions} from '../../../src/lib/cli/output/row-writer.js'
import {cut, padded, widthOf} from '../../../src/lib/cli/output/width.js'

type Row = readonly Cell[]

const hasPython = spawnSync('python3', ['--version']).status === 0

function columnsOf(titles: readonly string[], more: Partial<Column<Row>> = {}): Column<Row>[] {
  return titles.map((title, index) => ({title, value: (row: Row) => row[index], ...more}))
}

function written(
  format: RowFormat,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options?: RowWriterOptions,
): {text: string; notes: string[]} {
  const writer = rowWriter(format, columns, options)
  // one by one, as a stream brings them
  const text = rows.map((row) => writer.rows([row])).join('') + writer.end()
  return {text, notes: writer.notes()}
}

describe('widths', () => {
  it.each([
    ['保険', 4],
    ['👨‍👩‍👧', 2],
    ['é', 1],
    ['a\u200bb', 2],
    ['🇬🇧', 2],
  ])('%s takes %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width)
    expect(widthOf(padded(text, 8, 'right'))).toBe(8)
  })

  it('a cut is between characters as people see them', () => {
    expect(cut('保険証券番号', 6)).toBe('保険…')
    expect(cut('👨‍👩‍👧👨‍👩‍👧👨‍👩‍👧', 4)).toBe('👨‍👩‍👧…')
    expect(cut('éééé', 3)).toBe('éé…')
    expect(cut('short', 5)).toBe('short')
  })
})

describe('tables', () => {
  it('give room fairly: the widest gives way, figures and narrow columns keep theirs', () => {
    const columns = [...columnsOf(['id']), {title: 'a', value: (row: Row) => row[1], prose: true}]
    const three = [...columns, {title: 'description', value: (row: Row) => row[2], prose: true}]
    const {text} = written('table', three, [['CLM-0001', 'short', 'x'.repeat(60)]], {widthColumns: 40})
    expect(text.split('\n')).toEqual(['id         a       description', `CLM-0001   short   ${'x'.repeat(20)}…`, ''])
  })

  it('that fit nowhere become records, and say so', () => {
    const columns = columnsOf(['id', 'name', 'city'])
    const {text, notes} = written('table', columns, [['1'.repeat(20), 'a', null]], {widthColumns: 20})
    expect(text).toBe(`row 1\n  id     ${'1'.repeat(20)}\n  name   a\n  city   NULL\n`)
    expect(notes).toEqual(['The 3 columns do not fit side by side, so every row is a record.'])
  })

  it('are measured by their first rows and stream the rest', () => {
    const writer = rowWriter('table', columnsOf(['n']))
    const numbers = Array.from({length: 999}, (_, index) => [index] as Row)
    expect(writer.rows(numbers)).toBe('')
    expect(writer.rows([[999]]).split('\n')).toHaveLength(1002)
    expect(writer.rows([[1_000_000]])).toBe('1,000,000\n')
    expect(writer.end()).toBe('')
  })

  it('fit the terminal, whatever the data holds', () => {
    const rows = fc.array(fc.tuple(fc.string({unit: 'grapheme'}), fc.string({unit: 'grapheme'})), {maxLength: 5})
    fc.assert(
      fc.property(rows, fc.integer({min: 15, max: 60}), (data, width) => {
        const {text} = written('table', columnsOf(['a', 'b'], {prose: true}), data, {widthColumns: width})
        for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('of wide characters have their columns under each other', () => {
    const {text} = written('table', columnsOf(['a', 'b']), [
      ['保険', 'x'],
      ['👨‍👩‍👧', 'x'],
      ['é', 'x'],
    ])
    const places = text
      .split('\n')
      .slice(1, -1)
      .map((line) => stringWidth(line.slice(0, line.indexOf('x'))))
    expect(places).toEqual([7, 7, 7])
  })
})

describe('every format', () => {
  const HOSTILE = 'a\u001b[31m\u009b2J\u202e\u2066b\r\u0007\u007f\u0000'

  it.each(ROW_FORMATS)('%s lets no control character through', (format) => {
    const {text} = written(format, columnsOf([`t${HOSTILE}`]), [[HOSTILE], [{nested: HOSTILE}], [[HOSTILE]]])

    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  })

  it.each([
    ['table', 'a\nNULL\n\n'],
    ['ndjson', '{"a":null}\n{"a":""}\n'],
    ['csv', 'a\n\n""\n'],
    ['md', '| a |\n| --- |\n| NULL |\n|  |\n'],
  ] as const)('%s tells NULL from an empty text', (format, expected) => {
    expect(written(format, columnsOf(['a']), [[null], ['']]).text).toBe(expected)
  })

  it.each([
    ['table', 'a\n'],
    ['ndjson', ''],
    ['csv', 'a\n'],
    ['md', '| a |\n| --- |\n'],
  ] as const)('%s without rows has its headings', (format, expected) => {
    expect(written(format, columnsOf(['a']), []).text).toBe(expected)
  })

  it('keeps nested values as JSON', () => {
    const nested = [{list: [1n, null, 'x'], big: 2n ** 64n}]
    const json = '{"list":[1,null,"x"],"big":"18446744073709551616"}'
    expect(written('table', columnsOf(['a']), [nested]).text).toContain(json)
    expect(written('ndjson', columnsOf(['a']), [nested]).text).toBe(`{"a":${json}}\n`)
    expect(written('csv', columnsOf(['a']), [nested]).text).toBe(`a\n"${json.replaceAll('"', '""')}"\n`)
  })
})

describe('NDJSON', () => {
  it('has a number where a reader keeps it, else a string', () => {
    const row = [7n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n), 1.5, Number.NaN, -Infinity]
    const {text} = written('ndjson', columnsOf([...'abcdefg']), [row])
    expect(text).toBe(
      '{"a":7,"b":9007199254740991,"c":"9007199254740992","d":"-9223372036854775808","e":1.5,"f":"NaN","g":"-Infinity"}\n',
    )
  })
})

describe('CSV', () => {
  const RISKY = ['=1+1', '+44 20 7946', '-x', '@SUM(A1)', '\tx', '\uff1d1', '=HYPERLINK("a","b")']

  it('guards text that a spreadsheet would run, and counts it; numbers stay numbers', () => {
    const {text, notes} = written(
      'csv',
      columnsOf(['a']),
      [...RISKY, '-5', '+1.5', '-2e3', -5, -5n].map((x) => [x]),
    )
    const lines = text.split('\n').slice(1, -1)
    expect(lines.slice(0, 3)).toEqual(["'=1+1", "'+44 20 7946", "'-x"])
    expect(lines.slice(RISKY.length)).toEqual(['-5', '+1.5', '-2e3', '-5', '-5'])
    expect(notes[0]).toMatch(/^7 texts that begin like a formula got a ' in front/)
  })

  it('leaves them on request', () => {
    const {text, notes} = written('csv', columnsOf(['a']), [['=1+1']], {csv: {isExact: true}})
    expect([text, notes]).toEqual(['a\n=1+1\n', []])
  })

  it.skipIf(!hasPython)("is read by Python's csv module as it was (skipped without python3)", () => {
    const values = ['plain', 'a,b', 'q"q', 'two\nlines', 'crlf\r\nx', ' blanks ', '保険', '', "it's", '\\', ';']
    const {text} = written(
      'csv',
      columnsOf(['a', 'b']),
      values.map((value) => [value, 'end']),
    )
    const script =
      'import csv,sys,json,io; print(json.dumps(list(csv.reader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))'
    const {stdout} = spawnSync('python3', ['-c', script], {input: text, encoding: 'utf8'})
    expect(JSON.parse(stdout)).toEqual([['a', 'b'], ...values.map((value) => [value, 'end'])])
  })
})

describe('Markdown', () => {
  it('has no markup of the data', () => {
    const {text} = written('md', columnsOf(['claim_id', '_op']), [['a|b', '<b>*x*</b> `c` [l](u) \\']])
    expect(text.split('\n')[0]).toBe('| claim_id | \\_op |')
    expect(text.split('\n')[2]).toBe('| a\\|b | &lt;b>\\*x\\*&lt;/b> \\`c\\` \\[l\\](u) \\\\ |')
  })
})
