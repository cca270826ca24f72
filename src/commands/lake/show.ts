import {resolve} from 'node:path'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import type {ShowResult} from '../../lib/lake/index.js'

export default class LakeShow extends BaseCommand<ShowResult> {
  static override summary = 'Show the complete lake definition, defaults filled in.'
  static override description = 'Prints what blueprint and sluice.yaml give together, resolved for one environment.'
  static override examples = [
    {description: 'All of it', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'One table', command: '<%= config.bin %> <%= command.id %> --table claims'},
  ]
  static override flags = {
    table: Flags.string({summary: 'Show this table only.', helpValue: '<name>'}),
  }

  async run(): Promise<ShowResult> {
    const {flags} = await this.parse(LakeShow)
    const {loadDefinition, renderShow, showLake} = await import('../../lib/lake/index.js')
    const place = {file: flags.lake, environment: flags.env, workingFolder: resolve('.'), variables: {}}
    const result = showLake(await loadDefinition(place), flags.table)
    return this.finish(result, renderShow(result))
  }
}
