import {BaseCommand} from '../lib/cli/base-command.js'
import type {StatusResult} from '../lib/status/index.js'

export default class Status extends BaseCommand<StatusResult> {
  static override summary = 'Show the lake on one screen, and what waits for you.'
  static override description = `Reads listings, run records and journals; rows only where those cannot tell.
Exit 0: healthy. 3: something waits for a person. 4: a part could not be looked at; the rest is shown.`
  static override examples = [
    {description: 'This lake', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'For a monitor', command: '<%= config.bin %> <%= command.id %> --json'},
  ]

  async run(): Promise<StatusResult> {
    const {flags} = await this.parse(Status)
    const {definition, ports, asOf, signal, leftOvers} = await this.context(flags)
    const {exitOfStatus, lakeStatus, renderStatus} = await import('../lib/status/index.js')
    const result = await lakeStatus(definition, asOf, {...ports, signal, leftOvers})
    return this.finish(result, renderStatus(result), exitOfStatus(result))
  }
}
