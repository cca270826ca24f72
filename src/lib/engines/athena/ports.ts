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
  readonly timeoutMs?: number | undefined
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
