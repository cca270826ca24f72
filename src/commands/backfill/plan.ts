import * as Flags from '@oclif/core/flags'
import {loadFlags, loadRequestOf, tableFlag} from '../../lib/cli/export-flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import {resourceFlags} from '../../lib/cli/resource-flags.js'
import type {LoadPlanDocument} from '../../lib/backfill/index.js'

export default class BackfillPlan extends OperationCommand<LoadPlanDocument> {
  static override summary = 'Show what loading an export would do and cost; change nothing.'
  static override usage =
    '<%= command.id %> [--export <folder>... | --chain <prefix> | --from-quarantine <operation>] [FLAGS]'
  static override examples = [
    {
      description: 'Plan the load of an export',
      command: '<%= config.bin %> <%= command.id %> --export ./AWSDynamoDB/01768385930622-efd1a093',
    },
    {
      description: 'Keep the plan and run exactly that later',
      command: '<%= config.bin %> <%= command.id %> --export ./AWSDynamoDB/01768385930622-efd1a093 --out plan.ndjson',
    },
  ]
  static override flags = {
    ...loadFlags,
    ...tableFlag,
    ...resourceFlags,
    out: Flags.string({summary: 'Also write the plan to this file, for run --plan.', helpValue: '<file>'}),
  }

  async run(): Promise<LoadPlanDocument> {
    const {flags} = await this.parse(BackfillPlan)
    const context = await this.context(flags, {operations: 'read', rows: 'read', queries: false})
    const {definition, asOf} = context
    const {planDocument, planRequested, renderPlan, weighPlan} = await import('../../lib/backfill/index.js')
    const planned = await planRequested(loadRequestOf(flags), context)
    if (flags.out !== undefined) await this.writePlan(flags.out, planned.plan)
    const needs = await weighPlan(planned.plan, context)
    const result = planDocument(planned, needs, definition.environment.name, asOf)
    return this.finish(result, renderPlan(result, flags.out))
  }
}
