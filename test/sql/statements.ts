import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll} from 'vitest'
import {DuckDbSession} from '../../src/lib/engines/duckdb/session.js'
import {parseStatement, type Statement} from '../../src/lib/engines/duckdb/statement.js'

/** Gives a function that reads a statement with the real parser, for the tests of one file. */
export function statementReader(): (sql: string) => Promise<Statement> {
  let folder: string
  let session: DuckDbSession
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-sql-'))
    session = await DuckDbSession.open({temporaryFolder: folder, memoryLimitBytes: 256 * 1024 ** 2, threads: 1})
  })
  afterAll(async () => {
    await session.close()
    await rm(folder, {recursive: true, force: true})
  })
  return (sql) => parseStatement(session, sql)
}
