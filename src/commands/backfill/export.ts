import * as Flags from '@oclif/core/flags'
import {tableFlag} from '../../lib/cli/export-flags.js'
import {instantFlag, mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {ExportAct, ExportPlan} from '../../lib/backfill/index.js'

export default class BackfillExport extends OperationCommand<ExportAct | ExportPlan> {
  static override summary = 'Have DynamoDB write an export of a table to S3.'
  static override description = `Reads nothing of the table itself: needs point-in-time recovery. The same command
again joins the export that it started.`
  static override examples = [
    {
      description: 'Everything as it is now, and wait for it',
      command: '<%= config.bin %> <%= command.id %> --into s3://my-bucket/exports --wait',
    },
    {
      description: 'What changed in an hour',
      command:
        '<%= config.bin %> <%= command.id %> --into s3://my-bucket/exports --from 2026-01-14T10:00:00Z --to 2026-01-14T11:00:00Z',
    },
  ]
  static override flags = {
    into: Flags.string({summary: 'Where DynamoDB writes.', helpValue: '<s3://bucket/prefix>', required: true}),
    ...tableFlag,
    at: instantFlag({summary: 'Every item as of this instant; default: now.', exclusive: ['from', 'to']}),
    from: instantFlag({summary: 'Only what changed from here on; 15 minutes to 24 hours.', dependsOn: ['to']}),
    to: instantFlag({summary: 'End of the changes, excluded.', dependsOn: ['from']}),
    format: Flags.option({summary: 'Of the files.', options: ['json', 'ion'] as const, default: 'json' as const})(),
    view: Flags.option({
      summary: 'Images that changes carry; both also tell where an item was before.',
      options: ['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'] as const,
      default: 'NEW_AND_OLD_IMAGES' as const,
    })(),
    wait: Flags.boolean({summary: 'Wait until it is done; Ctrl-C leaves the export running.', default: false}),
    ...mutationFlags,
  }

  async run(): Promise<ExportAct | ExportPlan> {
    const {flags} = await this.parse(BackfillExport)
    const context = await this.context(flags)
    const {makeExport, planExport, renderExport, renderExportPlan} = await import('../../lib/backfill/index.js')
    const {clock, report} = context.ports
    const ports = {exports: await context.tableExports(), clock, report}
    const {table = null, at = null, from = null, to = null, into, format, view} = flags
    const {environment} = context.definition
    const plan = await planExport({table, at, from, to, into, format, view}, context.definition, ports)
    if (flags['dry-run']) return this.finish(plan, renderExportPlan(plan, environment.name))
    await this.refuseCost(plan.costUsdMicros, flags['max-cost'])
    await this.confirmChange(`export ${plan.dynamodb} to ${into}`, 'low', flags, context)
    const act = await makeExport(plan, {wait: flags.wait, signal: this.signal}, ports)
    return this.finish(act, renderExport(act, environment.name))
  }
}
