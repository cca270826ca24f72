import {AssumeRoleCommand, STSClient} from '@aws-sdk/client-sts'
import {expect} from 'vitest'
import {loadDefinition} from '../../src/lib/lake/index.js'
import type {AwsEnvironment, LakeDefinition} from '../../src/lib/lake/index.js'
import {statementsOf, type Statement} from '../../src/lib/iam/policy.js'
import {Targets, type WholeEnvironment} from '../../src/lib/iam/targets.js'
import {grantsOf, nameOf, type Grant} from '../../src/lib/iam/uses.js'
import {runSluice} from '../cli/run-cli.js'
import {MEETS_ALL} from '../fault/fault-points.js'
import {ACCOUNT, type AwsLake} from '../lab/aws-lake.js'
import {control} from '../lab/checks/gateway-control.js'
import {createRole} from '../lab/checks/iam-roles.js'
import {ownName} from '../lab/checks/lab-clients.js'
import {refusedPart} from './allows.js'
import {restore, succeed, type World} from './lab-lake.js'
import {permissionOf, type LoggedCall} from './logged-calls.js'
import {TRIED} from './tried-commands.js'

/** One way to run a command. */
export interface Scenario {
  /** `{n}` is another number in each run. */
  readonly argv: readonly string[]
  readonly world: World
  /** How it ends with all rights, 0 unless said. */
  readonly exit?: number
}

export interface Trial {
  /** As `lake iam` takes it. */
  readonly command: string
  readonly scenarios: readonly Scenario[]
  /** Permissions without which it goes on: what it says then instead of failing. */
  readonly degrades?: Readonly<Record<string, RegExp>>
}

export interface Outcome {
  readonly command: string
  readonly proven: readonly string[]
  readonly unproven: readonly string[]
  /** What took nothing away: the command did not fail, or did not say what it may not. */
  readonly unneeded: readonly string[]
}

/** Names of roles by what they lack: '' lacks nothing. */
export interface Roles {
  readonly names: ReadonlyMap<string, string>
  readonly printed: readonly Statement[]
}

/** Permissions that a command's trials take away: all of them, or those that no command before it has had proven. */
function takenAway(command: string): ReadonlySet<string> {
  const own = provenNames(command)
  if (MEETS_ALL) return new Set(own)
  const tried: readonly string[] = Object.values(TRIED).flat()
  const others = tried.slice(0, tried.indexOf(command)).flatMap(provenNames)
  return new Set(own.filter((name) => !others.includes(name)))
}

function provenNames(command: string): string[] {
  return grantsOf(command).flatMap((grant) => (grant.unproven === undefined ? [nameOf(grant)] : []))
}

/**
 * The roles of a command's trials: with what `lake iam` prints, and without each permission that is taken away.
 */
export async function makeRoles(lake: AwsLake, {command}: Trial, exportPlace: string): Promise<Roles> {
  const flags = ['--export-place', exportPlace, '--json']
  const {policies} = JSON.parse(await succeed(lake, 'lake', 'iam', ...command.split(' '), ...flags)) as {
    policies: {document: {Statement: Statement[]}}[]
  }
  const roles = new Map([['', policies.flatMap(({document}) => document.Statement)]])
  const definition = await loadDefinition({workingFolder: lake.folder, variables: {}})
  const grants = grantsOf(command)
  const taken = takenAway(command)
  for (const name of new Set(grants.filter((grant) => taken.has(nameOf(grant))).map(trialName))) {
    const rest = grants.filter((grant) => trialName(grant) !== name)
    roles.set(name, statements(rest, definition, exportPlace))
  }
  const names = new Map<string, string>()
  for (const [name, policy] of roles) {
    const role = ownName('iam')
    await createRole(role, policy.map(asLabChecks))
    names.set(name, role)
  }
  return {names, printed: roles.get('')!}
}

function statements(grants: readonly Grant[], definition: LakeDefinition, exportPlace: string): Statement[] {
  const environment = definition.environment as AwsEnvironment as WholeEnvironment
  return statementsOf(grants, new Targets(definition, environment, {exportPlaces: [exportPlace]}), [])
}

/** The lab compares the resources of S3 alone; of other services it asks for everything. `allows.ts` compares them all. */
function asLabChecks(statement: Statement): Statement {
  return statement.Action[0]?.startsWith('s3:') === true ? statement : {...statement, Resource: ['*']}
}

/** The lab does not look at conditions, nor at the resources of other services than S3: these are taken away together. */
function trialName(grant: Grant): string {
  const {action} = grant
  return action === 's3:ListBucket' || !action.startsWith('s3:') ? action : nameOf(grant)
}

