import type {DuckDBResult} from '@duckdb/node-api'
import type {
  QueryAnalyser,
  QueryAnalysis,
  QueryEngine,
  QueryRequest,
  QueryResult,
  QueryValue,
} from '../../ports/query-engine.js'
import {LakeReader, type LakePorts, type TableSources} from './lake-reader.js'
import {lakeFolder} from './local-files.js'
import {openLocked} from './locked-session.js'
import {analyseStatement} from './query-analysis.js'
import {queryError} from './query-errors.js'
import type {DuckDbSession} from './session.js'
import {SharedRelations} from './shared-relations.js'
import {keepFields} from './struct-fields.js'
import {athenaTypeName, queryValue} from './values.js'

export type DuckDbQueryOptions = LakePorts

interface Database {
  /** Of the lake that it may read; null where the lake is not on this machine. */
  readonly folder: string | null
  readonly session: Promise<DuckDbSession>
}

/** QueryEngine on embedded DuckDB: every statement sees the tables and views of the catalog as they stand now. */
export class DuckDbQueryEngine implements QueryEngine, QueryAnalyser {
  readonly name = 'duckdb'
  private database: Database | null = null
  private readonly shared = new SharedRelations((request) => this.openReader(request))
  /** Where the tables of each snapshot lie. */
  private readonly snapshots = new Map<string, TableSources>()

  constructor(private readonly options: DuckDbQueryOptions) {}

  async run(request: QueryRequest): Promise<QueryResult> {
    request.signal?.throwIfAborted()
    const reader = await this.openReader(request)
    try {
      const statement = await reader.parse(request.sql)
      await this.shared.give(reader, statement, request.shared ?? [], request)
      await reader.define(statement)
      const result = await reader.stream(statement, request)
      return {columns: columnsOf(result), rows: rowsOf(reader, result, request)}
    } catch (error) {
      await reader.session.close()
      throw queryError(error, reader.scene(request.sql, request.signal))
    }
  }

  async analyse(request: QueryRequest): Promise<QueryAnalysis> {
    request.signal?.throwIfAborted()
    const reader = await LakeReader.open(await this.open(), this.options)
    try {
      return await analyseStatement(reader, request, this.options)
    } catch (error) {
      throw queryError(error, reader.scene(request.sql, request.signal))
    } finally {
      await reader.session.close()
    }
  }

  async close(): Promise<void> {
    const database = this.database
    this.database = null
    this.shared.clear()
    this.snapshots.clear()
    await (await database?.session)?.close()
  }

  /** The database is locked to one lake's folder: another lake gets another one. */
  private open(): Promise<DuckDbSession> {
    const folder = lakeFolder(this.options.store)
    if (this.database?.folder === folder) return this.database.session
    const before = this.close()
    const session = before.then(() => openLocked(this.options, folder))
    this.database = {folder, session}
    return session
  }

  private async openReader({masked, snapshot}: Pick<QueryRequest, 'masked' | 'snapshot'>): Promise<LakeReader> {
    // First: a database for another lake forgets what the one before it knew.
    const database = await this.open()
    if (snapshot === undefined) return LakeReader.open(database, this.options, masked)
    const id = JSON.stringify([snapshot, masked ?? {}])
    const sources: TableSources = this.snapshots.get(id) ?? new Map()
    this.snapshots.set(id, sources)
    return LakeReader.open(database, this.options, masked, sources)
  }
}

function columnsOf(result: DuckDBResult): {name: string; type: string}[] {
  return result.columnNames().map((name, index) => ({name, type: athenaTypeName(result.columnType(index))}))
}

async function* rowsOf(
  reader: LakeReader,
  result: DuckDBResult,
  {sql, signal}: QueryRequest,
): AsyncGenerator<readonly QueryValue[]> {
  const {session} = reader
  const types = result.columnTypes()
  try {
    for (;;) {
      const chunk = await session.guarded(() => result.fetchChunk(), signal)
      if (chunk === null || chunk.rowCount === 0) return
      keepFields(chunk)
      for (const row of chunk.getRows()) yield row.map((value, index) => queryValue(value, types[index]!))
    }
  } catch (error) {
    throw queryError(error, reader.scene(sql, signal))
  } finally {
    await session.close()
  }
}
