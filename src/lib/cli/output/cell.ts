import {jsonLine} from './json.js'
import {printable} from './text.js'
import {instantText} from './time.js'

/**
 * What a cell may hold; `null` and `undefined` print as NULL, `''` as nothing, arrays and objects as JSON.
 * Figures that no JavaScript number holds come as bigint or as decimal text.
 */
export type Cell =
  string | number | bigint | boolean | Date | null | undefined | readonly Cell[] | {readonly [name: string]: Cell}

export interface Column<Row> {
  /** Name in the heading, in CSV and as a property in NDJSON. */
  readonly title: string
  readonly value: (row: Row) => Cell
  /** Default: right for a column of numbers, else left. */
  readonly align?: 'left' | 'right'
  /** Prose may be cut where the terminal is narrow; ids, names and figures never are. */
  readonly prose?: boolean
  /** Figures are data and stand bare, without the separators that people read by. */
  readonly bare?: boolean
}

/** A cell for people: NULL spelled, counts with separators, instants in UTC, nothing that moves the cursor. */
export function cellText(cell: Cell, isBare = false): string {
  if (cell === null || cell === undefined) return 'NULL'
  if (cell instanceof Date) return instantText(cell)
  if (typeof cell === 'object') return printable(jsonLine(cell))
  if (typeof cell === 'string' || typeof cell === 'boolean' || isBare) return printable(String(cell))
  if (typeof cell === 'bigint') return cell.toLocaleString('en-US')
  return cell.toLocaleString('en-US', {maximumFractionDigits: 20})
}

/** The cells of a row, in the order of the columns. */
export function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): Cell[] {
  return columns.map((column) => column.value(row))
}

/** The cells of a row as text for people. */
export function textsOf<Row>(columns: readonly Column<Row>[], row: Row): string[] {
  return columns.map((column) => cellText(column.value(row), column.bare))
}
