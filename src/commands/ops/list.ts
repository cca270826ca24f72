import {BaseCommand} from '../../lib/cli/base-command.js'
import {rowsFlags} from '../../lib/cli/flags.js'
import type {OperationList} from '../../lib/operation/index.js'

export default class OpsList extends BaseCommand<OperationList> {
  static override summary = 'List the operations of the lake, newest first: the audit log.'
  static override examples = [
    {description: 'What was done here', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'The audit log with users, commands and reasons',
      command: '<%= config.bin %> <%= command.id %> --output csv',
    },
  ]
  static override flags = rowsFlags

  async run(): Promise<OperationList> {
    const {flags} = await this.parse(OpsList)
    const {ports, asOf} = await this.context(flags)
    const {listOperations, renderOperations} = await import('../../lib/operation/index.js')
    const result = await listOperations(asOf, ports)
    return this.finish(result, renderOperations(result, flags.output))
  }
}
