import {BaseCommand} from '../../lib/cli/base-command.js'
import {exportFlags} from '../../lib/cli/export-flags.js'
import type {InspectResult} from '../../lib/backfill/index.js'

export default class BackfillInspect extends BaseCommand<InspectResult> {
  static override summary = 'Check a DynamoDB export: manifests, checksums, counts, files.'
  static override description = `Needs no lake. Reads both manifests and every listed file's checksum, no item.
Data folders are never listed: what the manifest does not name does not exist.`
  static override examples = [
    {
      description: 'An export that was copied to a folder',
      command: '<%= config.bin %> <%= command.id %> --export ./AWSDynamoDB/01768385930622-efd1a093',
    },
  ]
  static override flags = exportFlags

  async run(): Promise<InspectResult> {
    const {flags} = await this.parse(BackfillInspect)
    const {openSource} = await import('../../lib/context.js')
    const {inspectExport, renderInspect} = await import('../../lib/backfill/index.js')
    const request = {uri: flags.export, acceptEditedSummary: flags['accept-edited-summary']}
    const result = await inspectExport(request, flags.now ?? new Date(), {openSource})
    return this.finish(result, renderInspect(result))
  }
}
