import type {CrawlerDefinition} from '../lake/index.js'
import type {Crawlers} from '../ports/crawlers.js'

/** `crawler stop --json`. */
export interface StopAct {
  readonly crawler: string
  readonly awsName: string
  /** False: nothing ran. */
  readonly changed: boolean
  readonly state: 'stopping' | 'ready'
}

/** Stops the crawl that runs; what it has found so far stays in the catalog. Throws `CRAWLER_UNKNOWN`. */
export async function stopCrawl({name, awsName}: CrawlerDefinition, crawlers: Crawlers): Promise<StopAct> {
  const changed = (await crawlers.stop(awsName)) === 'stopping'
  return {crawler: name, awsName, changed, state: changed ? 'stopping' : 'ready'}
}
