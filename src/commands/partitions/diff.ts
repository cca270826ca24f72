import {tableFlag} from '../../lib/cli/export-flags.js'
import {BaseCommand} from '../../lib/cli/base-command.js'
import type {DiffDocument} from '../../lib/partitions/index.js'

export default class PartitionsDiff extends BaseCommand<DiffDocument> {
  static override summary = 'Compare the folders of tables with the catalog, both ways.'
  static override description = `Finds data that no partition shows, partitions without data, and folders
that mean the same partition or none. Of a projected table, what its readers
never compute. Exit 3 when something differs, 4 when a part could not be
looked at.`
  static override examples = [
    {description: 'Every table', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'One table', command: '<%= config.bin %> <%= command.id %> --table request_logs'},
  ]
  static override flags = {...tableFlag}

  async run(): Promise<DiffDocument> {
    const {flags} = await this.parse(PartitionsDiff)
    const {definition, ports, asOf} = await this.context(flags)
    const {diffTables, exitOfDiff, partitionedTables, renderDiff} = await import('../../lib/partitions/index.js')
    const result = await diffTables(partitionedTables(definition, flags.table), definition, asOf, ports)
    return this.finish(result, renderDiff(result), exitOfDiff(result))
  }
}
