import CliTable from 'cli-table3'
import {instantText} from './time.js'
import {printable} from './text.js'

/** What a cell may hold; `null` and `undefined` print as NULL, `''` as nothing. */
export type Cell = string | number | bigint | boolean | Date | null | undefined

export interface Column<Row> {
  /** Name in the heading, in CSV and as a property in NDJSON. */
  readonly title: string
  readonly value: (row: Row) => Cell
  /** Default: right for a column of numbers, else left. */
  readonly align?: 'left' | 'right'
  /** Prose may be cut where the terminal is narrow; ids, names and figures never are. */
  readonly prose?: boolean
}

export interface TableOptions {
  /** Columns of the terminal; without it nothing is cut. */
  readonly widthColumns?: number
}

const GAP = 3
const NARROWEST_PROSE = 10
const NO_BORDER = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left', 'left-mid']
    .concat(['mid', 'mid-mid', 'right', 'right-mid', 'middle'])
    .map((name) => [name, '']),
)

/** A table without borders: headings, then one line a row; no line ends in blanks. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions = {},
): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)))
  const texts = cells.map((line) => line.map(cellText))
  const table = tableOf(columns, cells, null)
  table.push(...texts)
  const width = widestLine(table.toString())
  if (options.widthColumns === undefined || width <= options.widthColumns) return trimmed(table.toString())
  const narrow = tableOf(columns, cells, proseWidths(columns, texts, width - options.widthColumns))
  narrow.push(...texts)
  return trimmed(narrow.toString())
}

/** A cell for people: NULL spelled, counts with separators, instants in UTC, nothing that moves the cursor. */
export function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return 'NULL'
  if (cell instanceof Date) return instantText(cell)
  if (typeof cell === 'bigint') return cell.toLocaleString('en-US')
  if (typeof cell === 'number') return cell.toLocaleString('en-US', {maximumFractionDigits: 20})
  return printable(String(cell))
}

function tableOf<Row>(columns: readonly Column<Row>[], cells: readonly Cell[][], widths: (number | null)[] | null) {
  return new CliTable({
    head: columns.map((column) => printable(column.title)),
    colAligns: columns.map((column, index) => column.align ?? alignmentOf(cells.map((line) => line[index]))),
    chars: NO_BORDER,
    // the library's defaults paint head and border even into a pipe
    style: {head: [], border: [], 'padding-left': 0, 'padding-right': GAP},
    truncate: '…',
    ...(widths === null ? {} : {colWidths: widths}),
  })
}

function alignmentOf(cells: readonly Cell[]): 'left' | 'right' {
  const known = cells.filter((cell) => cell !== null && cell !== undefined)
  const numbers = known.every((cell) => typeof cell === 'number' || typeof cell === 'bigint')
  return known.length > 0 && numbers ? 'right' : 'left'
}

/** Takes `excess` columns away from the prose, the widest first; `null` leaves a column as wide as it needs. */
function proseWidths<Row>(
  columns: readonly Column<Row>[],
  texts: readonly string[][],
  excess: number,
): (number | null)[] {
  const widths = columns.map((column, index) => widestCell(column.title, texts, index))
  const wanted = [...widths]
  let left = excess
  while (left > 0) {
    const index = widestProse(columns, wanted)
    if (index === -1) break
    wanted[index] = (wanted[index] ?? 0) - 1
    left -= 1
  }
  return wanted.map((width, index) => (width === widths[index] ? null : width + GAP))
}

function widestProse<Row>(columns: readonly Column<Row>[], widths: readonly number[]): number {
  return columns.reduce((best, column, index) => {
    const width = widths[index] ?? 0
    if (column.prose !== true || width <= NARROWEST_PROSE) return best
    return best === -1 || width > (widths[best] ?? 0) ? index : best
  }, -1)
}

function widestCell(title: string, texts: readonly string[][], index: number): number {
  return Math.max(title.length, ...texts.map((line) => line[index]?.length ?? 0))
}

function widestLine(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.trimEnd().length))
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
