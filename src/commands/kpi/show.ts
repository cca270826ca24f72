import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import {positiveIntegerFlag, rangeFlags, rowsFlags, timeoutFlag} from '../../lib/cli/flags.js'
import type {KpiShowResult} from '../../lib/kpi/index.js'

export default class KpiShow extends BaseCommand<KpiShowResult> {
  static override summary = 'Compute KPIs over a period: value, state, change, what was counted.'
  static override description = `Without --from and --to: the last 90 days, today included (UTC).
A view shows its KPIs and its panels: trends, breakdowns, lists.
Exit 3 when a KPI is red. A KPI without data is neither good nor bad.`
  static override examples = [
    {description: 'Every KPI of the last 90 days', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'What data scientists watch, in January',
      command: '<%= config.bin %> <%= command.id %> --view data-science --from 2026-01-01 --to 2026-02-01',
    },
    {description: 'A KPI week by week', command: '<%= config.bin %> <%= command.id %> processing_time --by week'},
    {description: 'One KPI, for a program', command: '<%= config.bin %> <%= command.id %> override_rate --json'},
    {description: 'The rows of a panel', command: '<%= config.bin %> <%= command.id %> backlog --output csv'},
  ]
  static override args = {name: Args.string({description: 'The KPI or panel to show; default: every KPI.'})}
  static override flags = {
    ...rangeFlags,
    view: Flags.string({summary: 'Show the KPIs and panels of this view only.', helpValue: '<name>'}),
    by: Flags.option({
      summary: 'Each KPI also as a series of such steps.',
      options: ['day', 'week', 'month'] as const,
    })(),
    compare: Flags.boolean({
      summary: 'Compare with the period before, of the same length.',
      allowNo: true,
      default: true,
    }),
    'min-n': positiveIntegerFlag({summary: 'Smaller samples are not judged.', default: 30}),
    ...timeoutFlag,
    ...rowsFlags,
  }

  async run(): Promise<KpiShowResult> {
    const {args, flags} = await this.parse(KpiShow)
    this.limitTime(flags.timeout)
    const {definition, ports, query, signal, asOf} = await this.context(flags)
    const {closingNote, exitOfKpis, renderKpis, showKpis} = await import('../../lib/kpi/index.js')
    const {from, to, view, by, compare} = flags
    const request = {name: args.name, view, from, to, asOf, by, compare, minN: flags['min-n']}
    const {catalog, store} = ports
    const result = await showKpis(request, definition, {catalog, store, query, signal})
    const note = closingNote(result)
    if (note !== null) ports.report({kind: 'note', text: note})
    return this.finish(result, renderKpis(result, flags.output, this.widthColumns), exitOfKpis(result))
  }
}
