import * as Args from '@oclif/core/args'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {UnlockDocument} from '../../lib/operation/index.js'

const {yes, confirm, reason} = mutationFlags

export default class OpsUnlock extends OperationCommand<UnlockDocument> {
  static override summary = 'Release a lock whose holder is gone; shows the holder and asks.'
  static override description = `Locks of dead processes on this host are taken over without this command, and those of
other hosts after a minute of silence. A running process on this host is never unlocked.`
  static override examples = [
    {description: 'The lock of a table', command: '<%= config.bin %> <%= command.id %> table:claims --yes'},
  ]
  static override args = {lock: Args.string({description: 'Name of the lock, e.g. table:claims.', required: true})}
  static override flags = {yes, confirm, reason}

  async run(): Promise<UnlockDocument> {
    const {args, flags} = await this.parse(OpsUnlock)
    const context = await this.context(flags)
    const {lockHolder, renderUnlock, unlock} = await import('../../lib/operation/index.js')
    const held = await lockHolder(args.lock, context.ports)
    if (held !== null) {
      const holder = `process ${held.holder.pid} of ${held.holder.user} on ${held.holder.host}`
      await this.confirmChange(
        `release ${args.lock}, held by ${holder} for operation ${held.operation},`,
        'high',
        flags,
        context,
      )
    }
    const result = await unlock(args.lock, context.ports)
    return this.finish(result, renderUnlock(result))
  }
}
