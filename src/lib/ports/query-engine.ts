/**
 * A value of a result: integers up to 32 bits and doubles as number, bigint as bigint, decimal as exact text,
 * timestamp and date as ISO 8601 text, binary as base64 text.
 */
export type QueryValue =
  null | boolean | number | bigint | string | readonly QueryValue[] | {readonly [name: string]: QueryValue}

export interface QueryColumn {
  readonly name: string
  /** Athena's type name in lower case, e.g. `bigint`, `decimal(18,2)`, `array<varchar>`. */
  readonly type: string
}

/** A relation that statements name beside the tables of the catalog. */
export interface SharedRelation {
  readonly name: string
  /** One SELECT in the portable dialect. */
  readonly sql: string
  readonly parameters?: Readonly<Record<string, QueryValue>>
}

export interface QueryRequest {
  /** One statement in the portable dialect (Trino's), with `$name` parameters. */
  readonly sql: string
  readonly parameters?: Readonly<Record<string, QueryValue>>
  /** Computed once for all statements of an engine that share them, where the engine can; never changes an answer. */
  readonly shared?: readonly SharedRelation[]
  readonly signal?: AbortSignal
}

export interface QueryResult {
  readonly columns: readonly QueryColumn[]
  /** Streamed; leaving the loop early cancels the query. */
  readonly rows: AsyncIterable<readonly QueryValue[]>
}

/**
 * Runs portable SQL over the tables and views of the catalog.
 * Errors: `QUERY_INVALID` (the statement cannot run: names, types, syntax), `QUERY_FAILED`, `MEMORY_EXCEEDED`.
 */
export interface QueryEngine {
  readonly name: 'duckdb' | 'athena'
  run(request: QueryRequest): Promise<QueryResult>
  close(): Promise<void>
}
