import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../../../dist/lib/cli/base-command.js'

/** Prints many bytes, and may fail afterwards. */
export default class Big extends BaseCommand {
  static flags = {bytes: Flags.integer({default: 300_001}), 'then-fail': Flags.boolean()}

  async run() {
    const {flags} = await this.parse(Big)
    const text = 'x'.repeat(flags.bytes - 1)
    if (flags['then-fail']) {
      process.stdout.write(`${text}\n`)
      throw new Error('failed after output')
    }
    return this.finish({text}, text)
  }
}
