import type {Crawl} from '../ports/crawlers.js'

/** $0.44 a DPU-hour, ten minutes of each crawl at least. */
const MICROS_PER_DPU_HOUR = 440_000
const LEAST_MS = 600_000
const MS_PER_HOUR = 3_600_000
/** What a crawl is taken to use where none has ended yet. */
const USUAL_DPU = 2

export interface CrawlPrice {
  /** What is billed, as far as can be told: the capacity for ten minutes at least. */
  readonly costUsdMicros: string
  /** As if the minimum were in the DPU hours already: AWS does not say whether it is. */
  readonly leastUsdMicros: string
}

/** The price of a crawl that ended; null while its DPU hours are not told. */
export function priceOf({startedAt, endedAt, dpuHours}: Crawl): CrawlPrice | null {
  if (dpuHours === null || endedAt === null) return null
  const elapsedMs = Math.max(1, endedAt.getTime() - startedAt.getTime())
  const billedHours = (dpuHours / elapsedMs) * Math.max(elapsedMs, LEAST_MS)
  return {costUsdMicros: micros(billedHours), leastUsdMicros: micros(dpuHours)}
}

/** What one more crawl will cost: as the last that ended, or the least of a usual one. */
export function expectedPrice(last: Crawl | null): CrawlPrice {
  const usual = micros((USUAL_DPU * LEAST_MS) / MS_PER_HOUR)
  return (last === null ? null : priceOf(last)) ?? {costUsdMicros: usual, leastUsdMicros: usual}
}

function micros(dpuHours: number): string {
  return String(Math.ceil(dpuHours * MICROS_PER_DPU_HOUR))
}
