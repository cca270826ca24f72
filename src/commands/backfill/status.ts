import {BaseCommand} from '../../lib/cli/base-command.js'
import type {BackfillStatus} from '../../lib/backfill/index.js'

export default class BackfillStatusCommand extends BaseCommand<BackfillStatus> {
  static override summary = 'Show which exports each table holds, and loads that wait.'
  static override examples = [{description: 'Every table', command: '<%= config.bin %> <%= command.id %>'}]

  async run(): Promise<BackfillStatus> {
    const {flags} = await this.parse(BackfillStatusCommand)
    const {definition, ports, asOf} = await this.context(flags)
    const {backfillStatus, renderStatus} = await import('../../lib/backfill/index.js')
    const result = await backfillStatus(definition, asOf, ports)
    return this.finish(result, renderStatus(result))
  }
}
