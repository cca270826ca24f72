import {documentOf} from '../contract/cli/result-document.js'
import {runSluice} from '../cli/run-cli.js'
import {control} from '../lab/checks/gateway-control.js'
import {keysOf, makeRole} from '../lab/faults/fault-keys.js'
import type {AwsLake} from '../lab/aws-lake.js'
import type {Statement} from '../../src/lib/iam/policy.js'
import {refusedPart} from './allows.js'
import {succeed} from './lab-lake.js'
import type {LoggedCall} from './logged-calls.js'

interface WatchedRun {
  readonly command: string
  readonly accessKey: string
}

/**
 * Runs commands with all rights, each with a key of its own, and holds what they asked for against the policy that
 * `lake iam` prints for them, by AWS's rules. That each permission is needed is not shown so; `lab-trials.ts` does that.
 */
export class PolicyWatch {
  readonly #runs: WatchedRun[] = []

  private constructor(
    private readonly lake: AwsLake,
    private readonly role: string,
  ) {}

  static async over(lake: AwsLake): Promise<PolicyWatch> {
    return new PolicyWatch(lake, await makeRole())
  }

  /** Runs a command with `--json`: its document, checked against its schema, or that of its error. */
  async answerOf<Document>(...argv: string[]): Promise<{readonly exit: number | null; readonly document: Document}> {
    const {variables, accessKey} = await keysOf(this.role)
    const [topic = '', verb = ''] = argv
    this.#runs.push({command: `${topic} ${verb}`, accessKey})
    const {stdout, stderr, exit} = await runSluice([...argv, '--json'], {cwd: this.lake.folder, variables})
    if (stderr !== '') throw new Error(`stderr of --json: ${stderr}`)
    const isError = Object.keys(JSON.parse(stdout) as object).join() === 'error'
    return {exit, document: documentOf(isError ? 'error' : `${topic}:${verb}`, stdout) as Document}
  }

  /** What the printed policies do not allow of all that was asked, with the command that asked; and how much was asked. */
  async judge(): Promise<{readonly refused: readonly string[]; readonly calls: number}> {
    const policies = new Map<string, readonly Statement[]>()
    const entries = (await control('GET', '/__wire')) as readonly LoggedCall[]
    const refused = new Set<string>()
    let calls = 0
    for (const {command, accessKey} of this.#runs) {
      const policy = policies.get(command) ?? (await this.#policyOf(command))
      policies.set(command, policy)
      const own = entries.filter((entry) => entry.accessKey === accessKey)
      calls += own.length
      for (const call of own) {
        const part = refusedPart(call, this.lake, policy)
        if (part !== null) refused.add(`${command}: ${part}`)
      }
    }
    return {refused: [...refused].sort(), calls}
  }

  async #policyOf(command: string): Promise<readonly Statement[]> {
    const place = `s3://${this.lake.stateBucket}/exports`
    const words = [...command.split(' '), '--env', 'aws', '--export-place', place, '--json']
    const {policies} = JSON.parse(await succeed(this.lake, 'lake', 'iam', ...words)) as {
      policies: {document: {Statement: Statement[]}}[]
    }
    return policies.flatMap(({document}) => document.Statement)
  }
}
