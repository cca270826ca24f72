import type {Statement} from '../../src/lib/iam/policy.js'
import {ACCOUNT, type AwsLake} from '../lab/aws-lake.js'
import {actionOf, isOfCrawlers, s3Address, type LoggedCall} from './logged-calls.js'

/** What AWS holds against a policy: an action on a resource, with the values of condition keys. */
interface Asked {
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string>>
}

/**
 * What a policy does not allow of a request, by AWS's documented rules: resources of all services, and conditions, which
 * the lab's own check passes over. Null where it allows everything.
 */
export function refusedPart(call: LoggedCall, lake: AwsLake, statements: readonly Statement[]): string | null {
  const refused = askedBy(call, lake).find((asked) => !statements.some((statement) => allows(statement, asked)))
  return refused === undefined ? null : `${refused.action} on ${refused.resource} ${JSON.stringify(refused.context)}`
}

function askedBy(call: LoggedCall, lake: AwsLake): Asked[] {
  const action = actionOf(call)
  if (action === null) return []
  if (call.service === 's3') return askedOfS3(action, call)
  return resourcesOf(call, lake).map((resource) => ({action, resource, context: {}}))
}

function askedOfS3(action: string, {path, status, operation}: LoggedCall): Asked[] {
  const {bucket, key, prefix} = s3Address(path)
  const arn = `arn:aws:s3:::${bucket}`
  const list = (value: string): Asked => ({action: 's3:ListBucket', resource: arn, context: {'s3:prefix': value}})
  if (action === 's3:ListBucket') return [list(prefix ?? '')]
  const own = {action, resource: `${arn}/${key}`, context: {}}
  // that an object is not there is told to those who may list it: its key is the prefix then
  return /^(Get|Head)Object$/.test(operation) && status === 404 ? [own, list(key)] : [own]
}

function resourcesOf({service, operation, parameters}: LoggedCall, {database}: AwsLake): string[] {
  const arn = (rest: string): string => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`
  const of = (field: string): string => new RegExp(`"${field}":"([^"]*)"`).exec(parameters ?? '')?.[1] ?? ''
  if (service === 'athena') return [arn('workgroup/primary')]
  if (service === 'dynamodb') {
    const named = of('ExportArn') || of('TableArn')
    return [named === '' ? arn(`table/${of('TableName')}`) : named]
  }
  if (service !== 'glue') return [`${service}:${operation}`]
  if (isOfCrawlers(operation)) return [arn(`crawler/${of('CrawlerName') || of('Name')}`)]
  const places = [arn('catalog'), arn(`database/${of('DatabaseName') || of('Name')}`)]
  if (/^Get(Database|Tables)$/.test(operation)) return places
  const table = /"TableInput":\{.*?"Name":"([^"]*)"/.exec(parameters ?? '')?.[1] ?? (of('TableName') || of('Name'))
  return [...places, arn(`table/${database}/${table}`)]
}

function allows({Action, Resource, Condition = {}}: Statement, {action, resource, context}: Asked): boolean {
  return (
    Action.includes(action) &&
    Resource.some((pattern) => isLike(resource, pattern)) &&
    Object.values(Condition['StringLike'] ?? {}).length === Object.values(Condition).flatMap(Object.values).length &&
    Object.entries(Condition['StringLike'] ?? {}).every(([key, patterns]) =>
      patterns.some((pattern) => context[key] !== undefined && isLike(context[key], pattern)),
    )
  )
}

/** `*` and `?` stand for any text and any character, `${*}` for itself. */
export function isLike(text: string, pattern: string): boolean {
  const parts = pattern.match(/\$\{[*?$]\}|[*?]|[^*?$]+|\$/g) ?? []
  const regex = parts.map((part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    return (/^\$\{(.)\}$/.exec(part)?.[1] ?? part).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${regex.join('')}$`, 's').test(text)
}
