import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import {tableFlag} from '../../lib/cli/export-flags.js'
import {positiveIntegerFlag} from '../../lib/cli/flags.js'
import type {VerifyResult} from '../../lib/backfill/index.js'

export default class BackfillVerify extends BaseCommand<VerifyResult> {
  static override summary = 'Prove the loaded exports anew: files, objects, rows, samples, chain.'
  static override description = `Counts the files of each export once more, compares run records,
journal, objects and rows, maps sampled lines by a second, independent path,
and looks for keys in two partitions and for gaps between exports.
Exit 3 when something differs, 4 when something could not be compared.`
  static override examples = [
    {description: 'The only table', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'More samples', command: '<%= config.bin %> <%= command.id %> --table claims --samples 500'},
    {
      description: 'A report for an auditor',
      command: '<%= config.bin %> <%= command.id %> --table claims --output md',
    },
  ]
  static override flags = {
    ...tableFlag,
    samples: positiveIntegerFlag({summary: 'Lines to compare field by field, a run.', default: 20}),
    output: Flags.option({
      summary: 'How to print the answer; md is a report to keep.',
      options: ['text', 'md'] as const,
      default: 'text',
      exclusive: ['json'],
    })(),
  }

  async run(): Promise<VerifyResult> {
    const {flags} = await this.parse(BackfillVerify)
    const {definition, ports, query, signal, asOf} = await this.context(flags)
    const {changelogTable, exitOfVerify, renderVerify, verifyTable} = await import('../../lib/backfill/index.js')
    const {name} = changelogTable(definition, flags.table)
    const request = {table: name, samples: flags.samples, asOf, version: this.config.version}
    const result = await verifyTable(request, definition, {operation: ports, query, signal})
    return this.finish(result, renderVerify(result, flags.output), exitOfVerify(result))
  }
}
