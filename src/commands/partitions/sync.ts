import * as Flags from '@oclif/core/flags'
import {tableFlag} from '../../lib/cli/export-flags.js'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {SyncDocument, SyncedTable} from '../../lib/partitions/index.js'

export default class PartitionsSync extends OperationCommand<SyncDocument> {
  static override summary = 'Register folders with data as partitions, where the catalog has none.'
  static override description = `Creates the table too, where events have none. Never moves or deletes an
object, and never points a partition elsewhere. Exit 4 when the catalog
refused some of them.`
  static override examples = [
    {description: 'Every table', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Also take out partitions without objects',
      command: '<%= config.bin %> <%= command.id %> --table request_logs --drop-missing',
    },
  ]
  static override flags = {
    ...tableFlag,
    'drop-missing': Flags.boolean({summary: 'Also take out partitions without an object.', default: false}),
    ...mutationFlags,
  }

  async run(): Promise<SyncDocument> {
    const {flags} = await this.parse(PartitionsSync)
    const operations = flags['dry-run'] ? 'read' : 'write'
    const context = await this.context(flags, {operations, rows: 'read', queries: false})
    const {definition, ports, asOf} = context
    const partitions = await import('../../lib/partitions/index.js')
    const request = {asOf, dropMissing: flags['drop-missing']}
    const done: SyncedTable[] = []
    for (const table of partitions.partitionedTables(definition, flags.table)) {
      const planned = await partitions.planSync(request, table, definition, ports)
      const {plan} = planned
      if (plan === null || flags['dry-run']) {
        done.push(partitions.untouchedTable(planned))
        continue
      }
      await this.confirmOperation(plan.header, partitions.willText(planned), flags, context)
      done.push(await partitions.runSync({...planned, plan}, this.applyOptions(flags, context), ports))
    }
    const changed = done.some(({operation}) => operation !== null)
    const about = {lake: definition.lake, environment: definition.environment.name, asOf: asOf.toISOString()}
    const result = {...about, dryRun: flags['dry-run'], changed, tables: done}
    return this.finish(result, partitions.renderSync(result), partitions.exitOfSync(result))
  }
}
