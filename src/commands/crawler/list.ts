import {rowsFlags} from '../../lib/cli/flags.js'
import {RowsCommand} from '../../lib/cli/rows-command.js'
import type {CrawlerList} from '../../lib/crawler/index.js'

export default class CrawlerListCommand extends RowsCommand<CrawlerList> {
  static override summary = 'List the crawlers of the lake, with what each does now.'
  static override examples = [{description: 'All of them', command: '<%= config.bin %> <%= command.id %>'}]
  static override flags = {...rowsFlags}

  async run(): Promise<CrawlerList> {
    const {flags} = await this.parse(CrawlerListCommand)
    const context = await this.context(flags)
    const {crawlerColumns, listCrawlers, noteOfList} = await import('../../lib/crawler/index.js')
    const list = await listCrawlers(context.definition, context.asOf, await context.crawlers())
    if (this.jsonEnabled()) return this.finish(list, '')
    const printed = await this.print({columns: crawlerColumns(), rows: list.crawlers, ...flags, 'csv-exact': false})
    for (const text of [...printed.notes, noteOfList(list)]) context.ports.report({kind: 'note', text})
    return this.finish(list, '')
  }
}
