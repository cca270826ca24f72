import * as Args from '@oclif/core/args'
import {planRequestOf, queryFlags} from '../../lib/cli/query-flags.js'
import {RowsCommand, type StreamFlags} from '../../lib/cli/rows-command.js'
import type {Context} from '../../lib/context.js'
import type {QueryPlan, QueryResult} from '../../lib/query/index.js'

const DOCUMENT_ROWS = 10_000

export default class Query extends RowsCommand<QueryResult> {
  static override summary = 'Ask the lake one SELECT; say what it reads and costs.'
  static override description = `The statement comes as an argument, by --file or through a pipe. It reads the tables of the lake, nothing else.
Rows go to stdout as they come; warnings and the closing line to stderr. Restricted columns read [restricted].`
  static override examples = [
    {
      description: 'Claims by status',
      command: `<%= config.bin %> <%= command.id %> 'SELECT status, count(*) FROM claims_current GROUP BY 1'`,
    },
    {
      description: 'One day of each month, by a parameter, as CSV',
      command: `<%= config.bin %> <%= command.id %> 'SELECT claim_id FROM claims_current WHERE day = $day' --param day=14 --output csv`,
    },
    {
      description: 'What would be read',
      command: `<%= config.bin %> <%= command.id %> 'SELECT max(created_at) FROM claims_current' --dry-run`,
    },
  ]
  static override args = {sql: Args.string({description: 'One SELECT statement; - is the pipe.', ignoreStdin: true})}
  static override flags = queryFlags

  async run(): Promise<QueryResult> {
    const {args, flags} = await this.parse(Query)
    const sql = await this.statement({argument: args.sql, file: flags.file})
    this.limitTime(flags.timeout)
    const context = await this.context(flags)
    const {answerQuery, planQuery, renderQueryPlan, resultOf, warningLines} = await import('../../lib/query/index.js')
    const plan = await planQuery(planRequestOf(sql, flags), context)
    if (flags['dry-run']) return this.finish(resultOf(plan, null), renderQueryPlan(plan))
    for (const text of warningLines(plan)) context.ports.report({kind: 'note', text: `Warning: ${text}`})
    if (!this.jsonEnabled()) return this.stream(plan, context, flags)
    return this.finish(await answerQuery(plan, context, flags['max-rows'] ?? DOCUMENT_ROWS), '')
  }

  private async stream(plan: QueryPlan, context: Context, flags: StreamFlags): Promise<QueryResult> {
    const {closingLine, resultOf, rowColumns, runQuery} = await import('../../lib/query/index.js')
    const {clock, report} = context.ports
    const startedMs = clock.monotonicMs()
    const {columns, rows, statistics} = await runQuery(plan, context)
    const {notes, ...printed} = await this.print({columns: rowColumns(columns), rows, ...flags})
    const durationMs = clock.monotonicMs() - startedMs
    const closing = closingLine(plan, {...printed, durationMs}, statistics)
    for (const text of printed.isReaderGone ? [] : [...notes, closing]) report({kind: 'note', text})
    return this.finish(resultOf(plan, null), '')
  }
}
