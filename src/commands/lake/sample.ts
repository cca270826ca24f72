import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import {positiveIntegerFlag} from '../../lib/cli/flags.js'
import type {SampleResult} from '../../lib/sample/index.js'

const share = Flags.custom<number>({
  helpValue: '<share>',
  parse: (text) => Promise.resolve(Number(text.trim() === '' ? Number.NaN : text)),
})

export default class LakeSample extends BaseCommand<SampleResult> {
  static override summary = 'Make a real-looking DynamoDB export of claims to try a lake with.'
  static override description = `Writes a full export in the layout of the service: manifests, checksums, gzip files.
The same flags make the same items. The export is taken at midnight UTC of today, or of --now.`
  static override examples = [
    {description: '100,000 claims of 90 days', command: '<%= config.bin %> <%= command.id %> --out ./sample-export'},
    {
      description: 'One item in a hundred that a load must quarantine',
      command: '<%= config.bin %> <%= command.id %> --items 10000 --error-rate 0.01 --out ./broken-export',
    },
  ]
  static override flags = {
    items: positiveIntegerFlag({summary: 'Items of the export.', default: 100_000}),
    days: positiveIntegerFlag({summary: 'UTC days over which the claims are made.', default: 90}),
    files: positiveIntegerFlag({summary: 'Data files, one in eight of them empty.', default: 16}),
    seed: positiveIntegerFlag({summary: 'Another seed makes other items.', default: 1}),
    'error-rate': share({summary: 'Share of items with a defect, 0 to 1.', default: 0}),
    skew: share({summary: 'Share of items that are all made on one day, 0 to 1.', default: 0}),
    out: Flags.string({summary: 'Empty or new folder to write to.', helpValue: '<folder>', default: './sample-export'}),
  }

  async run(): Promise<SampleResult> {
    const {flags} = await this.parse(LakeSample)
    const {openFolder} = await import('../../lib/context.js')
    const sample = await import('../../lib/sample/index.js')
    const output = await openFolder(flags.out)
    await sample.refuseUnlessEmpty(output)
    const exportTime = new Date((flags.now ?? new Date()).toISOString().slice(0, 10))
    const {items, days, files, seed, skew} = flags
    const written = await sample.writeSampleExport(
      {
        items,
        days,
        files,
        seed,
        skew,
        errorRate: flags['error-rate'],
        exportTime,
        report: this.reporting(flags),
        signal: this.signal,
      },
      {output, clock: {monotonicMs: () => performance.now()}},
    )
    const result = sample.sampleResult(written, {out: flags.out, uri: output.uri, exportTime})
    return this.finish(result, sample.renderSample(result))
  }
}
