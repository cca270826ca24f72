import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../../../dist/lib/cli/base-command.js'
import {mutationFlags} from '../../../../dist/lib/cli/flags.js'

/** Changes something, once it may. */
export default class Change extends BaseCommand {
  static flags = {
    ...mutationFlags,
    protect: Flags.boolean(),
    remote: Flags.boolean(),
    danger: Flags.string({default: 'high'}),
  }

  async run() {
    const {flags} = await this.parse(Change)
    const place = {lake: 'icpa', environment: 'prod', isProtected: flags.protect, isLocal: !flags.remote}
    await this.confirm({danger: flags.danger, will: 'erase 3 subjects', ...place}, flags)
    return this.finish({changed: true}, 'changed')
  }
}
