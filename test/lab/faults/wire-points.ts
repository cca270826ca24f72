import {control, type FaultWish, type WireEntry} from '../checks/gateway-control.js'
import type {FaultLake} from './fault-lake.js'

/** An entry with what `gateway-control` does not need. */
export interface Wire extends WireEntry {
  readonly accessKey: string | null
  readonly parameters: string | null
  readonly milliseconds: number | null
}

/** One call of an undisturbed process: the `nth` of its service, operation and target. */
export interface WirePoint {
  readonly service: string
  readonly operation: string
  /** Without what differs from run to run. */
  readonly target: string
  readonly nth: number
}

export const OPERATION = /\b[0-9A-HJKMNP-TV-Z]{26}\b/g
/** How often a statement is asked for its end depends on the machine: the list has it once a statement. */
const POLL = 'GetQueryExecution'
/** A lease is taken, looked at, and looked at before it is given back. That it is renewed depends on the machine too. */
const LOCKS = '/_sluice/locks/'
const MOST_LOCK_CALLS: Readonly<Record<string, number>> = {PutObject: 1, HeadObject: 3}

/** Requests after `since` that were signed with these keys. */
export async function wireOf(accessKey: string, since = 0): Promise<readonly Wire[]> {
  const entries = (await control('GET', `/__wire?since=${since}`)) as readonly Wire[]
  return entries.filter((entry) => entry.accessKey === accessKey)
}

/** The calls of a process in the order of their arrival, each attempt of the SDK but the first left out. */
export function pointsOf(entries: readonly Wire[], lake: FaultLake): WirePoint[] {
  const seen = new Map<string, number>()
  const asked = new Set<string | null>()
  const points: WirePoint[] = []
  for (const entry of entries.filter(({attempt}) => attempt === 1)) {
    if (entry.operation === POLL && asked.has(entry.parameters)) continue
    asked.add(entry.parameters)
    const {service, operation} = entry
    const target = targetOf(entry, lake)
    const name = `${service} ${operation} ${target}`
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    const most = target.includes(LOCKS) ? MOST_LOCK_CALLS[operation] : undefined
    if (nth <= (most ?? nth)) points.push({service, operation, target, nth})
  }
  return points
}

function targetOf(entry: Wire, lake: FaultLake): string {
  if (entry.service === 's3') return lake.normalise(s3Target(entry))
  // a long statement is cut in the log
  if (entry.operation === 'StartQueryExecution') return /"QueryString":"(\w+)/.exec(entry.parameters ?? '')?.[1] ?? ''
  const parameters = JSON.parse(entry.parameters?.startsWith('{') ? entry.parameters : '{}') as Record<string, unknown>
  const name = parameters['TableName'] ?? parameters['Name'] ?? (parameters['TableInput'] as {Name?: string})?.Name
  return typeof name === 'string' ? lake.normalise(name) : ''
}

function s3Target({path}: Wire): string {
  const url = new URL(path, 'http://lab')
  const prefix = url.searchParams.get('prefix')
  return decodeURIComponent(url.pathname).slice(1) + (prefix === null ? '' : `?${prefix}`)
}

export function textOf({service, operation, target, nth}: WirePoint): string {
  return `${service} ${operation}${target === '' ? '' : ` ${target}`}${nth === 1 ? '' : ` #${nth}`}`
}

/** What a fault at a point must match in a lake. */
export function matchOf({service, operation, target, nth}: WirePoint, lake: FaultLake): FaultWish['match'] {
  const match = {service, operation, nth, accessKey: lake.keys.accessKey}
  if (target === '') return match
  if (service === 'glue') return {...match, body: `"(Table)?Name":"${lake.pattern(target)}"`}
  if (service === 'athena') return {...match, body: `"QueryString":"${target}\\b`}
  const [path, prefix] = target.split('?')
  const query = prefix === undefined ? '(\\?|$)' : `/?\\?.*prefix=${lake.pattern(prefix)}(&|$)`
  return {...match, path: `^/${lake.pattern(path!)}${query}`}
}
