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

/** A relation that statements name beside the tables of the catalog; it may name those that stand before it. */
export interface SharedRelation {
  readonly name: string
  /** One SELECT in the portable dialect. */
  readonly sql: string
  readonly parameters?: Readonly<Record<string, QueryValue>>
  /**
   * Stands for its text in place of being computed, as a view does: for a part of another relation, or for a statement
   * that reads little of it. It has no parameters.
   */
  readonly inline?: boolean
}

/** Types of parameters that their values do not tell: texts of other types, and doubles, which may be whole. */
export type ParameterType = 'double' | 'decimal' | 'date' | 'timestamp'

export interface QueryRequest {
  /** One statement in the portable dialect (Trino's), with `$name` parameters. */
  readonly sql: string
  readonly parameters?: Readonly<Record<string, QueryValue>>
  /** Of the parameters whose value does not tell. */
  readonly parameterTypes?: Readonly<Record<string, ParameterType>>
  /** Computed once for all statements of an engine that share them, where the engine can; never changes an answer. */
  readonly shared?: readonly SharedRelation[]
  /**
   * Statements of one engine with the same snapshot see those objects of a table that the first of them saw, where the
   * engine can; without it each sees the tables as they stand when it begins.
   */
  readonly snapshot?: string
  /** Columns by table that no expression can see: text reads `[restricted]`, every other type NULL. */
  readonly masked?: Readonly<Record<string, readonly string[]>>
  readonly signal?: AbortSignal
}

/** What an engine that bills for it says of a statement that has ended. */
export interface QueryStatistics {
  /** Name of the run, to find it in the engine's own history. */
  readonly executionId: string
  readonly scannedBytes: number
  readonly engineMs: number
  readonly queuedMs: number
}

export interface QueryResult {
  readonly columns: readonly QueryColumn[]
  /** Left out by an engine on this machine. */
  readonly statistics?: QueryStatistics
  /** Streamed; leaving the loop early cancels the query. */
  readonly rows: AsyncIterable<readonly QueryValue[]>
}

/** How much of something is read, of how much there is. */
export interface Share {
  readonly read: number
  readonly total: number
}

/** A partition column, with the value that one partition has of it. */
export interface PartitionValue {
  readonly name: string
  /** Athena's type name. */
  readonly type: string
  /** Null where no partition is known. */
  readonly value: string | null
}

/** One place where a statement reads a table, views followed to their tables. */
export interface AnalysedScan {
  /** With its database in front where that is not the lake's. */
  readonly table: string
  /** The view that the statement names, where it is not the table itself. */
  readonly view: string | null
  /** A condition of the statement restricts the partitions. Without it every one is read. */
  readonly isFiltered: boolean
  /** Null for a table without partitions, and where nobody can tell which there are. */
  readonly partitions: Share | null
  /** The last partition that holds files, in the columns' order; null where no condition could name it here. */
  readonly newestPartition: readonly PartitionValue[] | null
  /** Null where nobody can tell. */
  readonly files: Share | null
  /** Sizes of whole files, so an upper bound: an engine reads the columns that it needs. Null where nobody can tell. */
  readonly sizeBytes: Share | null
  /** Rows or columns of the table may be hidden from the caller: what is read may not be the whole. */
  readonly mayBeCut?: true
}

/** Where something stands in a statement, for people. */
export interface SqlPosition {
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** The whole line. */
  readonly text: string
}

/** Something that answers here and fails, or answers differently, on the other engine. */
export interface PortabilityWarning {
  /** Stable name of the rule, e.g. `division`. */
  readonly rule: string
  /** What is not portable, one sentence. */
  readonly message: string
  /** What to write instead. */
  readonly portable: string
  readonly position: SqlPosition | null
}

export interface QueryAnalysis {
  /** Names of the parameters that the statement needs. */
  readonly parameters: readonly string[]
  readonly scans: readonly AnalysedScan[]
  /** What would fail or answer differently on the other engine. */
  readonly portability: readonly PortabilityWarning[]
}

/**
 * Runs portable SQL over the tables and views of the catalog, and over nothing else: a statement reaches no file, no
 * network and no setting.
 * Errors: `QUERY_INVALID` (the statement cannot run: names, types, syntax), `QUERY_FAILED`, `MEMORY_EXCEEDED`. None
 * holds a value of the data.
 */
export interface QueryEngine {
  readonly name: 'duckdb' | 'athena'
  run(request: QueryRequest): Promise<QueryResult>
  close(): Promise<void>
}

/** Tells what a statement would read, without running it. Errors: `QUERY_INVALID`. */
export interface QueryAnalyser {
  analyse(request: Pick<QueryRequest, 'sql' | 'parameters' | 'parameterTypes' | 'signal'>): Promise<QueryAnalysis>
}
