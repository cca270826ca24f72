import {SluiceError} from '../errors.js'
import type {CrawlerDefinition} from '../lake/index.js'
import type {Clock} from '../ports/clock.js'
import type {Crawl, CrawlerNow, Crawlers} from '../ports/crawlers.js'
import type {Report} from '../ports/report.js'
import {crawlerNow, nextStart} from './find-crawler.js'
import {expectedPrice, priceOf} from './price.js'
import type {StartAct, StartPlan} from './start-act.js'
import {waitUntilEnded} from './wait.js'

export interface CrawlPorts {
  readonly crawlers: Crawlers
  readonly clock: Clock
  readonly report: Report
}

export interface StartRequest {
  readonly crawler: CrawlerDefinition
  /** When the data came that has to be seen; a crawl that began before does not count. */
  readonly since: Date | null
  /** Start it although the last crawl began less than the definition's time ago. */
  readonly force: boolean
  readonly wait: boolean
  readonly timeoutMs: number
}

/** Looks at the crawler and prices a crawl; starts nothing. Throws `CRAWLER_UNKNOWN`, `CRAWL_TOO_SOON`. */
export async function planStart(
  request: StartRequest,
  ports: Pick<CrawlPorts, 'crawlers' | 'clock'>,
): Promise<StartPlan> {
  const {crawler, since} = request
  const now = await crawlerNow(crawler, ports.crawlers)
  const will = now.state !== 'ready' ? 'join' : hasSeen(now, since) ? 'nothing' : 'start'
  if (will === 'start') refuseTooSoon(request, now, ports.clock.now())
  return {
    crawler: crawler.name,
    awsName: crawler.awsName,
    tables: crawler.tables,
    will,
    schedule: now.schedule ?? crawler.schedule,
    lastStartedAt: now.lastCrawl?.startedAt.toISOString() ?? null,
    lastStatus: now.lastCrawl?.status ?? null,
    ...(will === 'start' || since !== null
      ? expectedPrice(await lastEnded(crawler, ports.crawlers))
      : {costUsdMicros: '0', leastUsdMicros: '0'}),
  }
}

/** The newest crawl that ended, for its price. */
async function lastEnded({awsName}: CrawlerDefinition, crawlers: Crawlers): Promise<Crawl | null> {
  for await (const crawl of crawlers.history(awsName)) if (crawl.endedAt !== null) return crawl
  return null
}

/** Only a crawl that ended well has put what it saw into the catalog. */
function hasSeen({lastCrawl}: CrawlerNow, since: Date | null): boolean {
  return since !== null && lastCrawl?.status === 'succeeded' && lastCrawl.startedAt >= since
}

function refuseTooSoon({crawler, force, since}: StartRequest, {lastCrawl}: CrawlerNow, now: Date): void {
  const last = lastCrawl?.startedAt ?? null
  const next = nextStart(crawler, last, now)
  if (force || next === null) return
  const why = since === null ? '' : `, before the data of ${since.toISOString()}`
  throw new SluiceError(
    'CRAWL_TOO_SOON',
    `The last crawl of ${crawler.name} began ${last!.toISOString()}${why}; the next may start ${next.toISOString()} (min_interval_hours: ${crawler.minIntervalHours}).`,
    {
      fix: `sluice crawler start ${crawler.name} --force`,
      details: {crawler: crawler.name, lastStartedAt: last!.toISOString(), nextStartAt: next.toISOString()},
    },
  )
}

/**
 * Does what was planned: starts a crawl or joins the one that runs, and waits for its end where that is asked. A crawl
 * that began before `since` is waited for, and one more is started after it. The same command again joins its own.
 */
