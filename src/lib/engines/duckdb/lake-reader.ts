import type {DuckDBResult} from '@duckdb/node-api'
import {hasCode} from '../../errors.js'
import type {Catalog, CatalogTable} from '../../ports/catalog.js'
import type {ObjectStore} from '../../ports/object-store.js'
import type {QueryRequest} from '../../ports/query-engine.js'
import {foldedName, parameterNames} from '../../sql/analysis.js'
import {DUCKDB_PRELUDE, quoteIdentifier} from '../../sql/index.js'
import {fileList, lakeFolder} from './local-files.js'
import {boundParameters} from './parameter-values.js'
import type {StoredColumns} from './parquet-source.js'
import {unknownTable, type QueryScene} from './query-errors.js'
import type {DuckDbSession} from './session.js'
import {type DuckDbOptions} from './session.js'
import {invalid, parseStatement, type Statement} from './statement.js'
import {emptyTableSql, tableSourceSql} from './table-source.js'

export interface LakePorts extends DuckDbOptions {
  readonly store: ObjectStore
  readonly catalog: Catalog
}

type Masks = NonNullable<QueryRequest['masked']>

type SourceOf = (table: CatalogTable) => string | Promise<string>

/** SELECTs over the objects of tables, by table. */
export type TableSources = Map<string, Promise<string>>

/** One statement's connection: the tables that it names as temporary views, and what is known of them. */
export class LakeReader {
  private readonly tables: CatalogTable[] = []
  private readonly given = new Set<string>()

  private constructor(
    readonly session: DuckDbSession,
    private readonly ports: LakePorts,
    private readonly masked: Masks,
    private readonly sources: TableSources,
  ) {}

  /** `sources` are those of a snapshot: a table that stands in them is read as it lay then. */
  static async open(
    database: DuckDbSession,
    ports: LakePorts,
    masked: Masks = {},
    sources: TableSources = new Map(),
  ): Promise<LakeReader> {
    const session = await database.branch()
    await session.execute([`SET errors_as_json = true`, ...DUCKDB_PRELUDE])
    return new LakeReader(session, ports, masked, sources)
  }

  parse(sql: string): Promise<Statement> {
    return parseStatement(this.session, sql)
  }

  /** Gives a relation that stands already the name that statements call it by. */
  async give(name: string, relation: string): Promise<void> {
    await this.session.execute([`CREATE OR REPLACE TEMP VIEW ${quoteIdentifier(name)} AS FROM ${relation}`])
    this.given.add(foldedName(name))
  }

  /** Gives a SELECT over tables and given relations the name that statements call it by. */
  async giveView(name: string, sql: string): Promise<void> {
    await this.define(await this.parse(sql))
    await this.session.execute([`CREATE OR REPLACE TEMP VIEW ${quoteIdentifier(name)} AS ${sql}`])
    this.given.add(foldedName(name))
  }

  /** Makes a temporary view for every table that a statement reads, views first resolved to tables. */
  async define(statement: Statement): Promise<void> {
    this.tables.push(...(await this.defineAll(statement, (table) => this.source(table))))
  }

  /** Throws what is wrong with a statement's names and types, without opening an object. */
  async check(statement: Statement): Promise<void> {
    this.tables.push(...(await this.defineAll(statement, emptyTableSql)))
    const prepared = await this.session.guarded(() => this.session.connection.prepare(statement.sql))
    prepared.destroySync()
  }

  /** Starts the statement. Throws `QUERY_INVALID` for parameters that are missing or too many. */
  async stream({sql, tree}: Statement, request: QueryRequest): Promise<DuckDBResult> {
    const names = parameterNames(tree)
    refuseOtherParameters(names, Object.keys(request.parameters ?? {}))
    const {values, types} = boundParameters(request, names)
    return this.session.guarded(() => this.session.connection.stream(sql, values, types), request.signal)
  }

  /** The table or view of that name; null where the catalog has none. */
  async findTable(name: string): Promise<CatalogTable | null> {
    try {
      return await this.ports.catalog.getTable(name)
    } catch (error) {
      // a name that no catalog can have is the name of no table
      if (hasCode(error, 'KEY_INVALID')) return null
      throw error
    }
  }

  async unknown(sql: string, name: string, location: number | undefined): Promise<Error> {
    const tables = await this.ports.catalog.listTables()
    return unknownTable(
      sql,
      name,
      location,
      tables.map((table) => table.name),
    )
  }

  scene(sql: string, signal: AbortSignal | undefined): QueryScene {
    return {sql, tables: this.tables, signal, folder: lakeFolder(this.ports.store)}
  }

  /** Gives the tables and views that the statement itself names. */
  private async defineAll({sql, reads}: Statement, sourceOf: SourceOf): Promise<CatalogTable[]> {
    const named: CatalogTable[] = []
    for (const {name, writtenName, location} of reads.scans) {
      if (this.given.has(name)) continue
      this.given.add(name)
      const table = await this.findTable(name)
      if (table === null) throw await this.unknown(sql, writtenName, location)
      named.push(table)
      if (table.viewSql !== null) await this.defineAll(await this.parse(table.viewSql), sourceOf)
      await this.defineView(table, table.viewSql ?? (await sourceOf(table)))
    }
    return named
  }

  private async defineView({name, viewSql}: CatalogTable, source: string): Promise<void> {
    try {
      await this.session.execute([`CREATE OR REPLACE TEMP VIEW ${quoteIdentifier(name)} AS ${source}`])
    } catch (error) {
      // What is wrong with a view stands in its own text, and the user wrote another.
      if (viewSql === null || !(error instanceof Error) || error.name !== 'Error') throw error
      throw invalid(`The view ${name} cannot be read.`, null, 'Compare it with its table: sluice lake show', {
        cause: error,
      })
    }
  }

  private source(table: CatalogTable): Promise<string> {
    const describe = (file: string): Promise<StoredColumns> => describeParquet(this.session, file)
    const keysOf = (files: string): Promise<string[]> => jsonKeys(this.session, files)
    const ports = {...this.ports, spoolFolder: this.session.spoolFolder, describe, keysOf}
    const source = this.sources.get(table.name) ?? tableSourceSql(table, ports, this.masked[table.name])
    this.sources.set(table.name, source)
    return source
  }
}

async function describeParquet(session: DuckDbSession, file: string): Promise<StoredColumns> {
  const rows = await session.rows(`DESCRIBE SELECT * FROM read_parquet(${fileList([file])}, hive_partitioning = false)`)
  return new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]))
}

async function jsonKeys(session: DuckDbSession, files: string): Promise<string[]> {
  const rows = await session.rows(`SELECT DISTINCT unnest(json_keys(json)) AS key FROM read_ndjson_objects(${files})`)
  return rows.map((row) => String(row['key']))
}

function refuseOtherParameters(wanted: readonly string[], given: readonly string[]): void {
  if (wanted.some((name) => /^\d+$/.test(name))) {
    throw invalid('Parameters without a name cannot be given values.', null, 'Write $name in place of ? and $1.')
  }
  const missing = wanted.filter((name) => !given.includes(name))
  if (missing.length > 0) {
    const message = `The statement names ${missing.map((name) => `$${name}`).join(', ')}, which got no value.`
    throw invalid(message, null, `Give it: --param ${missing[0]}=value`)
  }
  const unused = given.filter((name) => !wanted.includes(name))
  if (unused.length > 0) {
    throw invalid(`The statement names no $${unused.join(', no $')}.`, null, 'Leave the parameter out, or name it.')
  }
}
