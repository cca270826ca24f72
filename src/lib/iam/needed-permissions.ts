import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import {Targets, type Place} from './targets.js'
import {COMMANDS, grantsOf, type Grant, type Target} from './uses.js'

/** An action on one thing that commands ask for. */
export interface NeededPermission {
  readonly action: string
  readonly arn: string
  /** Of a listing. */
  readonly prefix?: string
  readonly by: readonly string[]
}

/** Says what it may not look at itself, check by check. */
const ASKS_FOR_ITSELF = 'doctor'
const NO_NAME = '.sluice-doctor-probe'
const NO_EXPORT = '00000000000000-00000000'
/** Exports may be in every bucket: there is no one thing to ask about. */
const ANYWHERE: ReadonlySet<Target> = new Set<Target>(['exports', 'new exports'])

/** What every command of an environment asks of AWS, by the table behind `lake iam`, each with a thing by name. */
export function neededPermissions(definition: LakeDefinition, environment: AwsEnvironment): NeededPermission[] {
  const {state, database, workgroup, results} = environment
  const whole = {
    ...environment,
    state: state ?? '',
    database: database ?? '',
    workgroup: workgroup ?? '',
    results: results ?? '',
  }
  const targets = new Targets(definition, whole, {exportPlaces: []})
  const found = new Map<string, NeededPermission>()
  for (const command of Object.keys(COMMANDS).filter((name) => name !== ASKS_FOR_ITSELF)) {
    for (const {arn, prefix, action} of grantsOf(command).flatMap((grant) => thingsOf(grant, targets))) {
      const key = JSON.stringify([action, arn, prefix])
      const by = [...new Set([...(found.get(key)?.by ?? []), command])]
      found.set(key, {action, arn, ...(prefix === undefined ? {} : {prefix}), by})
    }
  }
  return [...found.values()]
}

function thingsOf({action, on}: Grant, targets: Targets): Omit<NeededPermission, 'by'>[] {
  if (ANYWHERE.has(on)) return []
  const located = targets.locate(on)
  if ('places' in located) return located.places.map((place) => thingAt(action, place, targets))
  return onlyOwn(located.arns).map((arn) => ({action, arn: named(arn)}))
}

function thingAt(action: string, {bucket, prefix}: Place, targets: Targets): Omit<NeededPermission, 'by'> {
  if (action === 's3:ListBucket') return {action, arn: targets.bucketArn(bucket), prefix}
  return {action, arn: targets.bucketArn(`${bucket}/${prefix}${NO_NAME}`)}
}

/** A policy of Glue names the catalog and the database beside a table: whoever asks about the table asks about those. */
function onlyOwn(arns: readonly string[]): readonly string[] {
  const tables = arns.filter((arn) => arn.includes(':table/'))
  return tables.length > 0 ? tables : arns.filter((arn) => !arn.endsWith(':catalog'))
}

/** One that the pattern means. */
function named(arn: string): string {
  return arn.includes('/export/') ? arn.replace('*', NO_EXPORT) : arn.replace('*', 'sluice_doctor_probe')
}
