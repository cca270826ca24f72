import {resolve} from 'node:path'
import {BaseCommand} from '../../lib/cli/base-command.js'
import {rowsFlags} from '../../lib/cli/flags.js'
import type {KpiListResult} from '../../lib/kpi/index.js'

export default class KpiList extends BaseCommand<KpiListResult> {
  static override summary = 'List the KPIs and panels of the lake: table, unit, views, target.'
  static override description = 'Reads the definition only, so it answers for a lake that holds nothing yet.'
  static override examples = [{description: 'Every KPI and panel', command: '<%= config.bin %> <%= command.id %>'}]
  static override flags = rowsFlags

  async run(): Promise<KpiListResult> {
    const {flags} = await this.parse(KpiList)
    // no context: it would load the query engine
    const {loadDefinition} = await import('../../lib/lake/index.js')
    const {listKpis, renderKpiList} = await import('../../lib/kpi/index.js')
    const place = {file: flags.lake, environment: flags.env, workingFolder: resolve('.'), variables: {}}
    const result = listKpis(await loadDefinition(place), flags.now ?? new Date())
    return this.finish(result, renderKpiList(result, flags.output, this.widthColumns))
  }
}
