import {columnInfo} from './result-text.mjs'
import {guessedKind} from './translate.mjs'

const ENGINE = {SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3'}
const seconds = (milliseconds) => (milliseconds === undefined ? undefined : milliseconds / 1000)

/** A query as GetQueryExecution describes it. */
export function queryView(run) {
  const guessed = guessedKind(run.text)
  return {
    QueryExecutionId: run.id,
    Query: run.text,
    StatementType: run.kind ?? guessed,
    SubstatementType: run.name,
    ManagedQueryResultsConfiguration: {Enabled: false},
    ResultConfiguration: {
      OutputLocation: run.outputLocation ?? `${run.output}${run.id}${guessed === 'DML' ? '.csv' : '.txt'}`,
    },
    ResultReuseConfiguration: {ResultReuseByAgeConfiguration: {Enabled: false}},
    QueryExecutionContext: {Database: run.database, Catalog: run.catalogAsGiven},
    WorkGroup: run.workGroup,
    ExecutionParameters: run.executionParameters,
    EngineVersion: ENGINE,
    Status: {
      State: run.state,
      StateChangeReason: run.reason,
      SubmissionDateTime: seconds(run.submittedAt),
      CompletionDateTime: seconds(run.endedAt),
      AthenaError: run.athenaError,
    },
    Statistics: statistics(run),
  }
}

function statistics(run) {
  const ended = run.endedAt ?? Date.now()
  const started = run.startedAt ?? ended
  return {
    DataScannedInBytes: run.scannedBytes,
    EngineExecutionTimeInMillis: ended - started,
    TotalExecutionTimeInMillis: ended - run.submittedAt,
    QueryQueueTimeInMillis: started - run.submittedAt,
    QueryPlanningTimeInMillis: run.stats.planningTimeMillis ?? 0,
    ServicePreProcessingTimeInMillis: 0,
    ServiceProcessingTimeInMillis: 0,
    ...(run.manifest === undefined ? {} : {DataManifestLocation: run.manifest}),
    ResultReuseInformation: {ReusedPreviousResult: false},
  }
}

export function runtimeStatistics(run) {
  const {
    DataScannedInBytes: _bytes,
    ResultReuseInformation: _reuse,
    DataManifestLocation: _manifest,
    ...timeline
  } = statistics(run)
  const rows = {
    InputRows: run.stats.processedRows ?? 0,
    InputBytes: run.scannedBytes,
    OutputRows: run.writtenRows ?? run.result?.length ?? 0,
    OutputBytes: 0,
  }
  return {QueryRuntimeStatistics: {Timeline: timeline, Rows: rows}}
}

/** Rows as Athena sends them: the first page of a SELECT starts with the names of the columns. */
export function resultRows(run) {
  const hasHeader = run.kind === 'DML' && run.columns.length > 0
  return hasHeader ? [run.columns.map((column) => column.name), ...run.result] : run.result
}

export function resultSet(run, rows) {
  return {
    UpdateCount: run.writtenRows ?? 0,
    ResultSet: {
      Rows: rows.map((row) => ({Data: row.map((text) => (text === undefined ? {} : {VarCharValue: text}))})),
      ResultSetMetadata: {ColumnInfo: run.columns.map(columnInfo)},
    },
  }
}
