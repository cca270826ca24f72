import type {AwsEnvironment, CrawlerDefinition, LakeDefinition} from '../lake/index.js'
import type {CrawlerNow} from '../ports/crawlers.js'
import type {AwsFacts} from '../ports/environment-facts.js'
import {fail, once, pass, skipped, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

/** Expressions as Glue has them; the definition may say the same in words. */
const EXPRESSION = /^(cron|rate)\(/

/** Every crawler of the definition: whether it is there, how its last crawl ended, and when it starts. */
export function crawlerChecks(
  {crawlers}: LakeDefinition,
  environment: AwsEnvironment,
  facts: AwsFacts,
): readonly Check[] {
  if (crawlers.length === 0) return [none(environment.name, 'the definition names no crawler')]
  return crawlers.flatMap((crawler) => {
    const find = once(() => facts.crawler(crawler.awsName))
    const about = (name: string, look: Check['look']): Check => ({
      group: 'crawler',
      name,
      of: crawler.awsName,
      look,
    })
    const ofStanding = (name: string, look: (found: CrawlerNow) => Verdict): Check =>
      about(name, async () => {
        const found = await find()
        return found === null ? skipped('there is no such crawler') : look(found)
      })
    return [
      about('crawler', async () => crawlerVerdict(await find(), crawler, environment)),
      ofStanding('last crawl', (found) => lastVerdict(found, crawler)),
      ofStanding('schedule', (found) => scheduleVerdict(found, crawler)),
    ]
  })
}

/** A lake in a folder has none, whatever the definition names. */
export function noLocalCrawlers({crawlers, environment}: LakeDefinition): Check {
  const reason = 'a local lake has no crawlers: `partitions sync` is the crawler'
  return none(environment.name, crawlers.length === 0 ? 'the definition names no crawler' : reason)
}

function none(environment: string, reason: string): Check {
  return {group: 'crawler', name: 'crawler', of: environment, look: async () => skipped(reason)}
}

function crawlerVerdict(found: CrawlerNow | null, {name}: CrawlerDefinition, {region}: AwsEnvironment): Verdict {
  if (found !== null) return pass(`there, ${found.state}`)
  return fail(
    'Glue has no such crawler in this account and Region.',
    `Correct \`name:\` of ${name} in the definition, or make the crawler. Names that are there: aws glue list-crawlers --region ${region}`,
  )
}

/** What a crawl that ended badly was to put into the catalog may be missing there. */
function lastVerdict({lastCrawl}: CrawlerNow, {name}: CrawlerDefinition): Verdict {
  if (lastCrawl === null) return pass('none has ended yet')
  const {status, startedAt, message} = lastCrawl
  const text = `${status}, began ${startedAt.toISOString()}`
  if (status === 'succeeded') return pass(text)
  return warn(message === null ? text : `${text}: ${message}`, `sluice crawler history ${name}`)
}

function scheduleVerdict({schedule: found}: CrawlerNow, {name, schedule: said}: CrawlerDefinition): Verdict {
  const text = `${said ?? 'none'} in the definition, ${found ?? 'none'} in Glue`
  const differs = said !== null && (found === null || (EXPRESSION.test(said) && said !== found))
  if (!differs) return pass(text)
  return warn(text, `Correct \`schedule:\` of ${name} in the definition, or the schedule of the crawler in Glue.`)
}
