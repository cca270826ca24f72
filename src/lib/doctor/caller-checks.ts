import type {AwsEnvironment} from '../lake/index.js'
import type {AwsFacts, CallerFact} from '../ports/environment-facts.js'
import {fail, pass, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

const WARN_MS = 60_000
/** AWS refuses signatures that are older. */
const FAIL_MS = 15 * 60_000

/** Who calls, and whether this machine's clock is right. */
export function callerChecks(
  environment: AwsEnvironment,
  facts: AwsFacts,
  caller: () => Promise<CallerFact>,
): readonly Check[] {
  return [
    {
      group: 'caller',
      name: 'account',
      of: environment.account,
      look: async () => callerVerdict(await caller(), environment),
    },
    {group: 'clock', name: 'clock', of: environment.region, look: () => clockVerdict(facts)},
  ]
}

function callerVerdict({account, arn}: CallerFact, environment: AwsEnvironment): Verdict {
  if (account !== environment.account) {
    return fail(
      `The credentials are of account ${account} (${arn}).`,
      `Sign in to account ${environment.account} and name its profile: --profile <name>`,
    )
  }
  if (!arn.endsWith(':root')) return pass(arn)
  return warn(`${arn}: the root user may do everything`, 'Work as a role with the permissions of the lake only.')
}

async function clockVerdict(facts: AwsFacts): Promise<Verdict> {
  const {server, local} = await facts.serverTime()
  const skewMs = local.getTime() - server.getTime()
  const text = `${Math.abs(Math.round(skewMs / 1000))} s ${skewMs < 0 ? 'behind' : 'ahead of'} AWS`
  const fix = 'Set the clock of this machine, e.g. by NTP.'
  if (Math.abs(skewMs) > FAIL_MS) return fail(`${text}: AWS refuses what is signed by it`, fix)
  return Math.abs(skewMs) > WARN_MS ? warn(text, fix) : pass(`within a minute of AWS`)
}
