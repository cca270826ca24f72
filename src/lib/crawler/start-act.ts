import type {CrawlChanges} from '../ports/crawlers.js'

/** A start that could be made: `crawler start --dry-run`. */
export interface StartPlan {
  readonly crawler: string
  readonly awsName: string
  readonly tables: readonly string[]
  /** `start` it; `join` the crawl that runs; `nothing`: a crawl that ended has seen data of `--since` already. */
  readonly will: 'start' | 'join' | 'nothing'
  readonly schedule: string | null
  readonly lastStartedAt: string | null
  readonly lastStatus: 'succeeded' | 'failed' | 'cancelled' | null
  readonly costUsdMicros: string
  readonly leastUsdMicros: string
}

/** What became of it: `crawler start --json`. */
export interface StartAct {
  readonly crawler: string
  readonly awsName: string
  readonly tables: readonly string[]
  /** Whether this command started a crawl. */
  readonly changed: boolean
  readonly joined: boolean
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled'
  readonly startedAt: string | null
  readonly durationMs: number | null
  readonly dpuHours: number | null
  readonly costUsdMicros: string | null
  readonly leastUsdMicros: string | null
  readonly changes: CrawlChanges | null
  readonly message: string | null
  readonly schedule: string | null
  /** When the definition lets the next crawl start; null: at once. */
  readonly nextStartAt: string | null
}
