import {rowWriter, type RowFormat, type RowWriterOptions} from './row-writer.js'
import type {Column} from './cell.js'

export {ROW_FORMATS, type RowFormat} from './row-writer.js'

/** A few rows in the chosen format, as one text without a line end; see {@link rowWriter} for many. */
export function renderRows<Row>(
  format: RowFormat,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: RowWriterOptions = {},
): string {
  const writer = rowWriter(format, columns, options)
  const text = writer.rows(rows) + writer.end()
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
