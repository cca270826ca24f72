import {cellsOf, textsOf, type Cell, type Column} from './cell.js'
import {csvLines, type CsvChanges, type CsvOptions} from './csv.js'
import {jsonLine} from './json.js'
import {markdownLine, markdownRule} from './markdown.js'
import {headingLines, layoutOf, rowLines, type TableLayout} from './table-layout.js'
import type {TableOptions} from './table.js'
import {plural, printable} from './text.js'

/** How a command prints rows that are its answer (`--output`). */
export const ROW_FORMATS = ['table', 'ndjson', 'csv', 'md'] as const
export type RowFormat = (typeof ROW_FORMATS)[number]

/** Turns rows into text as they come. It never holds more than the rows that it measures a table by. */
export interface RowWriter<Row> {
  /** The text to print now, lines with their ends; nothing while a table is being measured. */
  rows(rows: readonly Row[]): string
  /** The text that is still to be printed after the last row. */
  end(): string
  /** What the reader should know about the form: sentences for the end of the conversation. */
  notes(): string[]
}

export interface RowWriterOptions extends TableOptions {
  readonly csv?: CsvOptions
}

/** Rows that a table is measured by; later ones keep the widths. */
const MEASURED_ROWS = 1000

export function rowWriter<Row>(
  format: RowFormat,
  columns: readonly Column<Row>[],
  options: RowWriterOptions = {},
): RowWriter<Row> {
  switch (format) {
    case 'table':
      return new TableWriter(columns, options)
    case 'ndjson':
      return new NdjsonWriter(columns)
    case 'csv':
      return new CsvWriter(columns, options.csv ?? {})
    case 'md':
      return new MarkdownWriter(columns)
  }
}

class TableWriter<Row> implements RowWriter<Row> {
  private held: Row[] = []
  private layout: TableLayout | null = null
  private printed = 0

  constructor(
    private readonly columns: readonly Column<Row>[],
    private readonly options: TableOptions,
  ) {}

  rows(rows: readonly Row[]): string {
    if (this.layout !== null) return this.lines(rows, this.layout)
    this.held.push(...rows)
    return this.held.length < MEASURED_ROWS ? '' : this.flush()
  }

  end(): string {
    return this.layout === null ? this.flush() : ''
  }

  notes(): string[] {
    if (this.layout?.kind !== 'records') return []
    return [`The ${plural(this.columns.length, 'column')} do not fit side by side, so every row is a record.`]
  }

  private flush(): string {
    const {columns, held} = this
    const measured = held.slice(0, MEASURED_ROWS)
    const [cells, texts] = [measured.map((row) => cellsOf(columns, row)), measured.map((row) => textsOf(columns, row))]
    this.layout = layoutOf(columns, cells, texts, this.options.widthColumns)
    this.held = []
    return [...headingLines(this.layout), ''].join('\n') + this.lines(held, this.layout)
  }

  private lines(rows: readonly Row[], layout: TableLayout): string {
    return rows.map((row) => `${rowLines(textsOf(this.columns, row), layout, ++this.printed).join('\n')}\n`).join('')
  }
}

class NdjsonWriter<Row> implements RowWriter<Row> {
  private readonly names: readonly string[]

  constructor(private readonly columns: readonly Column<Row>[]) {
    this.names = columns.map(({title}) => jsonLine(title))
  }

  rows(rows: readonly Row[]): string {
    return rows.map((row) => `${this.line(row)}\n`).join('')
  }

  end(): string {
    return ''
  }

  notes(): string[] {
    return []
  }

  private line(row: Row): string {
    return `{${this.columns.map(({value}, index) => `${this.names[index]}:${jsonLine(value(row))}`).join(',')}}`
  }
}

class CsvWriter<Row> implements RowWriter<Row> {
  private isStarted = false
  private readonly changes: CsvChanges = {guarded: 0, spelled: 0}

  constructor(
    private readonly columns: readonly Column<Row>[],
    private readonly options: CsvOptions,
  ) {}

  rows(rows: readonly Row[]): string {
    return this.heading() + this.lines(rows.map((row) => cellsOf(this.columns, row)))
  }

  end(): string {
    return this.heading()
  }

  notes(): string[] {
    const {guarded, spelled} = this.changes
    const begins = guarded === 1 ? 'begins' : 'begin'
    return [
      ...(guarded === 0
        ? []
        : [`${plural(guarded, 'text')} that ${begins} like a formula got a ' in front (--csv-exact leaves it out).`]),
      ...(spelled === 0 ? [] : [`Control characters of ${plural(spelled, 'text')} are spelled, as \\u001b.`]),
    ]
  }

  private heading(): string {
    if (this.isStarted) return ''
    this.isStarted = true
    return this.lines([this.columns.map(({title}) => title)])
  }

  private lines(cells: readonly (readonly Cell[])[]): string {
    return cells.length === 0 ? '' : csvLines(cells, this.options, this.changes)
  }
}

class MarkdownWriter<Row> implements RowWriter<Row> {
  private isStarted = false

  constructor(private readonly columns: readonly Column<Row>[]) {}

  rows(rows: readonly Row[]): string {
    return this.heading() + rows.map((row) => `${markdownLine(textsOf(this.columns, row))}\n`).join('')
  }

  end(): string {
    return this.heading()
  }

  notes(): string[] {
    return []
  }

  private heading(): string {
    if (this.isStarted) return ''
    this.isStarted = true
    const titles = this.columns.map(({title}) => printable(title))
    return `${markdownLine(titles)}\n${markdownRule(this.columns.map(({align}) => align))}\n`
  }
}
