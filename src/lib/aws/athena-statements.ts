import {randomUUID} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import type {
  AthenaClient,
  EncryptionConfiguration,
  GetQueryResultsCommandOutput,
  QueryExecution,
  Row,
  WorkGroup,
} from '@aws-sdk/client-athena'
import {SluiceError} from '../errors.js'
import {awsError, isThrottled} from './aws-errors.js'
import {failedStatement, refusedStatement, type StatementFailure} from './athena-failures.js'
import {pauseMs, waitForEnd} from './athena-wait.js'
import {findWorkgroup, usableResults} from './athena-workgroup.js'
import {clientConfiguration, kmsKeyOf, type AwsSettings} from './client-settings.js'

export interface AthenaStatementsOptions {
  readonly settings: AwsSettings
  readonly workgroup: string
  /** Where names without a database are looked for. */
  readonly database: string
  /** `s3://…/` of the results; null takes the workgroup's own place. */
  readonly results: string | null
  /** How long Athena may leave the questions after a statement unanswered; default: 5 minutes. */
  readonly longestSilenceMs?: number
}

export interface AthenaRunOptions {
  readonly signal?: AbortSignal | undefined
  /** The statement only reads: it may run again after a failure that may pass. */
  readonly isRepeatable?: boolean | undefined
  /** The same token is the same execution, whoever starts it again; default: one of its own. */
  readonly token?: string | undefined
}

export interface AthenaColumn {
  readonly name: string
  /** As Athena names it: without the types of a nested one's parts, e.g. `array`. */
  readonly type: string
  readonly precision: number
  readonly scale: number
}

export interface AthenaRunStatistics {
  readonly executionId: string
  readonly scannedBytes: number
  readonly engineMs: number
  readonly queuedMs: number
}

export interface AthenaRun {
  readonly columns: readonly AthenaColumn[]
  /** Athena's texts, null for NULL; pages are asked for as they are read. */
  readonly rows: AsyncIterable<readonly (string | null)[]>
  readonly statistics: AthenaRunStatistics
}

const LONGEST_SILENCE_MS = 5 * 60_000
/** Beyond the SDK's own attempts. */
const MOST_STARTS = 8
const MOST_RUNS = 2
const PAGE_ROWS = 1000

/** Statements in one workgroup of Athena: started once, waited for, stopped when nobody waits any more. */
export class AthenaStatements {
  private client: Promise<AthenaClient> | null = null
  private looked: Promise<WorkGroup> | null = null

  constructor(private readonly options: AthenaStatementsOptions) {}

  /**
   * Runs a statement to its end. Throws `QUERY_INVALID`, `QUERY_FAILED`, `MEMORY_EXCEEDED`, `PLACE_UNUSABLE` for a
   * workgroup that cannot be used, and the errors of `awsError`; the reason of a signal that is aborted. Messages hold
   * no value of the data.
   */
  async run(sql: string, options: AthenaRunOptions = {}): Promise<AthenaRun> {
    for (let run = 1; ; run += 1) {
      const ended = await this.execute(sql, options)
      if (ended.Status?.State === 'SUCCEEDED') return this.answer(sql, ended, options.signal)
      const failure = this.failureOf(ended)
      if (!failure.mayPass || options.isRepeatable !== true || run === MOST_RUNS) throw failure.error
    }
  }

  /** As Athena has it: asked once; a look that failed is repeated. Throws `PLACE_UNUSABLE` for one that is not there. */
  workgroup(): Promise<WorkGroup> {
    this.looked ??= this.open().then((client) => findWorkgroup(client, this.options.workgroup))
    this.looked.catch(() => (this.looked = null))
    return this.looked
  }

  /** Whether the workgroup takes statements as the definition wants them. Throws `PLACE_UNUSABLE`, `AWS_ACCESS_DENIED`. */
  async checkWorkgroup(): Promise<void> {
    await this.resultPlace()
  }

  /** What went wrong with an execution that did not succeed. */
  failureOf(execution: QueryExecution): StatementFailure {
    return failedStatement(execution, this.options.workgroup)
  }

  close(): Promise<void> {
    const client = this.client
    this.client = null
    return client === null ? Promise.resolve() : client.then((open) => open.destroy())
  }

