import {SluiceError} from '../errors.js'
import {clientConfiguration, type AwsSettings} from './client-settings.js'

export interface Caller {
  readonly account: string
  readonly arn: string
}

/** Names of errors that say that the credentials are missing, wrong or old. */
const SIGN_IN_ERRORS = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'UnauthorizedException',
])

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
  const name = error instanceof Error ? error.name : ''
  const who = profile === null ? 'the default credentials' : `profile ${profile}`
  if (SIGN_IN_ERRORS.has(name)) {
    return new SluiceError('AWS_SIGN_IN', `AWS does not accept ${who}: ${reasonOf(error)}.`, {
      fix: `Sign in, then run the command again: aws sso login${profile === null ? '' : ` --profile ${profile}`}`,
      cause: error,
    })
  }
  if (name === 'AccessDenied' || name === 'AccessDeniedException') {
    return new SluiceError('AWS_ACCESS_DENIED', `${who} may not take the role ${roleArn ?? ''} (sts:AssumeRole).`, {
      fix: 'Allow sts:AssumeRole on that role, and the caller in its trust policy.',
      cause: error,
    })
  }
  return new SluiceError(
    'AWS_UNAVAILABLE',
    `AWS does not tell who calls (sts:GetCallerIdentity): ${reasonOf(error)}.`,
    {
      fix: 'Check the network, the Region and the endpoints of the environment, then run the command again.',
      cause: error,
    },
  )
}

/** The first sentence of a vendor's message, on one line. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text
    .split(/[\n.](?:\s|$)/)[0]!
    .trim()
    .slice(0, 200)
}
