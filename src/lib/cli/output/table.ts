import {cellsOf, textsOf, type Column} from './cell.js'
import {headingLines, layoutOf, rowLines} from './table-layout.js'

export {cellText, type Cell, type Column} from './cell.js'

export interface TableOptions {
  /** Columns of the terminal; without it nothing is cut. */
  readonly widthColumns?: number
}

/** A table without borders: headings, then one line a row; no line ends in blanks. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions = {},
): string {
  const texts = rows.map((row) => textsOf(columns, row))
  const cells = rows.map((row) => cellsOf(columns, row))
  const layout = layoutOf(columns, cells, texts, options.widthColumns)
  return [...headingLines(layout), ...texts.flatMap((line, index) => rowLines(line, layout, index + 1))].join('\n')
}
