import * as Args from '@oclif/core/args'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {ChangedOperation, PlanHeader} from '../../lib/operation/index.js'

const {yes, confirm, reason} = mutationFlags

export default class OpsUndo extends OperationCommand<ChangedOperation> {
  static override summary = 'Take back what an operation published.'
  static override description = 'Rows stay until gc; readers stop seeing them with one write.'
  static override examples = [
    {description: 'One operation', command: '<%= config.bin %> <%= command.id %> 01KAP3Z8V5N6Q4S2T7W9X1Y0AB --yes'},
  ]
  static override args = {operation: Args.string({description: 'Id of the operation.', required: true})}
  static override flags = {yes, confirm, reason}

  async run(): Promise<ChangedOperation> {
    const {args, flags} = await this.parse(OpsUndo)
    const context = await this.context(flags, {operations: 'write', rows: null, queries: false})
    const {ports} = context
    const ops = await import('../../lib/operation/index.js')
    const {header} = await ops.readOperation(ports.store, args.operation)
    this.refuseKind(header)
    await this.confirmChange(`take back operation ${header.operation} (${header.kind})`, 'high', flags, context)
    const kind = await context.kind(header.kind)
    const {record, changed} = await ops.undoOperation(header.operation, kind, this.applyOptions(flags, context), ports)
    const result = {...ops.operationDocument(record), changed}
    return this.finish(result, ops.renderChanged(result, 'undo'))
  }

  /** For commands that take back operations of one kind only. */
  protected refuseKind(_header: Pick<PlanHeader, 'kind' | 'operation'>): void {}
}
