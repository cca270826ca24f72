import * as Args from '@oclif/core/args'
import {allowVanishedFlag, mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import {resourceFlags} from '../../lib/cli/resource-flags.js'
import type {ChangedOperation} from '../../lib/operation/index.js'

const {yes, confirm, reason} = mutationFlags

export default class OpsResume extends OperationCommand<ChangedOperation> {
  static override summary = 'Go on with an operation that was interrupted, killed or failed.'
  static override examples = [
    {description: 'The only one that waits', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'One of several', command: '<%= config.bin %> <%= command.id %> 01KAP3Z8V5N6Q4S2T7W9X1Y0AB'},
  ]
  static override args = {
    operation: Args.string({description: 'Id of the operation; default: the only one that waits.'}),
  }
  static override flags = {yes, confirm, reason, ...allowVanishedFlag, ...resourceFlags}

  async run(): Promise<ChangedOperation> {
    const {args, flags} = await this.parse(OpsResume)
    const context = await this.context(flags, {operations: 'write', rows: 'write', queries: true})
    const {definition, ports} = context
    const {definitionHash} = await import('../../lib/lake/index.js')
    const ops = await import('../../lib/operation/index.js')
    const before = await ops.readOperation(ports.store, await ops.chooseResumable(args.operation, ports))
    const {operation, kind, tables} = before.header
    if (kind === 'backfill.load') {
      const {fitLoad} = await import('../../lib/backfill/index.js')
      const unstaged = before.units.filter(({key}) => before.unitRecords.get(key)?.isStaged !== true)
      context.useThreads(await fitLoad(unstaged, context))
    }
    await this.confirmChange(`resume operation ${operation} (${kind})`, 'low', flags, context)
    const hash = definitionHash(definition, tables)
    const record = await ops.resumeOperation(
      operation,
      hash,
      await context.kind(kind),
      this.applyOptions(flags, context),
      ports,
    )
    const result = {...ops.operationDocument(record), changed: before.state !== 'done'}
    return this.finish(result, ops.renderChanged(result, 'resume'))
  }
}
