import {hasCode, SluiceError} from '../errors.js'
import {awsError, awsReason} from './aws-errors.js'
import {clientConfiguration, type AwsSettings} from './client-settings.js'

export interface Caller {
  readonly account: string
  readonly arn: string
}

/** Who calls. Throws `AWS_SIGN_IN`, `AWS_ACCESS_DENIED` for a role that may not be taken, `AWS_UNAVAILABLE`. */
export async function findCaller(settings: AwsSettings): Promise<Caller> {
  const {STSClient, GetCallerIdentityCommand} = await import('@aws-sdk/client-sts')
  const client = new STSClient(clientConfiguration(settings, 'sts'))
  try {
    const {Account: account = '', Arn: arn = ''} = await client.send(new GetCallerIdentityCommand())
    return {account, arn}
  } catch (error) {
    throw callerError(error, settings)
  } finally {
    client.destroy()
  }
}

/** Refuses another account than the definition's, before anything else is called. Throws `AWS_ACCOUNT_WRONG`. */
export async function checkCaller(settings: AwsSettings, account: string, environment: string): Promise<Caller> {
  const caller = await findCaller(settings)
  if (caller.account === account) return caller
  throw new SluiceError(
    'AWS_ACCOUNT_WRONG',
    `Environment ${environment} is account ${account}; the credentials are of account ${caller.account} (${caller.arn}).`,
    {
      fix: `Sign in to account ${account} and name its profile: --profile <name>`,
      details: {expected: account, actual: caller.account, arn: caller.arn},
    },
  )
}

function callerError(error: unknown, {profile, roleArn}: AwsSettings): SluiceError {
  const failure = awsError(error, {
    service: 'AWS',
    action: roleArn === null ? 'sts:GetCallerIdentity' : 'sts:AssumeRole',
  })
  // Nothing has begun yet: what ran out since is the same as never having signed in.
  if (!hasCode(failure, 'AWS_SIGN_IN', 'AWS_TOKEN_EXPIRED')) return failure
  const who = profile === null ? 'the default credentials' : `profile ${profile}`
  return new SluiceError('AWS_SIGN_IN', `AWS does not accept ${who}: ${awsReason(error)}.`, {
    fix: signInFix(error, profile),
    cause: error,
  })
}

/** The SDK mostly names the command; the rest is what it says of a token that is not there or was refused. */
const LOGINS = [
  {command: 'aws sso login', tells: /\baws sso login\b|Session token not found or invalid/},
  {command: 'aws login', tells: /\baws login\b|Failed to load token from/},
]

/** By what the SDK says: it alone knows which way of signing in the profile has. */
function signInFix(error: unknown, profile: string | null): string {
  const said = error instanceof Error ? error.message : ''
  const of = profile === null ? '' : ` --profile ${profile}`
  const login = LOGINS.find(({tells}) => tells.test(said))
  if (login !== undefined) return `Sign in, then run the command again: ${login.command}${of}`
  if (/\bMFA\b|multi-factor/i.test(said))
    return 'Get session keys with your MFA code (aws sts get-session-token), put them into the environment or a profile, then run the command again.'
  return profile === null
    ? 'Name a profile that is signed in (--profile <name>), or put keys that are valid into the environment.'
    : `Renew the keys of profile ${profile} in your AWS configuration, or name another profile: --profile <name>`
}
