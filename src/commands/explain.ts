import * as Args from '@oclif/core/args'
import {BaseCommand} from '../lib/cli/base-command.js'
import type {ExplainResult} from '../lib/explain/index.js'

export default class Explain extends BaseCommand<ExplainResult> {
  static override summary = 'Explain an error code or an exit status: why, and what to do.'
  static override description = 'Needs neither a lake nor a network. Without a name it lists every code.'
  static override examples = [
    {description: 'Every code, by exit status', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'One code', command: '<%= config.bin %> <%= command.id %> LOCK_HELD'},
    {description: 'What exit status 4 says', command: '<%= config.bin %> <%= command.id %> 4'},
  ]
  static override args = {
    code: Args.string({description: 'Error code, in upper or lower case, or an exit status; default: all of them.'}),
  }

  async run(): Promise<ExplainResult> {
    const {args} = await this.parse(Explain)
    const {explain, renderExplain} = await import('../lib/explain/index.js')
    const result = explain(args.code)
    return this.finish(result, renderExplain(result))
  }
}
