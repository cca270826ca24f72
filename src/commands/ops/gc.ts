import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {GarbageDocument} from '../../lib/operation/index.js'

const {yes, confirm, reason, 'dry-run': dryRun} = mutationFlags

export default class OpsGc extends OperationCommand<GarbageDocument> {
  /** Operations of other kinds are passed over. */
  protected readonly kinds: RegExp = /./
  static override summary = 'Delete what ended operations left behind, after a grace time.'
  static override description = `Deletes only objects that the operations name and that nothing reads any more.
An undone operation whose rows were deleted cannot come back.`
  static override examples = [
    {description: 'See what would be deleted', command: '<%= config.bin %> <%= command.id %> --dry-run'},
    {description: 'Delete it', command: '<%= config.bin %> <%= command.id %> --yes'},
  ]
  static override args = {operation: Args.string({description: 'Id of the operation; default: all of them.'})}
  static override flags = {
    'grace-hours': Flags.integer({
      summary: 'Leave operations alone that ended less than this ago; default: 72, for merged files of change logs 1.',
      min: 0,
    }),
    yes,
    'dry-run': dryRun,
    confirm,
    reason,
  }

  async run(): Promise<GarbageDocument> {
    const {args, flags} = await this.parse(OpsGc)
    const context = await this.context(flags, {operations: 'write', rows: 'read', queries: false})
    const {collectAll, renderGarbage} = await import('../../lib/operation/index.js')
    if (!flags['dry-run']) await this.confirmChange('delete what ended operations left behind', 'high', flags, context)
    const graceHours = flags['grace-hours'] ?? null
    const isOfKind = (kind: string): boolean => this.kinds.test(kind)
    const options = {...this.applyOptions(flags, context), graceHours, dryRun: flags['dry-run'], isOfKind}
    const result = await collectAll(args.operation, options, context.kind, context.asOf, context.ports)
    return this.finish(result, renderGarbage(result))
  }
}
