import * as Flags from '@oclif/core/flags'
import {compactAsked, compactFlags, compactRunCommand} from '../../lib/cli/compact-flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {CompactPlanDocument} from '../../lib/compact/index.js'

export default class CompactPlan extends OperationCommand<CompactPlanDocument> {
  static override summary = 'Show which small files are worth merging, at what price; change nothing.'
  static override examples = [
    {description: 'Every table', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'Keep the plan of one table and run exactly that later',
      command: '<%= config.bin %> <%= command.id %> --table claims --out plan.ndjson',
    },
  ]
  static override flags = {
    ...compactFlags,
    out: Flags.string({
      summary: 'Also write the plan of the table to this file, for run --plan.',
      helpValue: '<file>',
      dependsOn: ['table'],
    }),
  }

  async run(): Promise<CompactPlanDocument> {
    const {flags, raw} = await this.parse(CompactPlan)
    const {definition, ports, asOf} = await this.context(flags)
    const compact = await import('../../lib/compact/index.js')
    const engines = compact.enginesAsked(flags.engine, definition.environment)
    const request = compact.compactRequest(compactAsked(flags), asOf, engines)
    const tables = compact.chosenTables(definition, flags.table)
    const result =
      flags.out === undefined
        ? await compact.planDocument(request, tables, definition, ports)
        : await compact.writtenPlan(request, tables[0]!, definition, ports, await this.writeStreamedPlan(flags.out))
    return this.finish(result, compact.renderPlan(result, compactRunCommand(raw, flags.out)))
  }
}
