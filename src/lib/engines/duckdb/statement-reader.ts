import {openLocked} from './locked-session.js'
import type {DuckDbOptions, DuckDbSession} from './session.js'
import {parseStatement, type Statement} from './statement.js'

/** Reads statements of the portable dialect with DuckDB's parser, in a database that can open nothing. */
export class DuckDbStatementReader {
  private session: Promise<DuckDbSession> | null = null

  constructor(private readonly options: DuckDbOptions) {}

  /** Throws `QUERY_INVALID` for anything but one SELECT over tables by their names alone. */
  async parse(sql: string): Promise<Statement> {
    this.session ??= openLocked(this.options, null)
    return parseStatement(await this.session, sql)
  }

  async close(): Promise<void> {
    const session = this.session
    this.session = null
    await (await session)?.close()
  }
}
