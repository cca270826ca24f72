import {SluiceError} from '../errors.js'
import type {CrawlerDefinition} from '../lake/index.js'
import type {Clock} from '../ports/clock.js'
import type {CrawlerNow, Crawlers, EndedCrawl} from '../ports/crawlers.js'
import type {Report} from '../ports/report.js'
import {crawlerNow} from './find-crawler.js'

const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 15_000

export interface Waiting {
  readonly crawler: CrawlerDefinition
  /** The crawl that had ended last when the awaited one was started or joined. */
  readonly before: EndedCrawl | null
  /** On the monotonic clock. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/**
 * Asks until the crawler is ready and its last crawl is another than before: ready alone may be the moment before it
 * begins. What it finds at the deadline is given back as it is. An interrupt ends the waiting, never the crawl.
 */
export async function waitUntilEnded(
  {crawler, before, deadlineMs, signal}: Waiting,
  {crawlers, clock, report}: {readonly crawlers: Crawlers; readonly clock: Clock; readonly report: Report},
): Promise<CrawlerNow> {
  const startedMs = clock.monotonicMs()
  report({kind: 'phase', phase: 'crawl', unit: 'crawls', total: 1})
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const now = await crawlerNow(crawler, crawlers)
    const isEnded = now.state === 'ready' && isOther(now.lastCrawl, before)
    if (isEnded) {
      const text = `${crawler.name} ${now.lastCrawl!.status}`
      report({kind: 'done', phase: 'crawl', text, durationMs: clock.monotonicMs() - startedMs})
      return now
    }
    const leftMs = deadlineMs - clock.monotonicMs()
    if (leftMs <= 0) return {...now, state: 'running'}
    await paused(clock, Math.min(pauseMs, leftMs), signal, crawler.name)
  }
}

function isOther(now: EndedCrawl | null, before: EndedCrawl | null): boolean {
  return now !== null && now.startedAt.getTime() !== before?.startedAt.getTime()
}

async function paused(clock: Clock, ms: number, signal: AbortSignal, crawler: string): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new SluiceError('INTERRUPTED', `Stopped waiting; the crawl of ${crawler} goes on.`, {
      fix: `sluice crawler start ${crawler} --wait`,
      details: {crawler},
      cause: error,
    })
  }
}
