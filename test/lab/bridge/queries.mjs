import {randomUUID} from 'node:crypto'
import {AthenaRefusal, invalid} from './athena-errors.mjs'
import {executeQuery, refuseUnparsable} from './query-run.mjs'
import {queryView, resultRows, resultSet, runtimeStatistics} from './query-view.mjs'

const LONGEST_QUERY_BYTES = 262_144
const RUNNING_AT_A_TIME = 20
const ROWS_IN_A_PAGE = 1000
const IDS_IN_A_PAGE = 50
const NOT_STATE = 'INVALID_QUERY_EXECUTION_STATE'

/** All queries of this lab, and the operations on them. */
export class Queries {
  #runs = new Map()
  #tokens = new Map()
  #waiting = []
  #running = 0

  constructor(context) {
    this.context = context
  }

  operations = {
    StartQueryExecution: (request) => this.#start(request),
    GetQueryExecution: ({QueryExecutionId}) => ({QueryExecution: queryView(this.#find(QueryExecutionId))}),
    BatchGetQueryExecution: ({QueryExecutionIds}) => ({
      QueryExecutions: QueryExecutionIds.filter((id) => this.#runs.has(id)).map((id) => queryView(this.#runs.get(id))),
      UnprocessedQueryExecutionIds: QueryExecutionIds.filter((id) => !this.#runs.has(id)).map(unprocessed),
    }),
    ListQueryExecutions: ({WorkGroup = 'primary', NextToken, MaxResults = IDS_IN_A_PAGE}) => {
      const ids = [...this.#runs.values()].filter((run) => run.workGroup === WorkGroup).map((run) => run.id)
      const page = pageOf(ids.reverse(), NextToken, Math.min(MaxResults, IDS_IN_A_PAGE))
      return {QueryExecutionIds: page.items, NextToken: page.next}
    },
    StopQueryExecution: ({QueryExecutionId}) => {
      const run = this.#find(QueryExecutionId)
      if (run.state === 'QUEUED')
        Object.assign(run, {state: 'CANCELLED', reason: 'Query cancelled by user', endedAt: Date.now()})
      if (run.state === 'RUNNING') run.stopAsked = true
      return {}
    },
    GetQueryResults: (request) => this.#results(request),
    GetQueryRuntimeStatistics: ({QueryExecutionId}) => runtimeStatistics(this.#find(QueryExecutionId)),
  }

  #find(id) {
    return this.#runs.get(id) ?? invalid(`QueryExecution ${id} was not found`)
  }

  async #start(request) {
    const {QueryString: text = '', WorkGroup: workGroup = 'primary', ClientRequestToken: token} = request
    if (this.context.trinoUrl === null)
      throw new AthenaRefusal('InternalServerException', 'This lab was started without Trino.')
    if (text.trim() === '') invalid('Query string is empty')
    if (Buffer.byteLength(text) > LONGEST_QUERY_BYTES) {
      invalid(`1 validation error detected: queryString length must be at most ${LONGEST_QUERY_BYTES}`)
    }
    const output = this.context.workGroups.outputOf(workGroup, request.ResultConfiguration?.OutputLocation)
    const standing = this.#standing(workGroup, token, text)
    if (standing !== undefined) return {QueryExecutionId: standing.id}
    const run = this.#newRun(request, workGroup, output)
    // the token is taken before anything waits: two starts at once make one query
    if (token !== undefined) this.#tokens.set(`${workGroup}/${token}`, run)
    try {
      await refuseUnparsable(run, this.context)
    } catch (error) {
      this.#tokens.delete(`${workGroup}/${token}`)
      throw error
    }
    this.#runs.set(run.id, run)
    this.#waiting.push(run)
    setImmediate(() => this.#startWaiting())
    return {QueryExecutionId: run.id}
  }

  #standing(workGroup, token, text) {
    const standing = token === undefined ? undefined : this.#tokens.get(`${workGroup}/${token}`)
    if (standing !== undefined && standing.text !== text) invalid('Idempotent parameters do not match')
    return standing
  }

  #newRun(request, workGroup, output) {
    const catalog = request.QueryExecutionContext?.Catalog?.toLowerCase()
    return {
      id: randomUUID(),
      text: request.QueryString,
      workGroup,
      output,
      executionParameters: request.ExecutionParameters,
      database: request.QueryExecutionContext?.Database?.toLowerCase() ?? 'default',
      catalogAsGiven: catalog,
      catalog: catalog ?? this.context.hive,
      state: 'QUEUED',
      submittedAt: Date.now(),
      scannedBytes: 0,
      stats: {},
      trinoIds: [],
      rows: [],
    }
  }

  #startWaiting() {
    while (this.#running < RUNNING_AT_A_TIME && this.#waiting.length > 0) {
      const run = this.#waiting.shift()
      if (run.state !== 'QUEUED') continue
      this.#running += 1
      Object.assign(run, {state: 'RUNNING', startedAt: Date.now()})
      void executeQuery(run, this.context).finally(() => {
        this.#running -= 1
        this.#startWaiting()
      })
    }
  }

  #results({QueryExecutionId, NextToken, MaxResults = ROWS_IN_A_PAGE}) {
    const run = this.#find(QueryExecutionId)
    if (run.state === 'QUEUED' || run.state === 'RUNNING') {
      invalid(`Query has not yet finished. Current state: ${run.state}`, NOT_STATE)
    }
    if (run.state !== 'SUCCEEDED')
      invalid(`Query did not finish successfully. Final query state: ${run.state}`, NOT_STATE)
    if (MaxResults > ROWS_IN_A_PAGE) invalid(`MaxResults is more than maximum allowed length ${ROWS_IN_A_PAGE}.`)
    const page = pageOf(resultRows(run), NextToken, MaxResults)
    return {...resultSet(run, page.items), NextToken: page.next}
  }
}

function pageOf(items, token, size) {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString())
  if (!Number.isInteger(from)) invalid('Invalid NextToken')
  const to = from + size
  return {
    items: items.slice(from, to),
    next: to < items.length ? Buffer.from(String(to)).toString('base64url') : undefined,
  }
}

const unprocessed = (id) => ({
  QueryExecutionId: id,
  ErrorCode: 'INVALID_INPUT',
  ErrorMessage: `QueryExecution ${id} was not found`,
})
