import {BaseCommand} from '../lib/cli/base-command.js'
import type {DoctorResult} from '../lib/doctor/index.js'

export default class Doctor extends BaseCommand<DoctorResult> {
  static override summary = 'Check everything that the lake stands on, and change nothing.'
  static override description = `Caller, definition, clock, places, catalog, sources, queries, operations, security, permissions.
Each finding comes with its way out. A check that cannot look is unknown and hides no other one.
Exit 0: all pass, or warn. 3: a check fails. 4: something could not be looked at, and nothing fails.`
  static override examples = [
    {description: 'This lake', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'For a monitor', command: '<%= config.bin %> <%= command.id %> --json'},
  ]

  async run(): Promise<DoctorResult> {
    const {flags} = await this.parse(Doctor)
    const {definition, ports, asOf, signal, machine, leftOvers, facts} = await this.context(flags)
    const {examineLake, exitOfDoctor, renderDoctor} = await import('../lib/doctor/index.js')
    const result = await examineLake(definition, asOf, {...ports, signal, machine, leftOvers, facts})
    return this.finish(result, renderDoctor(result), exitOfDoctor(result))
  }
}
