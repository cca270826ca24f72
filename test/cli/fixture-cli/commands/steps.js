import {setTimeout as sleep} from 'node:timers/promises'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../../../dist/lib/cli/base-command.js'
import {rowsFlags} from '../../../../dist/lib/cli/flags.js'

/** Reports the phases of a load, at a pace that a person can watch. */
export default class Steps extends BaseCommand {
  static flags = {...rowsFlags, 'step-ms': Flags.integer({default: 0})}

  async run() {
    const {flags} = await this.parse(Steps)
    const report = this.reporting(flags)
    report({kind: 'phase', phase: 'stage', unit: 'files', total: 16})
    for (let done = 1; done <= 16; done += 1) {
      await sleep(flags['step-ms'], undefined, {signal: this.signal})
      report({kind: 'progress', done})
    }
    report({kind: 'done', phase: 'stage', text: '16 files', durationMs: 14_200})
    report({kind: 'note', text: 'a note'})
    return this.finish({files: 16, output: flags.output}, '16 files are staged.')
  }
}
