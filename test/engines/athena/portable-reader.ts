import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ReadStatement, StatementReader} from '../../../src/lib/engines/athena/index.js'
import {DuckDbSession} from '../../../src/lib/engines/duckdb/session.js'
import {parseStatement} from '../../../src/lib/engines/duckdb/statement.js'

/** The portable dialect's parser, as the composition root gives it to the engine. */
export class PortableReader implements StatementReader {
  private constructor(
    readonly session: DuckDbSession,
    private readonly folder: string,
  ) {}

  static async open(): Promise<PortableReader> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-reader-'))
    const session = await DuckDbSession.open({temporaryFolder: folder, memoryLimitBytes: 256 * 1024 ** 2, threads: 1})
    return new PortableReader(session, folder)
  }

  parse(sql: string): Promise<ReadStatement> {
    return parseStatement(this.session, sql)
  }

  async close(): Promise<void> {
    await this.session.close()
    await rm(this.folder, {recursive: true, force: true})
  }
}
