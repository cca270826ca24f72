import * as Flags from '@oclif/core/flags'
import {maxQuarantineFlag, tableFlag} from '../../lib/cli/export-flags.js'
import {mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import type {StreamResult} from '../../lib/ingest/index.js'

export default class IngestStream extends OperationCommand<StreamResult> {
  static override summary = 'Append the events of a DynamoDB stream to a change log.'
  static override description = `Every event counts by its own time and sequence number, whenever it arrives, and
the same file twice is as good as once. One event a line, or a function's whole event.
Exit 4 when more items are set aside than --max-quarantine allows.`
  static override examples = [
    {description: 'Append a file of events', command: '<%= config.bin %> <%= command.id %> --file events.ndjson'},
    {
      description: 'See what they come to, and write nothing',
      command: '<%= config.bin %> <%= command.id %> --file events.ndjson --dry-run',
    },
  ]
  static override flags = {
    file: Flags.string({summary: 'File of events; .gz is unpacked.', helpValue: '<file>', required: true}),
    ...tableFlag,
    ...maxQuarantineFlag,
    yes: mutationFlags.yes,
    'dry-run': mutationFlags['dry-run'],
    confirm: mutationFlags.confirm,
    reason: mutationFlags.reason,
  }

  async run(): Promise<StreamResult> {
    const {flags} = await this.parse(IngestStream)
    const context = await this.context(flags, {operations: null, rows: 'write', queries: false})
    const {definition, ports, signal} = context
    const [{changelogTable}, {exitOfStream, ingestStream, renderStream}] = await Promise.all([
      import('../../lib/backfill/index.js'),
      import('../../lib/ingest/index.js'),
    ])
    const table = changelogTable(definition, flags.table)
    const dryRun = flags['dry-run']
    if (!dryRun) await this.confirmChange(`append ${flags.file} to ${table.name}`, 'low', flags, context)
    const result = await ingestStream({table, file: flags.file, dryRun, signal}, ports)
    return this.finish(result, renderStream(result), exitOfStream(result, flags['max-quarantine']))
  }
}
