import type {Crawler, CrawlerHistory, GlueClient} from '@aws-sdk/client-glue'
import {SluiceError} from '../errors.js'
import type {Crawl, Crawlers, CrawlerNow, EndedCrawl} from '../ports/crawlers.js'
import {awsError, awsReason, errorName} from './aws-errors.js'
import {clientConfiguration, type AwsSettings} from './client-settings.js'
import {changesOf} from './crawl-summary.js'

const STATES = {READY: 'ready', RUNNING: 'running', STOPPING: 'stopping'} as const
const STATUSES = {SUCCEEDED: 'succeeded', FAILED: 'failed', CANCELLED: 'cancelled'} as const
const CRAWL_STATES = {RUNNING: 'running', COMPLETED: 'completed', FAILED: 'failed', STOPPED: 'stopped'} as const
/** Glue's limit of one page. */
const PAGE = 100

/** Crawlers of AWS Glue. */
export class GlueCrawlers implements Crawlers {
  private client: Promise<GlueClient> | null = null

  constructor(private readonly settings: AwsSettings) {}

  async find(name: string): Promise<CrawlerNow | null> {
    const {GetCrawlerCommand} = await import('@aws-sdk/client-glue')
    const client = await this.connected()
    try {
      const {Crawler: crawler} = await client.send(new GetCrawlerCommand({Name: name}))
      return crawler === undefined ? null : readCrawler(name, crawler)
    } catch (error) {
      if (errorName(error) === 'EntityNotFoundException') return null
      throw awsError(error, {service: 'Glue', action: 'glue:GetCrawler'})
    }
  }

  async start(name: string): Promise<'started' | 'running'> {
    const {StartCrawlerCommand} = await import('@aws-sdk/client-glue')
    const client = await this.connected()
    try {
      await client.send(new StartCrawlerCommand({Name: name}))
      return 'started'
    } catch (error) {
      // also the answer to a start that the SDK sent twice: the crawl runs either way
      if (errorName(error) === 'CrawlerRunningException') return 'running'
      throw this.refused(error, name, 'glue:StartCrawler')
    }
  }

  async stop(name: string): Promise<'stopping' | 'idle'> {
    const {StopCrawlerCommand} = await import('@aws-sdk/client-glue')
    const client = await this.connected()
    try {
      await client.send(new StopCrawlerCommand({Name: name}))
      return 'stopping'
    } catch (error) {
      if (errorName(error) === 'CrawlerNotRunningException') return 'idle'
      if (errorName(error) === 'CrawlerStoppingException') return 'stopping'
      throw this.refused(error, name, 'glue:StopCrawler')
    }
  }

  /** AWS promises no order of the crawls that it lists: all are read, a year's at most, and sorted. */
  async *history(name: string): AsyncGenerator<Crawl> {
    const crawls: Crawl[] = []
    for await (const crawl of this.listed(name)) crawls.push(crawl)
    yield* crawls.sort((left, right) => right.startedAt.getTime() - left.startedAt.getTime())
  }

  private async *listed(name: string): AsyncGenerator<Crawl> {
    const {ListCrawlsCommand} = await import('@aws-sdk/client-glue')
    const client = await this.connected()
    let token: string | undefined
    do {
      const page = new ListCrawlsCommand({
        CrawlerName: name,
        MaxResults: PAGE,
        ...(token === undefined ? {} : {NextToken: token}),
      })
      const {Crawls = [], NextToken} = await client.send(page).catch((error: unknown) => {
        throw this.refused(error, name, 'glue:ListCrawls')
      })
      for (const crawl of Crawls) yield crawlOf(crawl)
      token = NextToken === '' ? undefined : NextToken
    } while (token !== undefined)
  }

  private refused(error: unknown, name: string, action: string): SluiceError {
    if (errorName(error) !== 'EntityNotFoundException') return awsError(error, {service: 'Glue', action})
    return new SluiceError('CRAWLER_UNKNOWN', `Glue has no crawler ${name} in ${this.settings.region}.`, {
      fix: 'Correct `name:` of the crawler in the definition, or make it.',
      details: {crawler: name, reason: awsReason(error)},
      cause: error,
    })
  }

  private connected(): Promise<GlueClient> {
    this.client ??= import('@aws-sdk/client-glue').then(
      ({GlueClient}) => new GlueClient(clientConfiguration(this.settings, 'glue')),
    )
    return this.client
  }
}

/** What Glue says of a crawler, as the port has it. */
export function readCrawler(name: string, crawler: Crawler): CrawlerNow {
  const {State = 'READY', CrawlElapsedTime, LastCrawl, Schedule} = crawler
  const state = STATES[State]
  return {
    name,
    state,
    elapsedMs: state === 'ready' ? null : (CrawlElapsedTime ?? null),
    lastCrawl: LastCrawl === undefined ? null : endedCrawl(LastCrawl),
    schedule: Schedule?.State === 'NOT_SCHEDULED' ? null : (Schedule?.ScheduleExpression ?? null),
  }
}

function endedCrawl({Status, StartTime, ErrorMessage}: NonNullable<Crawler['LastCrawl']>): EndedCrawl | null {
  if (Status === undefined || StartTime === undefined) return null
  return {status: STATUSES[Status], startedAt: StartTime, message: ErrorMessage ?? null}
}

function crawlOf(crawl: CrawlerHistory): Crawl {
  const {CrawlId = '', State = 'RUNNING', StartTime, EndTime, DPUHour, ErrorMessage, Summary} = crawl
  return {
    id: CrawlId,
    state: CRAWL_STATES[State],
    startedAt: StartTime ?? new Date(0),
    endedAt: EndTime ?? null,
    dpuHours: State === 'RUNNING' ? null : (DPUHour ?? null),
    message: ErrorMessage ?? null,
    changes: changesOf(Summary),
  }
}
