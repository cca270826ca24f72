import type {Cell, Column} from './cell.js'
import {printable} from './text.js'
import {cut, padded, widthOf} from './width.js'

/** How the columns of a table share a line, or that they do not fit side by side. */
export type TableLayout =
  | {readonly kind: 'lines'; readonly columns: readonly ColumnLayout[]}
  | {readonly kind: 'records'; readonly titles: readonly string[]}

interface ColumnLayout {
  readonly title: string
  readonly width: number
  readonly align: 'left' | 'right'
  readonly mayCut: boolean
}

const GAP = '   '
const NARROWEST = 6

/**
 * Measures rows. Where they are wider than the terminal, the widest columns of prose give way first and evenly, none
 * below its heading or six columns; figures, times and names are never cut. What still does not fit is printed as
 * records, one value a line.
 */
export function layoutOf<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly Cell[])[],
  texts: readonly (readonly string[])[],
  widthColumns: number | undefined,
): TableLayout {
  const titles = columns.map(({title}) => printable(title))
  const wanted = titles.map((title, index) => widest(title, texts, index))
  const narrowest = columns.map((column, index) => narrowestOf(column, titles[index]!, wanted[index]!))
  const room = (widthColumns ?? Number.POSITIVE_INFINITY) - GAP.length * (columns.length - 1)
  if (sum(narrowest) > room) return {kind: 'records', titles}
  const widths = shares(wanted, narrowest, room)
  return {
    kind: 'lines',
    columns: columns.map((column, index) => ({
      title: titles[index]!,
      width: widths[index]!,
      align: column.align ?? alignmentOf(cells.map((line) => line[index])),
      mayCut: widthColumns !== undefined && column.prose === true,
    })),
  }
}

/** The heading of a table; records have none. */
export function headingLines(layout: TableLayout): string[] {
  return layout.kind === 'records'
    ? []
    : [
        tableLine(
          layout.columns.map(({title}) => title),
          layout.columns,
        ),
      ]
}

/** One row: a line, or a record under its number. */
export function rowLines(texts: readonly string[], layout: TableLayout, number: number): string[] {
  return layout.kind === 'records' ? recordLines(texts, layout.titles, number) : [tableLine(texts, layout.columns)]
}

function tableLine(texts: readonly string[], columns: readonly ColumnLayout[]): string {
  const shown = columns.map(({width, align, mayCut}, index) => {
    const text = texts[index] ?? ''
    return padded(mayCut ? cut(text, width) : text, width, align)
  })
  return shown.join(GAP).trimEnd()
}

function recordLines(texts: readonly string[], titles: readonly string[], number: number): string[] {
  const width = Math.max(...titles.map(widthOf))
  const lines = titles.map((title, index) => `  ${padded(title, width)}${GAP}${texts[index] ?? ''}`.trimEnd())
  return [...(number === 1 ? [] : ['']), `row ${number}`, ...lines]
}

function alignmentOf(cells: readonly Cell[]): 'left' | 'right' {
  const known = cells.filter((cell) => cell !== null && cell !== undefined)
  const numbers = known.every((cell) => typeof cell === 'number' || typeof cell === 'bigint')
  return known.length > 0 && numbers ? 'right' : 'left'
}

function widest(title: string, texts: readonly (readonly string[])[], index: number): number {
  return texts.reduce((width, line) => Math.max(width, widthOf(line[index] ?? '')), widthOf(title))
}

function narrowestOf<Row>(column: Column<Row>, title: string, wanted: number): number {
  return column.prose === true ? Math.min(wanted, Math.max(NARROWEST, widthOf(title))) : wanted
}

/** Lowers one ceiling over all columns until they fit: what is below it keeps its width. */
function shares(wanted: readonly number[], narrowest: readonly number[], room: number): number[] {
  const under = (ceiling: number): number[] =>
    wanted.map((width, index) => Math.max(narrowest[index]!, Math.min(width, ceiling)))
  if (sum(wanted) <= room) return [...wanted]
  let [fits, tooWide] = [0, Math.max(...wanted)]
  while (tooWide - fits > 1) {
    const ceiling = Math.floor((fits + tooWide) / 2)
    if (sum(under(ceiling)) <= room) fits = ceiling
    else tooWide = ceiling
  }
  return withRest(under(fits), wanted, room)
}

/** Gives the columns that are left over by rounding to the first columns that want them. */
function withRest(widths: readonly number[], wanted: readonly number[], room: number): number[] {
  let rest = room - sum(widths)
  return widths.map((width, index) => {
    if (rest === 0 || width >= wanted[index]!) return width
    rest -= 1
    return width + 1
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
