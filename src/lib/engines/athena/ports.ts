import type {CatalogColumn} from '../../ports/catalog.js'
import type {ObjectKey} from '../../ports/object-store.js'
import type {EngineFault, LoadRequest, LoadResult} from '../../ports/parquet-engine.js'
import type {QueryStatistics} from '../../ports/query-engine.js'
import type {StatementReads, SyntaxTree} from '../../sql/analysis.js'

/** A result column as Athena's API names its type: without the types of a nested one's parts, e.g. `array`. */
export interface EngineColumn {
  readonly name: string
  readonly type: string
  readonly precision: number
  readonly scale: number
}

export interface EngineRun {
  readonly columns: readonly EngineColumn[]
  /** Athena's texts, null for NULL. */
  readonly rows: AsyncIterable<readonly (string | null)[]>
  readonly statistics: QueryStatistics
}

export interface EngineRunOptions {
  readonly signal?: AbortSignal | undefined
  /** The statement only reads: it may run again after a failure that may pass. */
  readonly isRepeatable?: boolean | undefined
}

/**
 * Runs statements to their end. Errors of a statement are SluiceErrors without values of the data; their details have
 * `kind`, e.g. `COLUMN_NOT_FOUND`, and `line` and `column` in the text that was sent, where Athena tells them.
 */
export interface StatementRunner {
  run(sql: string, options: EngineRunOptions): Promise<EngineRun>
  close(): Promise<void>
}

/** A statement as it reads to the portable dialect's parser. */
export interface ReadStatement {
  readonly tree: SyntaxTree
  readonly reads: StatementReads
}

/**
 * Reads one SELECT of the portable dialect. Throws `QUERY_INVALID` for anything else, for functions in FROM that reach
 * out, and for names with a database or catalog in front.
 */
export interface StatementReader {
  parse(sql: string): Promise<ReadStatement>
  close(): Promise<void>
}

/** How a statement that writes objects ended, however it did. */
export interface EndedWrite {
  readonly executionId: string
  /** Null: it succeeded. */
  readonly error: Error | null
  /** Another run of the same statement may end well. */
  readonly mayPass: boolean
  /** Somebody stopped it: a person, or the process that waited for it as it ended. */
  readonly wasStopped: boolean
  readonly scannedBytes: number
  /** Every object that it wrote, or meant to: what its data manifest names. Null: it succeeded, and there is none. */
  readonly uris: readonly string[] | null
}

/** Runs statements that write. */
export interface StatementWriter {
  /**
   * Runs a statement to its end. One token is one execution, whoever starts it how often: a start whose answer was lost,
   * or whose process died, is joined. Throws where nobody can tell how it ended.
   */
  write(sql: string, token: string, signal?: AbortSignal): Promise<EndedWrite>
}

/** Where statements write. */
export interface WritePlace {
  /** Why no row may be written there; null where they may. */
  fault(): Promise<EngineFault | null>
}

/** Tables of text, one row a line, over a list of objects. */
export interface LineTables {
  /** Creates the table, or leaves it as it is; `listUri`: the folder of the list. Its one column is `line`. */
  create(name: string, listUri: string): Promise<void>
  /** Takes it out of the catalog, if it is there. */
  drop(name: string): Promise<void>
  /** Names of tables that begin so. */
  names(prefix: string): Promise<string[]>
}

/** A table of Parquet for a while. */
export interface ParquetTable {
  readonly columns: readonly CatalogColumn[]
  /** Of its folder, ending in `/`. */
  readonly uri: string
  /** In the folder lies a list of the objects, not the objects. */
  readonly isList: boolean
  /** Of what is written into it. */
  readonly codec?: string
}

/** Makes such tables; one that stands already under the name is left as it is. */
export interface ParquetTables extends Pick<LineTables, 'drop' | 'names'> {
  createParquet(name: string, table: ParquetTable): Promise<void>
}

/** Addresses of a lake's keys, and back. */
export interface Addresses {
  uriOf(key: ObjectKey): string
  /** Null for an address outside of the lake. */
  prefixOf(uri: string): ObjectKey | null
}

/** What lines are set aside, which only a reading line by line can word. */
export interface AsideRequest {
  readonly load: LoadRequest
  /** Lines with a problem, by file; files without any are not there. */
  readonly expected: ReadonlyMap<ObjectKey, number>
  /** Keys of the rows that were set aside, as texts. */
  readonly keys: readonly (readonly string[])[]
}

/** Writes the lines that were set aside, with what is wrong with each; must find as many as were expected. */
export interface LineSetter {
  setAside(request: AsideRequest): Promise<Pick<LoadResult, 'problems' | 'quarantine'>>
}
