import {jsonText} from './json.js'
import {printableLines} from './text.js'
import {cellText, renderTable} from './table.js'
import type {Cell, Column, TableOptions} from './table.js'

/** How a command prints rows that are its answer (`--output`). */
export const ROW_FORMATS = ['table', 'ndjson', 'csv', 'md'] as const
export type RowFormat = (typeof ROW_FORMATS)[number]

/**
 * Rows in the chosen format. NDJSON is lossless; CSV tells NULL (nothing) from an empty text (`""`) and, like every
 * text that may reach a terminal, has no control characters but line breaks and tabs.
 */
export function renderRows<Row>(
  format: RowFormat,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions = {},
): string {
  switch (format) {
    case 'table':
      return renderTable(columns, rows, options)
    case 'ndjson':
      return rows.map((row) => ndjsonLine(columns, row)).join('\n')
    case 'csv':
      return [csvLine(columns.map(({title}) => title)), ...rows.map((row) => csvLine(cellsOf(columns, row)))].join('\n')
    case 'md':
      return markdown(columns, rows)
  }
}

function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): Cell[] {
  return columns.map((column) => column.value(row))
}

function ndjsonLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  return jsonText(Object.fromEntries(columns.map((column) => [column.title, column.value(row) ?? null])), 0)
}

function csvLine(cells: readonly Cell[]): string {
  return cells.map(csvCell).join(',')
}

function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString()
  const text = printableLines(String(cell))
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function markdown<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const text = (cell: Cell): string => cellText(cell).replaceAll('\\', '\\\\').replaceAll('|', '\\|')
  return [
    line(columns.map(({title}) => text(title))),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(cellsOf(columns, row).map(text))),
  ].join('\n')
}