export async function startCrawl(
  request: StartRequest,
  plan: StartPlan,
  signal: AbortSignal,
  ports: CrawlPorts,
): Promise<StartAct> {
  const {crawler, wait} = request
  const before = await crawlerNow(crawler, ports.crawlers)
  if (plan.will === 'nothing' && before.state === 'ready')
    return actOf(request, before, ports, {joined: false, changed: false})
  // A crawl that was to be joined and has ended meanwhile is the joined one.
  const hasEnded = plan.will === 'join' && before.state === 'ready'
  const first = before.state === 'ready' && !hasEnded ? await ports.crawlers.start(crawler.awsName) : 'running'
  const joined = first === 'running'
  const changed = first === 'started'
  if (!wait && !hasEnded) return actOf(request, {...before, state: 'running'}, ports, {joined, changed})
  const deadlineMs = ports.clock.monotonicMs() + request.timeoutMs
  const ended = hasEnded ? before : await waitUntilEnded({crawler, before: before.lastCrawl, deadlineMs, signal}, ports)
  if (!joined || ended.state !== 'ready' || request.since === null || hasBegunAfter(ended, request.since)) {
    return actOf(request, ended, ports, {joined, changed})
  }
  return oneMore(request, ended, {deadlineMs, signal}, ports)
}

function hasBegunAfter({lastCrawl}: CrawlerNow, since: Date): boolean {
  return lastCrawl !== null && lastCrawl.startedAt >= since
}

/** The joined crawl may have looked before the data came. */
async function oneMore(
  request: StartRequest,
  ended: CrawlerNow,
  {deadlineMs, signal}: {readonly deadlineMs: number; readonly signal: AbortSignal},
  ports: CrawlPorts,
): Promise<StartAct> {
  const {crawler} = request
  refuseTooSoon(request, ended, ports.clock.now())
  ports.report({
    kind: 'note',
    text: `The joined crawl began before ${request.since!.toISOString()}: one more is started.`,
  })
  const started = (await ports.crawlers.start(crawler.awsName)) === 'started'
  const last = await waitUntilEnded({crawler, before: ended.lastCrawl, deadlineMs, signal}, ports)
  return actOf(request, last, ports, {joined: true, changed: started})
}

async function actOf(
  {crawler, wait}: StartRequest,
  now: CrawlerNow,
  {crawlers, clock}: CrawlPorts,
  {joined, changed}: {readonly joined: boolean; readonly changed: boolean},
): Promise<StartAct> {
  const hasEnded = now.state === 'ready' && now.lastCrawl !== null
  const crawl = hasEnded && (wait || !changed) ? await sameCrawl(crawler, now.lastCrawl.startedAt, crawlers) : null
  const price = crawl === null ? null : priceOf(crawl)
  const endedAt = crawl?.endedAt ?? null
  const startedAt = hasEnded ? now.lastCrawl.startedAt : null
  return {
    crawler: crawler.name,
    awsName: crawler.awsName,
    tables: crawler.tables,
    changed,
    joined,
    state: hasEnded ? now.lastCrawl.status : 'running',
    startedAt: startedAt?.toISOString() ?? null,
    durationMs: endedAt === null || startedAt === null ? null : endedAt.getTime() - startedAt.getTime(),
    dpuHours: crawl?.dpuHours ?? null,
    costUsdMicros: price?.costUsdMicros ?? null,
    leastUsdMicros: price?.leastUsdMicros ?? null,
    changes: crawl?.changes ?? null,
    message: hasEnded ? now.lastCrawl.message : null,
    schedule: now.schedule ?? crawler.schedule,
    nextStartAt: nextStart(crawler, startedAt ?? clock.now(), clock.now())?.toISOString() ?? null,
  }
}

/** Of the newest few: the history names a crawl by its start only. */
const LOOKED_AT = 10
const SAME_MS = 1000

async function sameCrawl({awsName}: CrawlerDefinition, startedAt: Date, crawlers: Crawlers): Promise<Crawl | null> {
  let looked = 0
  for await (const crawl of crawlers.history(awsName)) {
    if (Math.abs(crawl.startedAt.getTime() - startedAt.getTime()) < SAME_MS) return crawl
    looked += 1
    if (looked === LOOKED_AT) return null
  }
  return null
}
