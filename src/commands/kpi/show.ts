import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import {rangeFlags, rowsFlags} from '../../lib/cli/flags.js'
import type {KpiShowResult} from '../../lib/kpi/index.js'

export default class KpiShow extends BaseCommand<KpiShowResult> {
  static override summary = 'Compute KPIs over a period: value, state, what was counted.'
  static override description = `Without --from and --to: the last 90 days, today included (UTC).
Exit 3 when a KPI is red. A KPI without data is neither good nor bad.`
  static override examples = [
    {description: 'Every KPI of the last 90 days', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'What data scientists watch, in January',
      command: '<%= config.bin %> <%= command.id %> --view data-science --from 2026-01-01 --to 2026-02-01',
    },
    {description: 'One KPI, for a program', command: '<%= config.bin %> <%= command.id %> override_rate --json'},
  ]
  static override args = {name: Args.string({description: 'The KPI to show; default: all.'})}
  static override flags = {
    ...rangeFlags,
    view: Flags.string({summary: 'Show the KPIs of this view only.', helpValue: '<name>'}),
    ...rowsFlags,
  }

  async run(): Promise<KpiShowResult> {
    const {args, flags} = await this.parse(KpiShow)
    const {definition, ports, query, signal, asOf} = await this.context(flags)
    const {exitOfKpis, renderKpis, showKpis} = await import('../../lib/kpi/index.js')
    const {from, to, view} = flags
    const result = await showKpis({name: args.name, view, from, to, asOf}, definition, {
      catalog: ports.catalog,
      query,
      signal,
    })
    return this.finish(result, renderKpis(result, flags.output), exitOfKpis(result))
  }
}
