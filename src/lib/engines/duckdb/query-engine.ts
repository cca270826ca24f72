import type {DuckDBResult, DuckDBValue} from '@duckdb/node-api'
import {hasCode, SluiceError} from '../../errors.js'
import type {Catalog, CatalogTable} from '../../ports/catalog.js'
import type {ObjectStore} from '../../ports/object-store.js'
import type {QueryEngine, QueryRequest, QueryResult, QueryValue, SharedRelation} from '../../ports/query-engine.js'
import {DUCKDB_PRELUDE, quoteIdentifier} from '../../sql/index.js'
import {DuckDbSession, type DuckDbOptions} from './session.js'
import {referencedTables} from './table-names.js'
import {tableSourceSql} from './table-source.js'
import {athenaTypeName, queryValue} from './values.js'

export interface DuckDbQueryOptions extends DuckDbOptions {
  readonly store: ObjectStore
  readonly catalog: Catalog
}

/** QueryEngine on embedded DuckDB: every statement sees the tables and views of the catalog as they stand now. */
export class DuckDbQueryEngine implements QueryEngine {
  readonly name = 'duckdb'
  private session: Promise<DuckDbSession> | null = null
  /** Names of the tables that hold shared relations, by what they were computed from. */
  private readonly shared = new Map<string, Promise<string>>()

  constructor(private readonly options: DuckDbQueryOptions) {}

  async run(request: QueryRequest): Promise<QueryResult> {
    request.signal?.throwIfAborted()
    const session = await (await this.open()).branch()
    try {
      await session.execute(DUCKDB_PRELUDE)
      const names = await this.defineShared(session, request)
      await this.defineTables(session, request.sql, names)
      const result = await session.stream(request.sql, parameters(request.parameters ?? {}), request.signal)
      return {columns: columnsOf(result), rows: rowsOf(session, result, request.signal)}
    } catch (error) {
      await session.close()
      throw queryError(error, request.signal)
    }
  }

  async close(): Promise<void> {
    const session = this.session
    this.session = null
    this.shared.clear()
    await (await session)?.close()
  }

  private open(): Promise<DuckDbSession> {
    this.session ??= DuckDbSession.open(this.options)
    return this.session
  }

  /** Makes a temporary view for every shared relation of the request. */
  private async defineShared(session: DuckDbSession, {shared = [], signal}: QueryRequest): Promise<Set<string>> {
    for (const relation of shared) {
      const id = JSON.stringify([relation.sql, relation.parameters ?? {}], exactText)
      const table = this.shared.get(id) ?? this.computeShared(relation, `sluice_shared_${this.shared.size + 1}`, signal)
      this.shared.set(id, table)
      // One that could not be computed is tried again by the next statement.
      table.catch(() => this.shared.delete(id))
      await session.execute([
        `CREATE OR REPLACE TEMP VIEW ${quoteIdentifier(relation.name)} AS FROM memory.main.${await table}`,
      ])
    }
    return new Set(shared.map(({name}) => name))
  }

  private async computeShared(relation: SharedRelation, table: string, signal?: AbortSignal): Promise<string> {
    const session = await (await this.open()).branch()
    try {
      await session.execute(DUCKDB_PRELUDE)
      await this.defineTables(session, relation.sql, new Set())
      const create = `CREATE TABLE memory.main.${table} AS ${relation.sql}`
      await session.guarded(() => session.connection.run(create, parameters(relation.parameters ?? {})), signal)
      return table
    } finally {
      await session.close()
    }
  }

  /** Makes a temporary view for every catalog table that the statement reads, views first resolved to tables. */
  private async defineTables(session: DuckDbSession, sql: string, seen: Set<string>): Promise<void> {
    for (const name of await referencedTables(session, sql)) {
      if (seen.has(name)) continue
      seen.add(name)
      const table = await this.findTable(name)
      if (table === null) continue
      if (table.viewSql !== null) await this.defineTables(session, table.viewSql, seen)
      const source = table.viewSql ?? (await tableSourceSql(table, {...this.options, spoolFolder: session.spoolFolder}))
      await session.execute([`CREATE OR REPLACE TEMP VIEW ${quoteIdentifier(name)} AS ${source}`])
    }
  }

  private async findTable(name: string): Promise<CatalogTable | null> {
    try {
      return await this.options.catalog.getTable(name.toLowerCase())
    } catch (error) {
      if (!hasCode(error, 'KEY_INVALID')) throw error
      throw new SluiceError('QUERY_INVALID', `${JSON.stringify(name)} is no table of the lake.`, {
        fix: 'Check the names against the definition: sluice lake show',
        cause: error,
      })
    }
  }
}

function exactText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

function parameters(values: Readonly<Record<string, QueryValue>>): Record<string, DuckDBValue> {
  return values as Record<string, DuckDBValue>
}

function columnsOf(result: DuckDBResult): {name: string; type: string}[] {
  return result.columnNames().map((name, index) => ({name, type: athenaTypeName(result.columnType(index))}))
}

async function* rowsOf(
  session: DuckDbSession,
  result: DuckDBResult,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly QueryValue[]> {
  try {
    for (;;) {
      const chunk = await session.guarded(() => result.fetchChunk(), signal)
      if (chunk === null || chunk.rowCount === 0) return
      for (const row of chunk.getRows()) yield row.map(queryValue)
    }
  } catch (error) {
    throw queryError(error, signal)
  } finally {
    await session.close()
  }
}

/** DuckDB's message without its prefix and without the drawing of the statement below it. */
function queryError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (!(error instanceof Error) || error instanceof SluiceError || error === signal?.reason) return error
  const [kind = '', ...rest] = (error.message.split('\n')[0] ?? '').split(': ')
  const message = rest.length === 0 ? kind : rest.join(': ')
  const invalid = /^(binder|parser|catalog|syntax|conversion|invalid input|failed to retrieve bind)/i.test(kind)
  return new SluiceError(invalid ? 'QUERY_INVALID' : 'QUERY_FAILED', message, {
    fix: 'Check the names against the definition: sluice lake show',
    cause: error,
  })
}
