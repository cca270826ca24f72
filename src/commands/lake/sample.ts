import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import {mutationFlags, positiveIntegerFlag} from '../../lib/cli/flags.js'
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
      description: 'One item in a hundred has a defect, as in real tables',
      command: '<%= config.bin %> <%= command.id %> --items 10000 --error-rate 0.01 --out ./broken-export',
    },
    {
      description: 'Nine items in ten on one day, in many small files: see the plan first',
      command: '<%= config.bin %> <%= command.id %> --items 50000 --skew 0.9 --files 2880 --out ./skewed --dry-run',
    },
  ]
  static override flags = {
    items: positiveIntegerFlag({summary: 'Items of the export.', default: 100_000}),
    days: positiveIntegerFlag({summary: 'UTC days over which the claims are made.', default: 90}),
    files: positiveIntegerFlag({summary: 'Data files, one in eight of them empty.', default: 16}),
    seed: positiveIntegerFlag({summary: 'Another seed makes other items.', default: 1}),
    'error-rate': share({summary: 'Share of items with a defect of five kinds, 0 to 1.', default: 0}),
    skew: share({summary: 'Share of items that are all made on one day, 0 to 1.', default: 0}),
    'dry-run': mutationFlags['dry-run'],
    out: Flags.string({summary: 'Empty or new folder to write to.', helpValue: '<folder>', default: './sample-export'}),
  }

  async run(): Promise<SampleResult> {
    const {flags} = await this.parse(LakeSample)
    const {openFolder} = await import('../../lib/context.js')
    const sample = await import('../../lib/sample/index.js')
    const output = await openFolder(flags.out)
    const exportTime = new Date((flags.now ?? new Date()).toISOString().slice(0, 10))
    const {items, days, files, seed, skew, 'error-rate': errorRate} = flags
    const request = {items, days, files, seed, skew, errorRate, exportTime}
    const place = {out: flags.out, uri: output.uri, exportTime}
    const plan = sample.planSample(request)
    await sample.refuseUnlessEmpty(output)
    if (flags['dry-run']) {
      const planned = sample.plannedResult(plan, place)
      return this.finish(planned, sample.renderSample(planned))
    }
    const report = this.reporting(flags)
    report({kind: 'note', text: sample.planText(plan)})
    const ports = {output, clock: {monotonicMs: () => performance.now()}}
    const written = await sample.writeSampleExport({...request, report, signal: this.signal}, ports)
    const result = sample.sampleResult(written, place)
    return this.finish(result, sample.renderSample(result))
  }
}
