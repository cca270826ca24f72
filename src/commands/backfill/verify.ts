import {BaseCommand} from '../../lib/cli/base-command.js'
import {tableFlag} from '../../lib/cli/export-flags.js'
import {positiveIntegerFlag} from '../../lib/cli/flags.js'
import type {VerifyResult} from '../../lib/backfill/index.js'

export default class BackfillVerify extends BaseCommand<VerifyResult> {
  static override summary = 'Prove the loaded exports anew: bytes, counts, digest, sampled items.'
  static override description = `Compares run records, journal, objects and rows, and maps sampled items of the export
by a second, independent path. Exit 3 when something differs, 4 when the export is gone.`
  static override examples = [
    {description: 'The only table', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'More samples', command: '<%= config.bin %> <%= command.id %> --table claims --samples 500'},
  ]
  static override flags = {
    ...tableFlag,
    samples: positiveIntegerFlag({summary: 'Items to compare field by field, a run.', default: 20}),
  }

  async run(): Promise<VerifyResult> {
    const {flags} = await this.parse(BackfillVerify)
    const {definition, ports, query, signal, asOf} = await this.context(flags)
    const {changelogTable, exitOfVerify, renderVerify, verifyTable} = await import('../../lib/backfill/index.js')
    const {name} = changelogTable(definition, flags.table)
    const result = await verifyTable({table: name, samples: flags.samples, asOf}, {operation: ports, query, signal})
    return this.finish(result, renderVerify(result), exitOfVerify(result))
  }
}
