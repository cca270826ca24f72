import * as Args from '@oclif/core/args'
import {positiveIntegerFlag, rowsFlags} from '../../lib/cli/flags.js'
import {RowsCommand} from '../../lib/cli/rows-command.js'
import type {CrawlHistory} from '../../lib/crawler/index.js'

const LIMIT = 20

export default class CrawlerHistory extends RowsCommand<CrawlHistory> {
  static override summary = 'Show how crawls ended, what they changed and what they cost.'
  static override examples = [
    {description: 'Of the only crawler', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'The last hundred', command: '<%= config.bin %> <%= command.id %> request-logs --limit 100'},
  ]
  static override args = {crawler: Args.string({description: 'Crawler of the definition; default: the only one.'})}
  static override flags = {...rowsFlags, limit: positiveIntegerFlag({summary: 'Most crawls; default: 20.'})}

  async run(): Promise<CrawlHistory> {
    const {args, flags} = await this.parse(CrawlerHistory)
    const context = await this.context(flags)
    const {crawlColumns, crawlHistory, findCrawler, noteOfHistory} = await import('../../lib/crawler/index.js')
    const crawlers = await context.crawlers()
    const crawler = findCrawler(context.definition, args.crawler)
    const history = await crawlHistory(crawler, flags.limit ?? LIMIT, context.asOf, crawlers)
    if (this.jsonEnabled()) return this.finish(history, '')
    const printed = await this.print({columns: crawlColumns(), rows: history.crawls, ...flags, 'csv-exact': false})
    for (const text of [...printed.notes, noteOfHistory(history)]) context.ports.report({kind: 'note', text})
    return this.finish(history, '')
  }
}
