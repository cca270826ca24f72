/** What a crawler does now, and how its last crawl ended. */
export interface CrawlerNow {
  readonly name: string
  /** `ready`: it crawls nothing. That says nothing of how the last crawl ended. */
  readonly state: 'ready' | 'running' | 'stopping'
  /** Of the running crawl; null where none runs, or where it is not told. */
  readonly elapsedMs: number | null
  /** The last that ended; null: none has. */
  readonly lastCrawl: EndedCrawl | null
  /** When it starts by itself; null: never. */
  readonly schedule: string | null
}

export interface EndedCrawl {
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  /** By the service's clock; its end is in the history only. */
  readonly startedAt: Date
  readonly message: string | null
}

/** One crawl of the history. */
export interface Crawl {
  readonly id: string
  readonly state: 'running' | 'completed' | 'failed' | 'stopped'
  readonly startedAt: Date
  readonly endedAt: Date | null
  /** Capacity times hours; null where it is not told, as while it runs. */
  readonly dpuHours: number | null
  readonly message: string | null
  /** What it changed in the catalog; null where it does not tell. */
  readonly changes: CrawlChanges | null
}

/** Tables and partitions that a crawl added, changed and deleted. */
export interface CrawlChanges {
  readonly tables: ChangeCounts
  readonly partitions: ChangeCounts
}

export interface ChangeCounts {
  readonly added: number
  readonly updated: number
  readonly deleted: number
}

/**
 * Crawlers, which find tables and partitions in a store and put them into the catalog.
 *
 * Errors: `CRAWLER_UNKNOWN` from `start`, `stop` and `history`, and those of AWS.
 */
export interface Crawlers {
  /** Null where there is none. */
  find(name: string): Promise<CrawlerNow | null>
  /** `running`: it crawls already, and nothing was started. */
  start(name: string): Promise<'started' | 'running'>
  /** `idle`: there is nothing to stop. */
  stop(name: string): Promise<'stopping' | 'idle'>
  /** Newest first. */
  history(name: string): AsyncIterable<Crawl>
}
