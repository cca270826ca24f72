import {SluiceError, hasCode} from '../errors.js'
import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import type {AwsFacts, CallerFact, PermissionAnswer} from '../ports/environment-facts.js'
import {needsOf, type Need} from './needs.js'
import {fail, once, pass, unknown} from './verdicts.js'
import type {Check, Verdict} from './types.js'

/**
 * Every action that the environment's commands need: tried where a request can be made that has no effect whatever it
 * meets, else asked of the caller's policies.
 */
export function permissionChecks(
  definition: LakeDefinition,
  environment: AwsEnvironment,
  facts: AwsFacts,
  caller: () => Promise<CallerFact>,
): readonly Check[] {
  const needs = needsOf(definition, environment)
  // all at once, the first time that one cannot be tried: the service takes few questions a second
  const simulated = once(async () => {
    const answers = await facts.simulate((await caller()).arn, needs)
    return new Map(needs.map((need, index) => [need, answers[index] ?? null]))
  })
  return needs.map((need) => ({
    group: 'permissions',
    name: need.action,
    of: need.prefix === undefined ? need.arn : `${need.arn}/${need.prefix}*`,
    look: async () => {
      try {
        const tried = await facts.probe(need)
        if (tried !== null) return answerVerdict(need, tried, 'tried')
      } catch (error) {
        if (!hasCode(error, 'AWS_ACCESS_DENIED')) throw error
        return fail(`${error.message} It is for ${need.by}`, error.fix ?? `Allow ${need.action}.`)
      }
      return simulatedVerdict(need, async () => (await simulated()).get(need) ?? null)
    },
  }))
}

function answerVerdict({action, by}: Need, answer: PermissionAnswer, how: string): Verdict {
  if (answer === 'allowed') return pass(`allowed (${how})`)
  return fail(
    how === 'tried'
      ? `${action} is denied; it is for ${by}`
      : `the caller's policies do not allow ${action}, which is for ${by}; a policy of the thing itself may`,
    `Allow ${action} in the caller's policy.`,
  )
}

async function simulatedVerdict(need: Need, ask: () => Promise<PermissionAnswer | null>): Promise<Verdict> {
  const hint = `It cannot be tried without an effect. Allow iam:SimulatePrincipalPolicy to have the policies asked.`
  try {
    const answer = await ask()
    if (answer !== null) return answerVerdict(need, answer, 'by the policies')
    return unknown('the policies do not tell', hint)
  } catch (error) {
    if (!hasCode(error, 'AWS_ACCESS_DENIED')) throw asReason(error)
    return {...unknown('not known: the caller may not ask its policies', hint), code: error.code}
  }
}

function asReason(error: unknown): unknown {
  if (!(error instanceof SluiceError)) return error
  const {code, fix, details} = error
  const message = `The policies could not be asked. ${error.message}`
  return new SluiceError(code, message, {cause: error, ...(fix && {fix}), ...(details && {details})})
}
