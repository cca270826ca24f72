import {setTimeout as sleep} from 'node:timers/promises'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../../../dist/lib/cli/base-command.js'

/** Works until it is stopped; a deaf one does not listen. */
export default class Wait extends BaseCommand {
  static flags = {deaf: Flags.boolean()}

  async run() {
    const {flags} = await this.parse(Wait)
    const report = this.reporting(flags)
    report({kind: 'phase', phase: 'stage', unit: 'files', total: 16})
    report({kind: 'progress', done: 4})
    process.stderr.write('ready\n')
    await sleep(600_000, undefined, flags.deaf ? {} : {signal: this.signal})
    return this.finish({}, 'never')
  }
}
