import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {durationFlag, instantFlag, mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {StartAct, StartPlan} from '../../lib/crawler/index.js'

const TIMEOUT_MS = 3_600_000

export default class CrawlerStart extends OperationCommand<StartAct | StartPlan> {
  static override summary = 'Start a crawler, or join the crawl that runs.'
  static override description = `Refused when the last crawl began less than min_interval_hours ago. Exit 3
when the crawl ended badly, 4 when it still ran at the end of --timeout.
On a local lake "partitions sync" is the crawler.`
  static override examples = [
    {description: 'Start the only crawler and wait for it', command: '<%= config.bin %> <%= command.id %> --wait'},
    {
      description: 'Until data of half past three is in the catalog',
      command: '<%= config.bin %> <%= command.id %> request-logs --since 2026-01-14T03:30:00Z',
    },
  ]
  static override args = {crawler: Args.string({description: 'Crawler of the definition; default: the only one.'})}
  static override flags = {
    wait: Flags.boolean({summary: 'Wait until it ended; Ctrl-C leaves the crawl running.', default: false}),
    since: instantFlag({summary: 'A crawl that began before this does not count: one more is started. Waits.'}),
    timeout: durationFlag({summary: 'Longest wait; default: 1h.'}),
    force: Flags.boolean({summary: 'Start it before min_interval_hours are over.', default: false}),
    ...mutationFlags,
  }

  async run(): Promise<StartAct | StartPlan> {
    const {args, flags} = await this.parse(CrawlerStart)
    const context = await this.context(flags)
    const {exitOfStart, findCrawler, planStart, renderStart, renderStartPlan, startCrawl} =
      await import('../../lib/crawler/index.js')
    const {clock, report} = context.ports
    const {definition} = context
    const ports = {crawlers: await context.crawlers(), clock, report}
    const {since = null, force, timeout = TIMEOUT_MS} = flags
    const wait = flags.wait || since !== null
    const request = {crawler: findCrawler(definition, args.crawler), since, force, wait, timeoutMs: timeout}
    const plan = await planStart(request, ports)
    if (flags['dry-run']) return this.finish(plan, renderStartPlan(plan, definition.environment.name))
    if (plan.will !== 'nothing') {
      await this.refuseCost(plan.costUsdMicros, flags['max-cost'])
      await this.confirmChange(`start the crawler ${plan.awsName}`, 'low', flags, context)
    }
    const act = await startCrawl(request, plan, this.signal, ports)
    return this.finish(act, renderStart(act, definition.environment.name), exitOfStart(act, wait))
  }
}
