import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../lib/cli/base-command.js'
import type {InitResult} from '../lib/lake/index.js'

export default class Init extends BaseCommand<InitResult> {
  static override summary = 'Start a lake: write a short, commented sluice.yaml.'
  static override description = `Writes sluice.yaml and, for editors, its JSON Schema below .sluice/.
An existing sluice.yaml is never replaced.`
  static override examples = [
    {description: 'A claims lake here', command: '<%= config.bin %> <%= command.id %> --blueprint claims'},
    {
      description: 'In another folder, under a name of its own',
      command: '<%= config.bin %> <%= command.id %> ./my-lake --blueprint claims --name icpa',
    },
  ]
  static override args = {
    folder: Args.string({description: 'Folder of the lake; made when it is not there.', default: '.'}),
  }
  static override flags = {
    blueprint: Flags.string({summary: 'Ready definition to build on.', helpValue: '<name>', default: 'claims'}),
    name: Flags.string({summary: "Name of the lake; default: the folder's.", helpValue: '<lake>'}),
  }

  async run(): Promise<InitResult> {
    const {args, flags} = await this.parse(Init)
    const {initLake, renderInit} = await import('../lib/lake/index.js')
    const result = await initLake({folder: resolve(args.folder), blueprint: flags.blueprint, lake: flags.name})
    return this.finish(result, renderInit(result))
  }
}
