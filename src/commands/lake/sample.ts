import {OperationCommand} from '../../lib/cli/operation-command.js'
import {sampleAsked, sampleFlags} from '../../lib/cli/sample-flags.js'
import type {FillResult, SampleResult} from '../../lib/sample/index.js'

export default class LakeSample extends OperationCommand<SampleResult | FillResult> {
  static override summary = 'Make real-looking claims to try a lake with: an export, or small files.'
  static override description = `Writes a full export in the layout of the service: manifests, checksums, gzip files.
With --small-files it fills a change log with stream events instead, in many small
files, as a delivery stream leaves them: something to compact.
The same flags make the same items. The sample is taken at midnight UTC of today, or of --now.`
  static override examples = [
    {description: '100,000 claims of 90 days', command: '<%= config.bin %> <%= command.id %> --out ./sample-export'},
    {
      description: 'One item in a hundred has a defect, as in real tables',
      command: '<%= config.bin %> <%= command.id %> --items 10000 --error-rate 0.01 --out ./broken-export',
    },
    {
      description: 'Nine items in ten on one day, in many small files: see the plan first',
      command: '<%= config.bin %> <%= command.id %> --items 50000 --skew 0.9 --files 2880 --out ./skewed --dry-run',
    },
    {
      description: 'A lake full of small files, 32 a day: see what it would be first',
      command: '<%= config.bin %> <%= command.id %> --small-files 2880 --dry-run',
    },
  ]
  static override flags = sampleFlags

  async run(): Promise<SampleResult | FillResult> {
    const {flags} = await this.parse(LakeSample)
    const sample = await import('../../lib/sample/index.js')
    const {'small-files': smallFiles, 'dry-run': dryRun, out} = flags
    const [asked, signal] = [sampleAsked(flags), this.signal]
    if (smallFiles === undefined) {
      const {openFolder} = await import('../../lib/context.js')
      const ports = {output: await openFolder(out), clock: {monotonicMs: () => performance.now()}}
      const result = await sample.makeSample({...asked, out, dryRun, report: this.reporting(flags), signal}, ports)
      return this.finish(result, sample.renderSample(result))
    }
    const context = await this.context(flags)
    const {changelogTable} = await import('../../lib/backfill/index.js')
    const table = changelogTable(context.definition, flags.table)
    const plan = sample.planFill({...asked, smallFiles})
    if (!dryRun) await this.confirmChange(sample.fillText(plan, table.name), 'low', flags, context)
    const result = await sample.fillChangelog(plan, {table, dryRun, signal}, context.ports)
    return this.finish(result, sample.renderFill(result))
  }
}
