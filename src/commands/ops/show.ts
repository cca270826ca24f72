import * as Args from '@oclif/core/args'
import {BaseCommand} from '../../lib/cli/base-command.js'
import type {ShownOperation} from '../../lib/operation/index.js'

export default class OpsShow extends BaseCommand<ShownOperation> {
  static override summary = 'Show one operation: state, caller, proof, estimate and actual.'
  static override examples = [
    {description: 'One operation', command: '<%= config.bin %> <%= command.id %> 01KAP3Z8V5N6Q4S2T7W9X1Y0AB'},
  ]
  static override args = {operation: Args.string({description: 'Id of the operation.', required: true})}

  async run(): Promise<ShownOperation> {
    const {args, flags} = await this.parse(OpsShow)
    const {ports, asOf} = await this.context(flags)
    const {renderOperation, showOperation} = await import('../../lib/operation/index.js')
    const result = await showOperation(args.operation, asOf, ports)
    return this.finish(result, renderOperation(result))
  }
}
