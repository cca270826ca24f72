import {resolve} from 'node:path'
import {BaseCommand} from '../../lib/cli/base-command.js'
import type {CheckResult} from '../../lib/lake/index.js'

export default class LakeCheck extends BaseCommand<CheckResult> {
  static override summary = 'Check the lake definition: every mistake with line and fix.'
  static override description = `Looks at the definition only, in every environment; calls no service.
Exit 0 without mistakes, 2 with any; warnings do not change it.`
  static override examples = [
    {description: 'The definition here or in a folder above', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'A file, for a pull request check',
      command: '<%= config.bin %> <%= command.id %> --lake ./lakes/icpa.yaml --json',
    },
  ]

  async run(): Promise<CheckResult> {
    const {flags} = await this.parse(LakeCheck)
    const {checkLake, renderCheck} = await import('../../lib/lake/index.js')
    const place = {file: flags.lake, environment: flags.env, workingFolder: resolve('.'), variables: {}}
    const result = await checkLake({...place, now: flags.now ?? new Date()})
    return this.finish(result, renderCheck(result))
  }
}
