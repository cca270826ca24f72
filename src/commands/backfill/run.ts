import {loadRequestOf, maxQuarantineFlag, planFileFlag, loadFlags, tableFlag} from '../../lib/cli/export-flags.js'
import {allowVanishedFlag, mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import {resourceFlags} from '../../lib/cli/resource-flags.js'
import type {LoadPlanDocument, LoadResultDocument} from '../../lib/backfill/index.js'

export default class BackfillRun extends OperationCommand<LoadResultDocument | LoadPlanDocument> {
  static override summary = 'Load a DynamoDB export into the lake, proven before readers see it.'
  static override description = `Stages every item as a row, reads the result back, and admits it by one write.
Killed at any moment, it goes on with "ops resume"; twice is as good as once.
Exit 4 when more items are set aside than --max-quarantine allows. Refused when
more keys would vanish than the table's max_vanished.`
  static override usage =
    '<%= command.id %> [--export <folder>... | --chain <prefix> | --from-quarantine <operation> | --plan <file>] [FLAGS]'
  static override examples = [
    {
      description: 'Load an export',
      command: '<%= config.bin %> <%= command.id %> --export ./AWSDynamoDB/01768385930622-efd1a093',
    },
    {
      description: 'Run a plan that was written before',
      command: '<%= config.bin %> <%= command.id %> --plan plan.ndjson',
    },
  ]
  static override flags = {
    ...loadFlags,
    ...tableFlag,
    ...planFileFlag,
    ...maxQuarantineFlag,
    ...allowVanishedFlag,
    ...resourceFlags,
    ...mutationFlags,
  }

  async run(): Promise<LoadResultDocument | LoadPlanDocument> {
    const {flags} = await this.parse(BackfillRun)
    const context = await this.context(flags, {operations: 'write', rows: 'write', queries: true})
    const backfill = await import('../../lib/backfill/index.js')
    const {definition, ports} = context
    const plans = () => backfill.planRequested(loadRequestOf(flags), context)
    const planned = flags.plan === undefined ? await plans() : null
    if (planned !== null && flags['dry-run']) {
      const needs = await backfill.weighPlan(planned.plan, context)
      const document = backfill.planDocument(planned, needs, definition.environment.name, context.asOf)
      return this.finish(document, backfill.renderPlan(document))
    }
    if (planned?.plan.units.length === 0) {
      const nothing = backfill.nothingToLoad(planned)
      return this.finish(nothing, backfill.renderLoad(nothing))
    }
    const plan = planned?.plan ?? (await backfill.acceptPlan(await this.readPlan(flags.plan!), definition, ports))
    context.useThreads(await backfill.fitLoad(plan.units, context))
    await this.confirmOperation(plan.header, backfill.willText(plan), flags, context)
    const result = await backfill.runLoad(plan, this.applyOptions(flags, context), ports)
    return this.finish(result, backfill.renderLoad(result), backfill.exitOfLoad(result, flags['max-quarantine']))
  }
}
