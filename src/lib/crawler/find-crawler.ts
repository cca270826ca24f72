import {SluiceError} from '../errors.js'
import {nearestName, type CrawlerDefinition, type LakeDefinition} from '../lake/index.js'
import type {CrawlerNow, Crawlers} from '../ports/crawlers.js'

/** The crawler that a command means, by its name here or in AWS, or the only one. Throws `CRAWLER_UNKNOWN`, `USAGE`. */
export function findCrawler({lake, crawlers}: LakeDefinition, name: string | undefined): CrawlerDefinition {
  const names = crawlers.map((one) => one.name)
  if (crawlers.length === 0) {
    throw new SluiceError('CRAWLER_UNKNOWN', `The definition of ${lake} names no crawler.`, {
      fix: 'Add it to the definition: `crawlers: {<name>: {tables: [<table>]}}`',
    })
  }
  if (name === undefined) {
    if (crawlers.length === 1) return crawlers[0]!
    throw new SluiceError('USAGE', `The lake has ${crawlers.length} crawlers: ${names.join(', ')}.`, {
      fix: 'Name one of them.',
    })
  }
  const found = crawlers.find((one) => one.name === name || one.awsName === name)
  if (found !== undefined) return found
  const near = nearestName(name, names)
  throw new SluiceError('CRAWLER_UNKNOWN', `The lake ${lake} has no crawler ${JSON.stringify(name)}.`, {
    fix: near === null ? `Known: ${names.join(', ')}.` : `Did you mean ${near}?`,
    details: {crawler: name, known: names},
  })
}

/** What a crawler of the definition does now. Throws `CRAWLER_UNKNOWN` where AWS has none of its name. */
export async function crawlerNow({awsName}: CrawlerDefinition, crawlers: Crawlers): Promise<CrawlerNow> {
  const now = await crawlers.find(awsName)
  if (now !== null) return now
  throw new SluiceError('CRAWLER_UNKNOWN', `AWS has no crawler ${awsName}.`, {
    fix: 'Correct `name:` of the crawler in the definition, or make it.',
    details: {crawler: awsName},
  })
}

const MS_PER_HOUR = 3_600_000

/** When the definition lets the next crawl start; null: at once. */
export function nextStart({minIntervalHours}: CrawlerDefinition, last: Date | null, now: Date): Date | null {
  if (last === null) return null
  const next = new Date(last.getTime() + minIntervalHours * MS_PER_HOUR)
  return next > now ? next : null
}