  /** Runs a statement to its end, however it ends. Throws where it could not be started, or its end not be seen. */
  async execute(sql: string, options: AthenaRunOptions): Promise<QueryExecution> {
    options.signal?.throwIfAborted()
    const signal = options.signal ?? new AbortController().signal
    const {longestSilenceMs = LONGEST_SILENCE_MS} = this.options
    try {
      const id = await this.start(sql, options.token ?? randomUUID(), signal)
      return await waitForEnd(await this.open(), id, {signal, isShared: options.token !== undefined, longestSilenceMs})
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  }

  /** One token for all attempts: a start whose answer was lost is the same execution. */
  private async start(sql: string, token: string, signal: AbortSignal): Promise<string> {
    const {workgroup, database, settings} = this.options
    const place = await this.resultPlace()
    const {StartQueryExecutionCommand} = await import('@aws-sdk/client-athena')
    const input = {
      QueryString: sql,
      ClientRequestToken: token,
      WorkGroup: workgroup,
      QueryExecutionContext: {Database: database},
      ...(place === null ? {} : {ResultConfiguration: {OutputLocation: place, ...encryptionOf(settings)}}),
      ResultReuseConfiguration: {ResultReuseByAgeConfiguration: {Enabled: false}},
    }
    const client = await this.open()
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted()
      try {
        // Not aborted in flight: what has started must be known, to be stopped.
        const {QueryExecutionId: id} = await client.send(new StartQueryExecutionCommand(input))
        return id!
      } catch (error) {
        if (!isThrottled(error)) throw refusedStatement(error, workgroup)
        if (attempt === MOST_STARTS) throw tooManyStatements(workgroup, error)
      }
      await sleep(pauseMs(attempt), undefined, {signal})
    }
  }

  private async answer(sql: string, execution: QueryExecution, signal: AbortSignal | undefined): Promise<AthenaRun> {
    const id = execution.QueryExecutionId!
    const first = await this.page(id, undefined, signal)
    const columns = (first.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(
      ({Name: name = '', Type: type = '', Precision: precision = 0, Scale: scale = 0}) => ({
        name,
        type,
        precision,
        scale,
      }),
    )
    const hasHeader = isSelect(sql) && execution.StatementType !== 'DDL' && execution.StatementType !== 'UTILITY'
    return {columns, rows: this.rows(id, first, hasHeader, signal), statistics: statisticsOf(execution)}
  }

  private async *rows(
    id: string,
    first: GetQueryResultsCommandOutput,
    hasHeader: boolean,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly (string | null)[]> {
    let page: GetQueryResultsCommandOutput | null = first
    let skipped = hasHeader ? 1 : 0
    while (page !== null) {
      for (const row of (page.ResultSet?.Rows ?? []).slice(skipped)) {
        signal?.throwIfAborted()
        yield textsOf(row)
      }
      skipped = 0
      page = page.NextToken === undefined ? null : await this.page(id, page.NextToken, signal)
    }
  }

  private async page(
    id: string,
    token: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<GetQueryResultsCommandOutput> {
    const {GetQueryResultsCommand} = await import('@aws-sdk/client-athena')
    const client = await this.open()
    try {
      return await client.send(
        new GetQueryResultsCommand({
          QueryExecutionId: id,
          MaxResults: PAGE_ROWS,
          ...(token === undefined ? {} : {NextToken: token}),
        }),
        signal === undefined ? {} : {abortSignal: signal},
      )
    } catch (error) {
      signal?.throwIfAborted()
      throw awsError(error, {service: 'Athena', action: 'athena:GetQueryResults'})
    }
  }

  private async resultPlace(): Promise<string | null> {
    const found = await this.workgroup()
    try {
      return usableResults(found, this.options)
    } catch (error) {
      // It may be corrected before the next statement.
      this.looked = null
      throw error
    }
  }

  private open(): Promise<AthenaClient> {
    this.client ??= import('@aws-sdk/client-athena').then(
      ({AthenaClient}) => new AthenaClient(clientConfiguration(this.options.settings, 'athena')),
    )
    return this.client
  }
}

function encryptionOf({encryption}: AwsSettings): {readonly EncryptionConfiguration?: EncryptionConfiguration} {
  const key = kmsKeyOf(encryption)
  if (key !== null) return {EncryptionConfiguration: {EncryptionOption: 'SSE_KMS', KmsKey: key}}
  return encryption === 'sse-s3' ? {EncryptionConfiguration: {EncryptionOption: 'SSE_S3'}} : {}
}

/** Athena begins the answer of a SELECT with a row of the columns' names, on the first page only. */
function isSelect(sql: string): boolean {
  return /^[\s(]*(SELECT|WITH|VALUES)\b/i.test(sql)
}

function textsOf({Data: data = []}: Row): (string | null)[] {
  return data.map(({VarCharValue: text}) => text ?? null)
}

function statisticsOf({QueryExecutionId: id = '', Statistics: statistics}: QueryExecution): AthenaRunStatistics {
  return {
    executionId: id,
    scannedBytes: statistics?.DataScannedInBytes ?? 0,
    engineMs: statistics?.EngineExecutionTimeInMillis ?? 0,
    queuedMs: statistics?.QueryQueueTimeInMillis ?? 0,
  }
}

function tooManyStatements(workgroup: string, cause: unknown): SluiceError {
  return new SluiceError('QUERY_FAILED', `Athena takes no more statements of the workgroup ${workgroup} now.`, {
    fix: 'Run it again when others have ended.',
    details: {workgroup},
    cause,
  })
}
