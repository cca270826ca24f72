import {randomBytes} from 'node:crypto'
import {changesWithin, itemsBefore, readChanges} from './change-history.mjs'
import {billedBytes, exportObjects, startedKey, summaryKey} from './export-layout.mjs'
import {checkRequest, refuse} from './export-refusals.mjs'
import {tableFacts} from './table-facts.mjs'
import {writeObjects} from './write-objects.mjs'

const EXPORTS_IN_A_PAGE = 25
const ONLY_WHEN_DONE = ['EndTime', 'ExportManifest', 'BilledSizeBytes', 'ItemCount', 'FailureCode', 'FailureMessage']

export class TableExports {
  #exports = new Map()
  #tokens = new Map()

  constructor(context) {
    this.context = context
  }

  operations = {
    ExportTableToPointInTime: async (request) => ({ExportDescription: shown(await this.#start(request))}),
    DescribeExport: async ({ExportArn}) => ({ExportDescription: shown(await this.#looked(ExportArn))}),
    ListExports: ({TableArn, MaxResults = EXPORTS_IN_A_PAGE, NextToken}) => this.#list(TableArn, MaxResults, NextToken),
  }

  async #start(request) {
    const {ClientToken, ...rest} = request
    const standing = this.#tokens.get(ClientToken)
    if (standing !== undefined) {
      if (standing.text !== JSON.stringify(rest))
        refuse(
          'ExportConflictException',
          'There was a conflict with the specified export: ClientToken was used with other parameters',
        )
      return standing.job
    }
    const table = await tableFacts(this.context, request.TableArn)
    const settings = this.context.settings.of(table.name)
    const nowMicroseconds = table.clock ?? Date.now() * 1000
    checkRequest(request, {table, settings, nowMicroseconds})
    const job = await this.#newJob(request, table, settings, nowMicroseconds)
    this.#exports.set(job.described.ExportArn, job)
    if (ClientToken !== undefined) this.#tokens.set(ClientToken, {text: JSON.stringify(rest), job})
    return job
  }

  /** What is exported stands from the start: later changes do not show. */
  async #newJob(request, table, settings, nowMicroseconds) {
    const described = describe(request, table, Math.floor(nowMicroseconds / 1000) / 1000)
    const changes = await readChanges(this.context.awsUrl, this.context.region, table.name)
    const job = {described, lines: linesOf(described, request, changes), settings, looks: 0, completing: null}
    await this.#write(job, [{key: startedKey(described), body: Buffer.alloc(0)}])
    return job
  }

  async #looked(arn) {
    const job = this.#exports.get(arn) ?? refuse('ExportNotFoundException', `Export not found: ${arn}`)
    if (job.described.ExportStatus === 'IN_PROGRESS' && ++job.looks > job.settings.describesBeforeCompletion) {
      job.completing ??= this.#complete(job)
      await job.completing
    }
    return job
  }

  async #complete(job) {
    const {described, lines, settings} = job
    described.EndTime = described.StartTime + 300
    if (settings.failWith !== null) return fail(described, settings.failWith)
    if (!(await this.#write(job, exportObjects(described, lines, settings)))) return
    Object.assign(described, {
      ExportStatus: 'COMPLETED',
      ExportManifest: summaryKey(described),
      ItemCount: lines.length,
      BilledSizeBytes: billedBytes(described, lines),
    })
  }

  /** False when the bucket refused: the export has failed then. */
  async #write({described}, objects) {
    try {
      await writeObjects(this.context.s3, described.S3Bucket, objects)
      return true
    } catch (error) {
      if (error.$metadata === undefined) throw error
      fail(described, {code: `S3${error.name}`, message: error.message})
      return false
    }
  }

  #list(tableArn, size, token) {
    const all = [...this.#exports.values()].map((job) => job.described)
    const wanted = all.filter((one) => tableArn === undefined || one.TableArn === tableArn)
    const from = Number(token ?? 0)
    const next = from + Math.min(size, EXPORTS_IN_A_PAGE)
    return {
      ExportSummaries: wanted
        .slice(from, next)
        .map(({ExportArn, ExportStatus, ExportType}) => ({ExportArn, ExportStatus, ExportType})),
      ...(next < wanted.length ? {NextToken: String(next)} : {}),
    }
  }
}

function describe(request, table, nowSeconds) {
  const incremental = request.ExportType === 'INCREMENTAL_EXPORT'
  const {IncrementalExportSpecification: window, ...given} = request
  const id = `0${Math.round(nowSeconds * 1000)}-${randomBytes(4).toString('hex')}`
  return {
    ...given,
    ExportArn: `${table.arn}/export/${id}`,
    ExportStatus: 'IN_PROGRESS',
    StartTime: nowSeconds,
    TableArn: table.arn,
    TableId: table.id,
    ExportFormat: request.ExportFormat ?? 'DYNAMODB_JSON',
    ExportType: request.ExportType ?? 'FULL_EXPORT',
    S3SseAlgorithm: request.S3SseAlgorithm ?? 'AES256',
    ...(incremental
      ? {IncrementalExportSpecification: {ExportViewType: 'NEW_AND_OLD_IMAGES', ...seconds(window)}}
      : {ExportTime: request.ExportTime === undefined ? nowSeconds : Math.floor(request.ExportTime)}),
  }
}

/** DynamoDB counts windows in whole seconds. */
const seconds = (window) => ({
  ...window,
  ExportFromTime: Math.floor(window.ExportFromTime),
  ExportToTime: Math.floor(window.ExportToTime),
})

function linesOf(described, request, changes) {
  const window = described.IncrementalExportSpecification
  if (window !== undefined) {
    return changesWithin(
      changes,
      window.ExportFromTime * 1_000_000,
      window.ExportToTime * 1_000_000,
      window.ExportViewType,
    )
  }
  // an export "now" holds all that was written before the call, also in its own millisecond
  const until = request.ExportTime === undefined ? Infinity : described.ExportTime * 1_000_000
  return itemsBefore(changes, until)
}

function fail(described, {code, message}) {
  Object.assign(described, {
    ExportStatus: 'FAILED',
    FailureCode: code,
    FailureMessage: message,
    EndTime: described.StartTime + 60,
  })
}

function shown({described}) {
  if (described.ExportStatus !== 'IN_PROGRESS') return described
  return Object.fromEntries(Object.entries(described).filter(([name]) => !ONLY_WHEN_DONE.includes(name)))
}
