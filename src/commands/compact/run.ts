import {compactAsked, compactFlags, compactPlanFlag, compactRunCommand} from '../../lib/cli/compact-flags.js'
import {concurrencyFlag, mutationFlags} from '../../lib/cli/flags.js'
import {OperationCommand} from '../../lib/cli/operation-command.js'
import {resourceFlags} from '../../lib/cli/resource-flags.js'
import type {CompactedTable, CompactPlanDocument, CompactResultDocument} from '../../lib/compact/index.js'

export default class CompactRun extends OperationCommand<CompactResultDocument | CompactPlanDocument> {
  static override summary = 'Merge small files into few, proven row by row before readers see them.'
  static override description = `Each partition is merged, read back and published by itself. Killed at any moment, it
goes on with "ops resume". The merged files stay until gc, so that it can be taken
back. Exit 4 when a partition had to be left as it was.`
  static override examples = [
    {description: 'Every table', command: '<%= config.bin %> <%= command.id %>'},
    {
      description: 'One month',
      command: '<%= config.bin %> <%= command.id %> --table claims --from 2026-01-01 --to 2026-02-01',
    },
  ]
  static override flags = {...compactFlags, ...compactPlanFlag, ...concurrencyFlag, ...resourceFlags, ...mutationFlags}

  async run(): Promise<CompactResultDocument | CompactPlanDocument> {
    const {flags, raw} = await this.parse(CompactRun)
    const use = flags['dry-run'] ? 'read' : 'write'
    const context = await this.context(flags, {operations: use, rows: use, queries: flags.engine === 'athena'})
    const {definition, ports, asOf, resources} = context
    const compact = await import('../../lib/compact/index.js')
    const engines = compact.enginesAsked(flags.engine, definition.environment)
    const request = compact.compactRequest(compactAsked(flags), asOf, engines)
    const tables = compact.chosenTables(definition, flags.table)
    if (flags['dry-run']) {
      const document = await compact.planDocument(request, tables, definition, ports)
      return this.finish(document, compact.renderPlan(document, compactRunCommand(raw)))
    }
    const plans =
      flags.plan === undefined
        ? await compact.planRuns(request, tables, definition, ports)
        : [compact.acceptPlan(await this.readPlan(flags.plan), definition)]
    const done: CompactedTable[] = []
    const concurrency = flags.concurrency ?? resources.threads
    for (const plan of plans) {
      await this.confirmOperation(plan.header, compact.willText(plan), flags, context)
      const kind = await context.kind(plan.header.kind)
      done.push(await compact.runCompaction(plan, kind, {...this.applyOptions(flags, context), concurrency}, ports))
    }
    const result = {changed: done.some(({merged}) => merged > 0), tables: done}
    return this.finish(result, compact.renderResult(result), compact.exitOfResult(result))
  }
}
