import * as Args from '@oclif/core/args'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {StopAct} from '../../lib/crawler/index.js'

export default class CrawlerStop extends OperationCommand<StopAct> {
  static override summary = 'Stop the crawl that runs.'
  static override examples = [
    {description: 'Of the only crawler', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'Without a question', command: '<%= config.bin %> <%= command.id %> request-logs --yes'},
  ]
  static override args = {crawler: Args.string({description: 'Crawler of the definition; default: the only one.'})}
  static override flags = {
    yes: mutationFlags.yes,
    confirm: mutationFlags.confirm,
    reason: mutationFlags.reason,
  }

  async run(): Promise<StopAct> {
    const {args, flags} = await this.parse(CrawlerStop)
    const context = await this.context(flags)
    const {findCrawler, renderStop, stopCrawl} = await import('../../lib/crawler/index.js')
    const crawlers = await context.crawlers()
    const crawler = findCrawler(context.definition, args.crawler)
    await this.confirmChange(`stop the crawler ${crawler.awsName}`, 'low', flags, context)
    const act = await stopCrawl(crawler, crawlers)
    return this.finish(act, renderStop(act, context.definition.environment.name))
  }
}
