import pMap from 'p-map'
import type {CrawlerDefinition, LakeDefinition} from '../lake/index.js'
import type {CrawlChanges, Crawl, Crawlers} from '../ports/crawlers.js'
import {crawlerNow, nextStart} from './find-crawler.js'
import {priceOf} from './price.js'

const ASKED_AT_ONCE = 4

export interface ListedCrawler {
  readonly crawler: string
  readonly awsName: string
  /** Null: AWS has no crawler of this name. */
  readonly state: 'ready' | 'running' | 'stopping' | null
  readonly tables: readonly string[]
  readonly schedule: string | null
  readonly minIntervalHours: number
  readonly lastStatus: 'succeeded' | 'failed' | 'cancelled' | null
  readonly lastStartedAt: string | null
  readonly message: string | null
  /** When the definition lets the next crawl start; null: at once. */
  readonly nextStartAt: string | null
}

/** `crawler list --json`. */
export interface CrawlerList {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly crawlers: readonly ListedCrawler[]
}

export interface ListedCrawl {
  readonly crawl: string
  readonly state: Crawl['state']
  readonly startedAt: string
  readonly endedAt: string | null
  readonly durationMs: number | null
  readonly dpuHours: number | null
  readonly costUsdMicros: string | null
  readonly leastUsdMicros: string | null
  readonly changes: CrawlChanges | null
  readonly message: string | null
}

/** `crawler history --json`. */
export interface CrawlHistory {
  readonly crawler: string
  readonly awsName: string
  readonly asOf: string
  readonly crawls: readonly ListedCrawl[]
  readonly isTruncated: boolean
}

/** The crawlers of the definition with what each does now. */
export async function listCrawlers(
  {lake, environment, crawlers: defined}: LakeDefinition,
  asOf: Date,
  crawlers: Crawlers,
): Promise<CrawlerList> {
  const listed = await pMap(defined, (one) => listedCrawler(one, asOf, crawlers), {concurrency: ASKED_AT_ONCE})
  return {lake, environment: environment.name, asOf: asOf.toISOString(), crawlers: listed}
}

async function listedCrawler(crawler: CrawlerDefinition, asOf: Date, crawlers: Crawlers): Promise<ListedCrawler> {
  const now = await crawlers.find(crawler.awsName)
  const last = now?.lastCrawl ?? null
  return {
    crawler: crawler.name,
    awsName: crawler.awsName,
    state: now?.state ?? null,
    tables: crawler.tables,
    schedule: now?.schedule ?? crawler.schedule,
    minIntervalHours: crawler.minIntervalHours,
    lastStatus: last?.status ?? null,
    lastStartedAt: last?.startedAt.toISOString() ?? null,
    message: last?.message ?? null,
    nextStartAt: nextStart(crawler, last?.startedAt ?? null, asOf)?.toISOString() ?? null,
  }
}

/** The newest crawls of one crawler. Throws `CRAWLER_UNKNOWN`. */
export async function crawlHistory(
  crawler: CrawlerDefinition,
  limit: number,
  asOf: Date,
  crawlers: Crawlers,
): Promise<CrawlHistory> {
  await crawlerNow(crawler, crawlers)
  const crawls: ListedCrawl[] = []
  let isTruncated = false
  for await (const crawl of crawlers.history(crawler.awsName)) {
    isTruncated = crawls.length === limit
    if (isTruncated) break
    crawls.push(listedCrawl(crawl))
  }
  return {crawler: crawler.name, awsName: crawler.awsName, asOf: asOf.toISOString(), crawls, isTruncated}
}

function listedCrawl(crawl: Crawl): ListedCrawl {
  const {id, state, startedAt, endedAt, dpuHours, changes, message} = crawl
  const price = priceOf(crawl)
  return {
    crawl: id,
    state,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    durationMs: endedAt === null ? null : endedAt.getTime() - startedAt.getTime(),
    dpuHours,
    costUsdMicros: price?.costUsdMicros ?? null,
    leastUsdMicros: price?.leastUsdMicros ?? null,
    changes,
    message,
  }
}
