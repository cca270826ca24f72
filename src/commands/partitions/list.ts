import {tableFlag} from '../../lib/cli/export-flags.js'
import {positiveIntegerFlag, rowsFlags} from '../../lib/cli/flags.js'
import {RowsCommand} from '../../lib/cli/rows-command.js'
import type {ListDocument} from '../../lib/partitions/index.js'

const DOCUMENT_ROWS = 10_000

export default class PartitionsList extends RowsCommand<ListDocument> {
  static override summary = 'List the partitions of a table, with what lies in each.'
  static override examples = [
    {description: 'Of the only table', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'As CSV', command: '<%= config.bin %> <%= command.id %> --table request_logs --output csv'},
  ]
  static override flags = {
    ...tableFlag,
    ...rowsFlags,
    'max-rows': positiveIntegerFlag({
      summary: 'Most rows; default: 10,000 with --json, 1,000 for a table on a terminal.',
    }),
  }

  async run(): Promise<ListDocument> {
    const {flags} = await this.parse(PartitionsList)
    const {definition, ports, asOf} = await this.context(flags)
    const partitions = await import('../../lib/partitions/index.js')
    const table = partitions.partitionedTable(definition, flags.table)
    const rows = await partitions.listPartitions(table, ports)
    const document = partitions.listDocument(table, rows, definition, asOf, flags['max-rows'] ?? DOCUMENT_ROWS)
    if (this.jsonEnabled()) return this.finish(document, '')
    const shape = {output: flags.output, 'max-rows': flags['max-rows'], 'csv-exact': false}
    const printed = await this.print({columns: partitions.partitionColumns(), rows, ...shape})
    const closing = [...printed.notes, partitions.renderList(document)]
    for (const text of printed.isReaderGone ? [] : closing) ports.report({kind: 'note', text})
    return this.finish(document, '')
  }
}
