import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import type {CompactStatusDocument} from '../../lib/compact/index.js'

export default class CompactStatus extends BaseCommand<CompactStatusDocument> {
  static override summary = 'Show which compactions stand, and which sources wait for gc.'
  static override examples = [{description: 'Every table', command: '<%= config.bin %> <%= command.id %>'}]
  static override flags = {table: Flags.string({summary: 'Table; default: all of them.', helpValue: '<name>'})}

  async run(): Promise<CompactStatusDocument> {
    const {flags} = await this.parse(CompactStatus)
    const {definition, ports, asOf} = await this.context(flags)
    const {chosenTables, compactStatus, renderStatus} = await import('../../lib/compact/index.js')
    const result = await compactStatus(chosenTables(definition, flags.table), asOf, ports)
    return this.finish(result, renderStatus(result))
  }
}
