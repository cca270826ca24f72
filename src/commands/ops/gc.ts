import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {GarbageDocument} from '../../lib/operation/index.js'

const {yes, confirm, reason, 'dry-run': dryRun} = mutationFlags
/** Longer than any query that may still read the old objects, and than caches of their places. */
const DEFAULT_GRACE_HOURS = 72

export default class OpsGc extends OperationCommand<GarbageDocument> {
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
      summary: 'Leave operations alone that ended less than this ago.',
      default: DEFAULT_GRACE_HOURS,
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
    const options = {...this.applyOptions(flags, context), graceHours: flags['grace-hours'], dryRun: flags['dry-run']}
    const result = await collectAll(args.operation, options, context.kind, context.asOf, context.ports)
    return this.finish(result, renderGarbage(result))
  }
}
