import {listPattern, objectPattern, type Place, type Targets} from './targets.js'
import type {Grant, Target} from './uses.js'

export interface Statement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

/** Longest managed policy; white space does not count. */
export const LONGEST_POLICY = 6144

const LIST = 's3:ListBucket'
const READS = /^s3:Get/
const WRITES = /^s3:Put/

/** Statements that allow these grants and nothing else: one a target, one a bucket for its listings. */
export function statementsOf(grants: readonly Grant[], targets: Targets, kmsKeys: readonly string[]): Statement[] {
  const actions = new Map<Target, string[]>()
  for (const {action, on} of grants) if (action !== LIST) actions.set(on, [...(actions.get(on) ?? []), action])
  const own = [...actions].flatMap(([target, some]) => statementOf(target, some, targets))
  return [...own, ...listStatements(grants, targets), ...keyStatements(grants, targets, kmsKeys)]
}

function statementOf(target: Target, actions: readonly string[], targets: Targets): Statement[] {
  const located = targets.locate(target)
  const arns = 'arns' in located ? located.arns : located.places.map((place) => targets.bucketArn(objectPattern(place)))
  if (arns.length === 0) return []
  return [{Sid: sidOf(target), Effect: 'Allow', Action: [...new Set(actions)].sort(), Resource: [...new Set(arns)]}]
}

/** S3 holds the prefix of a listing, and the key of an object that is not there, against the condition. */
function listStatements(grants: readonly Grant[], targets: Targets): Statement[] {
  const places = grants.filter(({action}) => action === LIST).flatMap(({on}) => listedPlaces(on, targets))
  const patterns = new Map<string, Set<string>>()
  for (const place of places) {
    patterns.set(place.bucket, (patterns.get(place.bucket) ?? new Set()).add(listPattern(place)))
  }
  return [...patterns].map(([bucket, prefixes], index) => {
    const condition = {StringLike: {'s3:prefix': [...prefixes].sort()}}
    return {
      Sid: `List${patterns.size === 1 ? '' : index + 1}`,
      Effect: 'Allow',
      Action: [LIST],
      Resource: [targets.bucketArn(bucket)],
      // a whole bucket needs none
      ...(prefixes.has('*') ? {} : {Condition: condition}),
    }
  })
}

function listedPlaces(target: Target, targets: Targets): readonly Place[] {
  // the buckets of the environment are looked at where the lake is
  const located = target === 'buckets' ? targets.locate('rows') : targets.locate(target)
  return 'places' in located ? located.places : []
}

/** Objects that are encrypted with keys of one's own are read and written with the keys, through S3 and Glue only. */
function keyStatements(grants: readonly Grant[], targets: Targets, keys: readonly string[]): Statement[] {
  const reads = grants.some(({action}) => READS.test(action) || action.startsWith('glue:'))
  const writes = grants.some(({action}) => WRITES.test(action) || /^glue:(Create|Update|BatchCreate)/.test(action))
  const actions = [...(reads || writes ? ['kms:Decrypt'] : []), ...(writes ? ['kms:GenerateDataKey'] : [])]
  if (keys.length === 0 || actions.length === 0) return []
  const condition = {StringEquals: {'kms:ViaService': targets.keyServices()}}
  return [{Sid: 'Keys', Effect: 'Allow', Action: actions, Resource: keys, Condition: condition}]
}

/** As few documents as hold the statements; one that is too long alone is cut by its resources. */
export function policiesOf(statements: readonly Statement[], longest = LONGEST_POLICY): PolicyDocument[] {
  const fitting = statements.flatMap((statement) => cut(statement, longest))
  const policies: PolicyDocument[] = []
  for (const statement of fitting) {
    const last = policies.at(-1)
    const grown = documentOf([...(last?.Statement ?? []), statement])
    if (last !== undefined && sizeOf(grown) <= longest) policies[policies.length - 1] = grown
    else policies.push(documentOf([statement]))
  }
  return policies
}

/** Characters as IAM counts them. */
export function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length
}

function documentOf(statements: readonly Statement[]): PolicyDocument {
  return {Version: '2012-10-17', Statement: statements}
}

function cut(statement: Statement, longest: number): Statement[] {
  if (sizeOf(documentOf([statement])) <= longest) return [statement]
  return halves(statement).flatMap((half) => cut(half, longest))
}

function halves(statement: Statement): Statement[] {
  const {Sid, Resource, Condition} = statement
  const named = (part: Partial<Statement>, letter: string): Statement => ({
    ...statement,
    ...part,
    Sid: `${Sid}${letter}`,
  })
  if (Resource.length > 1) return halved(Resource).map((some, index) => named({Resource: some}, 'AB'[index]!))
  const prefixes = Condition?.['StringLike']?.['s3:prefix'] ?? []
  if (prefixes.length < 2) throw new Error(`statement ${Sid} cannot be cut`)
  return halved(prefixes).map((some, index) => {
    return named({Condition: {StringLike: {'s3:prefix': some}}}, 'AB'[index]!)
  })
}

function halved<Item>(items: readonly Item[]): Item[][] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

/** `results bucket` → `ResultsBucket` */
function sidOf(target: Target): string {
  return target.replace(/(?:^| )([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
