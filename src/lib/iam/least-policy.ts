import {SluiceError} from '../errors.js'
import type {LakeDefinition} from '../lake/index.js'
import {changes, chooseCommands} from './choose-commands.js'
import {LONGEST_POLICY, policiesOf, sizeOf, statementsOf, type PolicyDocument} from './policy.js'
import {Targets, type WholeEnvironment} from './targets.js'
import {COMMANDS, grantsOf, nameOf, type Grant, type Target} from './uses.js'

export interface PolicyRequest {
  /** As typed; none means every command. */
  readonly commands: readonly string[]
  /** Leave out what changes something. */
  readonly readOnly: boolean
  /** `s3://bucket/prefix` of exports; none: wherever they are. */
  readonly exportPlaces: readonly string[]
  /** ARNs of the keys that buckets or the catalog are encrypted with. */
  readonly kmsKeys: readonly string[]
  readonly asOf: Date
}

export interface PolicyCommand {
  readonly command: string
  readonly changes: boolean
  /** Why it needs no permission of AWS; null where it needs some. */
  readonly needsNothing: string | null
}

/** A permission that no run in the lab has asked for. */
export interface Unproven {
  readonly action: string
  readonly on: Target
  readonly reason: string
  readonly commands: readonly string[]
}

export interface LeastPolicy {
  readonly asOf: string
  readonly lake: string
  readonly environment: string
  readonly account: string
  /** Role that the commands work as; null: the caller. */
  readonly role: string | null
  readonly commands: readonly PolicyCommand[]
  /** One, or several where one would be longer than a managed policy may be; none where nothing is needed. */
  readonly policies: readonly {readonly characters: number; readonly document: PolicyDocument}[]
  readonly unproven: readonly Unproven[]
  readonly notes: readonly string[]
}

/** A role takes so many managed policies unless its account asked for more. */
const MOST_POLICIES = 10

/** The least that the commands need. Throws `USAGE`, `NOT_IN_LOCAL`, `NOT_IN_THIS_ENVIRONMENT`. */
export function leastPolicy(request: PolicyRequest, definition: LakeDefinition): LeastPolicy {
  const names = chooseCommands(request.commands, request.readOnly)
  const environment = wholeEnvironment(definition)
  for (const place of request.exportPlaces) assertPlace(place)
  for (const key of request.kmsKeys) assertKey(key)
  const grants = mergedGrants(names)
  const targets = new Targets(definition, environment, request)
  const keys = [...new Set([...request.kmsKeys, ...ownKeys(environment)])]
  const documents = policiesOf(statementsOf(grants, targets, keys))
  return {
    asOf: request.asOf.toISOString(),
    lake: definition.lake,
    environment: environment.name,
    account: environment.account,
    role: environment.role,
    commands: names.map(commandOf),
    policies: documents.map((document) => ({characters: sizeOf(document), document})),
    unproven: unprovenOf(names),
    notes: notesOf({...request, kmsKeys: keys}, environment, grants, documents.length),
  }
}

/** The key that everything is written with. */
function ownKeys({encryption}: WholeEnvironment): string[] {
  return encryption.startsWith('kms:') ? [encryption.slice('kms:'.length)] : []
}

function commandOf(command: string): PolicyCommand {
  const needs = COMMANDS[command]!
  return {command, changes: changes(command), needsNothing: 'needsNothing' in needs ? needs.needsNothing : null}
}

function wholeEnvironment({environment}: LakeDefinition): WholeEnvironment {
  if (environment.backend === 'local') {
    throw new SluiceError('NOT_IN_LOCAL', 'A lake in a folder needs no permission of AWS.', {
      fix: 'Name an environment on AWS: --env NAME',
    })
  }
  const missing = (['state', 'database', 'workgroup', 'results'] as const).filter((name) => environment[name] === null)
  if (missing.length === 0) return environment as WholeEnvironment
  throw new SluiceError(
    'NOT_IN_THIS_ENVIRONMENT',
    `Environment ${environment.name} names no ${missing.join(', no ')}, which a lake on AWS needs.`,
    {fix: `Add ${missing.map((name) => `\`${name}:\``).join(', ')} to the environment in the definition.`},
  )
}

function assertPlace(place: string): void {
  if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\s]*)?$/.test(place)) return
  throw new SluiceError('USAGE', `--export-place is no place in S3: ${JSON.stringify(place)}.`, {
    fix: 'Write it like s3://my-bucket/exports.',
  })
}

function assertKey(key: string): void {
  if (/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(key)) return
  throw new SluiceError('USAGE', `--kms-key is no ARN of a key: ${JSON.stringify(key)}.`, {
    fix: 'Write it like arn:aws:kms:eu-west-1:111122223333:key/<id>; an alias does not do.',
  })
}

function mergedGrants(commands: readonly string[]): Grant[] {
  return [...new Map(commands.flatMap(grantsOf).map((grant) => [nameOf(grant), grant])).values()]
}

function unprovenOf(commands: readonly string[]): Unproven[] {
  const found = new Map<string, Unproven>()
  for (const command of commands) {
    for (const {action, on, unproven: reason} of grantsOf(command)) {
      if (reason === undefined) continue
      const key = JSON.stringify([action, on, reason])
      found.set(key, {action, on, reason, commands: [...(found.get(key)?.commands ?? []), command]})
    }
  }
  return [...found.values()]
}

function notesOf(
  {exportPlaces, kmsKeys}: PolicyRequest,
  {role}: WholeEnvironment,
  grants: readonly Grant[],
  policies: number,
): string[] {
  if (grants.length === 0) return []
  const ofExports = grants.some(({on}) => on === 'exports' || on === 'new exports')
  const split = `One policy holds ${LONGEST_POLICY.toLocaleString('en-US')} characters: these are ${policies}, to be attached together.`
  return [
    ...(role === null ? [] : [`It is for ${role}; whoever takes that role needs sts:AssumeRole on it.`]),
    ...(ofExports && exportPlaces.length === 0
      ? ['It reaches exports in every bucket, below AWSDynamoDB/. Narrow it: --export-place s3://BUCKET/PREFIX']
      : []),
    ...(kmsKeys.length === 0 ? ['Buckets or a catalog with a KMS key of your own need it named: --kms-key ARN'] : []),
    ...(policies > 1 ? [split] : []),
    ...(policies > MOST_POLICIES ? [`A role takes ${MOST_POLICIES} managed policies unless AWS allowed more.`] : []),
  ]
}