/**
 * Runs a command under its policy, then without each permission that is taken away. What another command proves counts
 * as proven here once it was asked for.
 */
export async function prove(lake: AwsLake, trial: Trial, {names, printed}: Roles): Promise<Outcome> {
  const seenBy: Set<string>[] = []
  for (const scenario of trial.scenarios) {
    const {exit: wanted = 0} = scenario
    const least = await run(lake, scenario, names.get('')!)
    expect({exit: least.exit, text: least.exit === wanted ? '' : least.text}, trial.command).toEqual({
      exit: wanted,
      text: '',
    })
    expect(
      least.calls.flatMap((call) => refusedPart(call, lake, printed) ?? []),
      trial.command,
    ).toEqual([])
    seenBy.push(new Set(least.calls.flatMap((call) => permissionOf(call, lake) ?? [])))
  }
  const grants = grantsOf(trial.command)
  const isSeen = (grant: Grant): boolean => seenBy.some((seen) => seen.has(nameOf(grant)))
  const proven = new Set<string>()
  const unneeded: string[] = []
  for (const name of new Set(grants.filter(isSeen).map(trialName))) {
    const ofName = grants.filter((grant) => trialName(grant) === name && isSeen(grant))
    const role = names.get(name)
    if (role === undefined) {
      for (const grant of ofName) if (grant.unproven === undefined) proven.add(nameOf(grant))
      continue
    }
    const failures: string[] = []
    for (const [index, scenario] of trial.scenarios.entries()) {
      const isAsked = ofName.some((grant) => seenBy[index]!.has(nameOf(grant)))
      if (!isAsked || proven.has(nameOf(ofName[0]!))) continue
      const {exit, text} = await run(lake, scenario, role)
      const isRefused = exit !== (scenario.exit ?? 0) && text.includes(name.split(' ')[0]!)
      if (isRefused || trial.degrades?.[name]?.test(text) === true) {
        for (const grant of ofName) proven.add(nameOf(grant))
      } else failures.push(`exit ${exit}: ${text.slice(0, 800)}`)
    }
    const isHeldProven = ofName.some(({unproven}) => unproven === undefined)
    if (isHeldProven && !proven.has(nameOf(ofName[0]!))) unneeded.push(`${name}: ${failures.join('\n')}`)
  }
  return {
    command: trial.command,
    proven: [...proven].sort(),
    unproven: grants
      .map(nameOf)
      .filter((name) => !proven.has(name))
      .sort(),
    unneeded,
  }
}

interface Run {
  readonly exit: number | null
  readonly text: string
  readonly calls: readonly LoggedCall[]
}

let runs = 0

async function run(lake: AwsLake, {argv, world}: Scenario, role: string): Promise<Run> {
  await restore(lake, world)
  const variables = await credentialsOf(role)
  for (;;) {
    await control('POST', '/__iam', {enforce: true})
    runs += 1
    const words = argv.map((word) => word.replace('{n}', String(runs)))
    const {stdout, stderr, exit} = await runSluice(words, {cwd: lake.folder, variables})
    const {enforced} = (await control('GET', '/__iam')) as {enforced: boolean}
    // another suite of the same lab has ended its own checks
    if (!enforced) {
      await restore(lake, world)
      continue
    }
    const calls = await callsOf(variables['AWS_ACCESS_KEY_ID']!)
    return {exit, text: `${stdout}\n${stderr}`, calls}
  }
}

async function credentialsOf(role: string): Promise<Record<string, string>> {
  const request = {RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`, RoleSessionName: 'trial'}
  const {Credentials} = await new STSClient({}).send(new AssumeRoleCommand(request))
  return {
    AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? '',
    AWS_SESSION_TOKEN: Credentials?.SessionToken ?? '',
  }
}

let looked = 0

/** Keys are of one run; the log may be long. */
async function callsOf(accessKey: string): Promise<LoggedCall[]> {
  const entries = (await control('GET', `/__wire?since=${looked}`)) as readonly LoggedCall[]
  looked = entries.at(-1)?.sequence ?? looked
  return entries.filter((entry) => entry.accessKey === accessKey)
}

/** What the committed table says of a command. */
export function committed(command: string): Pick<Outcome, 'proven' | 'unproven' | 'unneeded'> {
  const grants = grantsOf(command)
  const names = (some: readonly Grant[]): string[] => some.map(nameOf).sort()
  return {
    proven: names(grants.filter(({unproven}) => unproven === undefined)),
    unproven: names(grants.filter(({unproven}) => unproven !== undefined)),
    unneeded: [],
  }
}
