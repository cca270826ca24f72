import type {EvaluationResult} from '@aws-sdk/client-iam'
import pMap from 'p-map'
import type {Permission, PermissionAnswer} from '../ports/environment-facts.js'
import {asking, type FactClients} from './facts-clients.js'

const ASKED_AT_ONCE = 4
/** Things of one question. */
const MOST_ARNS = 50

interface Question {
  readonly ActionNames: readonly string[]
  readonly ResourceArns: readonly string[]
}

/**
 * What the policies of a user or role say, in few requests: things with the same actions are asked about together, and
 * a table's actions are judged on the catalog and its database too. Null: they do not tell.
 */
export async function simulate(
  source: string,
  permissions: readonly Permission[],
  clients: FactClients,
): Promise<(PermissionAnswer | null)[]> {
  const judged = new Map<string, PermissionAnswer | null>()
  const questions = questionsOf(permissions)
  const answers = await pMap(questions, (question) => ask(source, question, clients), {concurrency: ASKED_AT_ONCE})
  for (const [key, answer] of answers.flat()) judged.set(key, answer)
  return permissions.map(({action, arn}) => worstOf(withParents(arn).map((one) => judged.get(keyOf(action, one)))))
}

function questionsOf(permissions: readonly Permission[]): Question[] {
  const actions = new Map<string, Set<string>>()
  for (const {action, arn} of permissions) {
    for (const one of withParents(arn)) actions.set(one, (actions.get(one) ?? new Set()).add(action))
  }
  const alike = new Map<string, string[]>()
  for (const [arn, own] of actions) {
    const key = JSON.stringify([...own].sort())
    alike.set(key, [...(alike.get(key) ?? []), arn])
  }
  return [...alike].flatMap(([key, arns]) => {
    const chunks = Array.from({length: Math.ceil(arns.length / MOST_ARNS)}, (_, index) =>
      arns.slice(index * MOST_ARNS, (index + 1) * MOST_ARNS),
    )
    return chunks.map((ResourceArns) => ({ActionNames: JSON.parse(key) as string[], ResourceArns}))
  })
}

async function ask(
  source: string,
  {ActionNames, ResourceArns}: Question,
  clients: FactClients,
): Promise<[key: string, answer: PermissionAnswer | null][]> {
  const {SimulatePrincipalPolicyCommand} = await import('@aws-sdk/client-iam')
  const iam = await clients.iam()
  const found: [string, PermissionAnswer | null][] = []
  let marker: string | undefined
  do {
    const question = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: source,
      ActionNames: [...ActionNames],
      ResourceArns: [...ResourceArns],
      ...(marker === undefined ? {} : {Marker: marker}),
    })
    const send = () => iam.send(question, clients.options)
    const {EvaluationResults = [], IsTruncated, Marker} = await asking('iam:SimulatePrincipalPolicy', send)
    for (const result of EvaluationResults) found.push(...answersOf(result, ResourceArns))
    marker = IsTruncated === true ? Marker : undefined
  } while (marker !== undefined)
  return found
}

/** Each thing has a decision of its own; what is said of an action as a whole is the worst of them. */
function answersOf(result: EvaluationResult, arns: readonly string[]): [string, PermissionAnswer | null][] {
  const {EvalActionName: action = '', EvalDecision, MissingContextValues, ResourceSpecificResults: own = []} = result
  if (own.length > 0) {
    return own.map(({EvalResourceName: arn = '', EvalResourceDecision, MissingContextValues: missing}) => [
      keyOf(action, arn),
      answerOf(EvalResourceDecision, missing),
    ])
  }
  const answer = answerOf(EvalDecision, MissingContextValues)
  return answer === 'allowed' || arns.length === 1 ? arns.map((arn) => [keyOf(action, arn), answer]) : []
}

/** A condition on what only a real request has is not met here, and may be met there. */
function answerOf(decision: string | undefined, missing: readonly string[] = []): PermissionAnswer | null {
  if (decision === 'allowed') return 'allowed'
  return decision === undefined || missing.length > 0 ? null : 'denied'
}

function worstOf(answers: readonly (PermissionAnswer | null | undefined)[]): PermissionAnswer | null {
  if (answers.includes('denied')) return 'denied'
  return answers.every((answer) => answer === 'allowed') ? 'allowed' : null
}

function withParents(arn: string): string[] {
  const [, head, table] = /^(arn:[^:]*:glue:[^:]*:[^:]*):(?:table|database)\/[^/]+(\/)?/.exec(arn) ?? []
  if (head === undefined) return [arn]
  const [, , , , , rest = ''] = arn.split(':')
  const database = rest.split('/')[1] ?? ''
  return [arn, ...(table === undefined ? [] : [`${head}:database/${database}`]), `${head}:catalog`]
}

function keyOf(action: string, arn: string): string {
  return `${action} ${arn}`
}
