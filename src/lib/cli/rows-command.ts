import type {RowFormat} from './output/rows.js'
import type {Column} from './output/table.js'
import {BaseCommand} from './base-command.js'
import type {PrintedRows} from './print-rows.js'
import type {SqlSource} from './sql-source.js'

/** The flags that shape streamed rows. */
export interface StreamFlags {
  readonly output: RowFormat
  readonly 'max-rows'?: number | undefined
  readonly 'csv-exact': boolean
}

interface StreamRequest<Row> extends StreamFlags {
  readonly columns: readonly Column<Row>[]
  readonly rows: AsyncIterable<Row> | Iterable<Row>
}

/** On a terminal a table of more rows has scrolled away anyway. */
const TABLE_ROWS = 1000

/** A command whose answer is rows, however many. */
export abstract class RowsCommand<Result extends object> extends BaseCommand<Result> {
  /** The statement to run: the argument, a file, or what comes through a pipe. Throws `USAGE`. */
  protected async statement(source: SqlSource): Promise<string> {
    const {readSql} = await import('./sql-source.js')
    return readSql(source, process.stdin, this.signal)
  }

  /** Prints rows as they come; a table fits the terminal. */
  protected async print<Row>(request: StreamRequest<Row>): Promise<PrintedRows & {readonly notes: readonly string[]}> {
    const {output, columns, rows} = request
    const [{rowWriter}, {printRows}] = await Promise.all([import('./output/row-writer.js'), import('./print-rows.js')])
    const {stdout} = process
    const isTerminal = stdout.isTTY
    const width = isTerminal && stdout.columns > 0 ? {widthColumns: stdout.columns} : {}
    const writer = rowWriter(output, columns, {...width, csv: {isExact: request['csv-exact']}})
    const maxRows = request['max-rows'] ?? (isTerminal && output === 'table' ? TABLE_ROWS : undefined)
    const printed = await printRows(rows, writer, {stream: stdout, signal: this.signal, maxRows})
    return {...printed, notes: writer.notes()}
  }
}
