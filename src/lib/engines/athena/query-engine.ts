import type {Catalog} from '../../ports/catalog.js'
import type {ObjectStore} from '../../ports/object-store.js'
import type {
  QueryAnalyser,
  QueryAnalysis,
  QueryColumn,
  QueryEngine,
  QueryRequest,
  QueryResult,
  QueryStatistics,
  QueryValue,
} from '../../ports/query-engine.js'
import {composeStatement, type ComposedStatement} from './composed-statement.js'
import {ComposedText} from './edited-text.js'
import {exactColumn} from './exact-columns.js'
import {invalid} from './invalid.js'
import {refuseOtherParameters} from './parameters.js'
import {EXPLAIN_COLUMNS, explainedJson, plannedColumns, type PlannedColumns} from './planned-columns.js'
import type {EngineRun, StatementReader, StatementRunner} from './ports.js'
import {analyseStatement} from './query-analysis.js'
import {queryError} from './query-errors.js'
import {athenaTypeName, parseType, type ResultType} from './types.js'
import {queryValue} from './values.js'

export interface AthenaQueryOptions {
  readonly statements: StatementRunner
  readonly reader: StatementReader
  readonly store: ObjectStore
  readonly catalog: Catalog
  /** Glue's database of the lake. */
  readonly database: string
}

export interface AthenaQueryResult extends QueryResult {
  /** Of the statement, which has ended by the time that its rows are read. */
  readonly statistics: QueryStatistics
}

/**
 * QueryEngine on Athena: the statement is planned first, which costs nothing and tells the types of its columns, then
 * run to its end, then its rows are read page by page. Each statement sees the tables as they stand when it begins:
 * plain tables of Athena keep no snapshot, and shared relations are part of every statement that names them.
 */
export class AthenaQueryEngine implements QueryEngine, QueryAnalyser {
  readonly name = 'athena'

  constructor(private readonly options: AthenaQueryOptions) {}

  async run(request: QueryRequest): Promise<AthenaQueryResult> {
    request.signal?.throwIfAborted()
    const composed = await composeStatement(request, this.options)
    refuseOtherParameters(composed.lexed, request)
    const planned = await this.plan(composed, request)
    const exact = planned === null ? null : await this.exactStatement(composed, planned, request)
    const result = await this.send(composed, exact?.text ?? composed.text, request)
    const types = planned?.types.length === result.columns.length ? planned.types : result.columns.map(knownType)
    const names = exact?.names ?? result.columns.map(({name}) => name)
    return {
      columns: types.map((type, index): QueryColumn => ({name: names[index]!, type: athenaTypeName(type)})),
      rows: rowsOf(result, types),
      statistics: result.statistics,
    }
  }

  async analyse(request: QueryRequest): Promise<QueryAnalysis> {
    request.signal?.throwIfAborted()
    const explain = async (composed: ComposedStatement, prefix: string): Promise<unknown> =>
      explainedJson((await this.send(composed, prefixed(prefix, composed), request)).rows)
    return analyseStatement(request, this.options, explain)
  }

  async close(): Promise<void> {
    await Promise.all([this.options.statements.close(), this.options.reader.close()])
  }

  /** Names and types are wrong here already, before anything is read. */
  private async plan(composed: ComposedStatement, request: QueryRequest): Promise<PlannedColumns | null> {
    const {rows} = await this.send(composed, prefixed(EXPLAIN_COLUMNS, composed), request)
    return plannedColumns(await explainedJson(rows))
  }

  /** The statement with a SELECT around it that gives exact texts; null where its own are exact. */
  private async exactStatement(
    composed: ComposedStatement,
    {types, names}: PlannedColumns,
    request: QueryRequest,
  ): Promise<{readonly text: ComposedText; readonly names: readonly string[]} | null> {
    const columns = types.map((type, index) => exactColumn(`c${index}`, type) ?? `c${index}`)
    if (columns.every((column, index) => column === `c${index}`)) return null
    const aliases = types.map((_, index) => `c${index}`).join(', ')
    const rows = `(\n${composed.text.toString()}${keptOrder(composed)}\n) AS sluice_rows`
    const text = new ComposedText().write(`SELECT ${columns.join(', ')} FROM ${rows}(${aliases})`)
    if (names !== null) return {text, names}
    const named = await this.send(composed, new ComposedText().write(`SELECT * FROM ${rows} LIMIT 0`), request)
    return {text, names: named.columns.map(({name}) => name)}
  }

  private async send(composed: ComposedStatement, text: ComposedText, {signal}: QueryRequest): Promise<EngineRun> {
    const {statements} = this.options
    const sql = text.toString()
    refuseTooLong(sql)
    try {
      return await statements.run(sql, {signal, isRepeatable: true})
    } catch (error) {
      throw queryError(error, composed, text)
    }
  }
}

/** Athena's limit, in bytes. */
const LONGEST_STATEMENT = 262_144

function refuseTooLong(sql: string): void {
  const sizeBytes = Buffer.byteLength(sql)
  if (sizeBytes <= LONGEST_STATEMENT) return
  throw invalid(
    `The statement has ${sizeBytes} bytes with its values, views and relations; Athena takes ${LONGEST_STATEMENT}.`,
    null,
    'Shorten its values.',
    {details: {sizeBytes}},
  )
}

function prefixed(prefix: string, {text}: ComposedStatement): ComposedText {
  return new ComposedText().write(prefix).append(text)
}

/** Athena drops the ORDER BY of a subquery unless it says which rows to take, be it all. */
function keptOrder({read}: ComposedStatement): string {
  const modifiers = read.tree.node['modifiers']
  const kinds = Array.isArray(modifiers) ? modifiers.map((modifier: {type?: string}) => modifier.type) : []
  return kinds.includes('ORDER_MODIFIER') && !kinds.includes('LIMIT_MODIFIER') ? '\nOFFSET 0' : ''
}

/** What Athena says of a column without a plan: nothing of the parts of a nested one, which stays text. */
function knownType({type, precision, scale}: EngineRun['columns'][number]): ResultType {
  if (/^(array|map|row)$/.test(type)) return {kind: 'plain', name: type, text: type}
  return parseType(type === 'decimal' ? `decimal(${precision},${scale})` : type)
}

async function* rowsOf({rows}: EngineRun, types: readonly ResultType[]): AsyncGenerator<readonly QueryValue[]> {
  for await (const row of rows) yield types.map((type, index) => queryValue(row[index] ?? null, type))
}
