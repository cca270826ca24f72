import {SluiceError} from '../errors.js'

export interface AwsCall {
  /** As a reader knows it, e.g. `Glue`. */
  readonly service: string
  /** As a policy names it, e.g. `glue:GetTable`. */
  readonly action: string
}

/** Errors that say that the credentials are missing or wrong. */
const SIGN_IN = new Set([
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'NotSignedIn',
  'SignatureDoesNotMatch',
  'UnauthorizedException',
  'UnrecognizedClientException',
])

/** The providers of credentials too: who calls was asked before anything else, so they gave some then. */
const EXPIRED = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenProviderError',
  'TokenRefreshRequired',
])
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AllAccessDisabled', 'UnauthorizedOperation'])
const OTHER_REGION = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
])
const BUSY = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])
const FAULTY = new Set([
  'InternalFailure',
  'InternalServerError',
  'InternalServerException',
  'InternalServiceException',
  'OperationTimeoutException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
])

/** What to do about a refusal that no waiting changes. */
export const READ_THE_REASON = 'Read the reason; the same command gives the same answer until it is removed.'

/**
 * What a failed AWS call means to a user; a SluiceError stays itself. Codes: `AWS_SIGN_IN`, `AWS_TOKEN_EXPIRED`,
 * `AWS_ACCESS_DENIED`, `PLACE_UNUSABLE` for another Region, else `AWS_UNAVAILABLE`.
 */
export function awsError(error: unknown, call: AwsCall): SluiceError {
  if (error instanceof SluiceError) return error
  const {service, action} = call
  const name = errorName(error)
  const reason = awsReason(error)
  const options = {cause: error, details: {action, reason: name}}
  if (EXPIRED.has(name)) {
    return new SluiceError('AWS_TOKEN_EXPIRED', `The credentials ran out during ${action}: ${reason}.`, {
      ...options,
      fix: 'Sign in again, then run the same command again.',
    })
  }
  if (SIGN_IN.has(name)) {
    return new SluiceError('AWS_SIGN_IN', `${service} does not accept the credentials: ${reason}.`, {
      ...options,
      fix: 'Sign in, or name another profile: --profile <name>',
    })
  }
  if (DENIED.has(name) || httpStatus(error) === 403) return accessDenied(error, call)
  if (OTHER_REGION.has(name)) {
    return new SluiceError('PLACE_UNUSABLE', `${service} does not find it in this Region: ${reason}.`, {
      ...options,
      fix: 'Correct `region:` of the environment in the definition.',
    })
  }
  const isBusy = isThrottled(error)
  const happened = isBusy ? `throttles ${action}` : `did not do ${action}`
  return new SluiceError('AWS_UNAVAILABLE', `${service} ${happened}: ${reason}.`, {
    ...options,
    fix: isBusy ? 'Wait a minute, then run the same command again.' : fixOfUnavailable(error, service),
  })
}

function fixOfUnavailable(error: unknown, service: string): string {
  const status = Number(httpStatus(error))
  if (FAULTY.has(errorName(error)) || status >= 500)
    return `The fault is in ${service}: wait a minute, then run the same command again.`
  if (status >= 400) return READ_THE_REASON
  return 'Check the network, the Region and the endpoints of the environment, then run the same command again.'
}

function accessDenied(error: unknown, {service, action}: AwsCall): SluiceError {
  const text = error instanceof Error ? error.message : ''
  const policy = denyingPolicy(error)
  const denied = /not authorized to perform:? ([a-zA-Z0-9-]+:[a-zA-Z]+)/.exec(text)?.[1] ?? action
  const details = {action: denied, reason: errorName(error)}
  if (/Lake Formation/i.test(text)) {
    return new SluiceError('AWS_ACCESS_DENIED', `Lake Formation refuses ${denied}: ${awsReason(error)}.`, {
      fix: 'Grant the caller the permission in Lake Formation: an IAM policy alone is not enough.',
      details,
      cause: error,
    })
  }
  return new SluiceError('AWS_ACCESS_DENIED', `${service} refuses ${denied}: ${awsReason(error)}.`, {
    fix: policy === null ? `Allow ${denied} in the caller's policy.` : policyFix(denied, policy),
    details: {...details, ...(policy === null ? {} : {policy})},
    cause: error,
  })
}

/** Kinds of policies as AWS names them where they deny, and what people call those that they do not know by that name. */
const POLICIES: Readonly<Record<string, string>> = {
  'resource-based policy': 'resource-based policy (of the bucket, the key or the catalog)',
}

/** The policy that takes an action away, as AWS names it, e.g. `service control policy`; null where none is named. */
export function denyingPolicy(error: unknown): string | null {
  const text = error instanceof Error ? error.message.replace(/\s+/g, ' ') : ''
  const [, kind, arn] = /with an explicit deny in an? ([\w -]+?(?:policy|boundary))(?:: (arn:\S+))?/i.exec(text) ?? []
  if (kind === undefined) return null
  return [POLICIES[kind.toLowerCase()] ?? kind, ...(arn === undefined ? [] : [arn.replace(/[.,]$/, '')])].join(' ')
}

/** What allows an action cannot outweigh what denies it. */
export function policyFix(action: string, policy: string): string {
  return `Change what denies ${action} in the ${policy}: no other policy can allow it.`
}

/** The caller asks too much at a time: the same call is taken later. */
export function isThrottled(error: unknown): boolean {
  return BUSY.has(errorName(error)) || httpStatus(error) === 429
}

/** The same call may be answered later: nobody answered it, the service failed, or slows its callers down. */
export function isPassing(error: unknown): boolean {
  const status = httpStatus(error)
  return isThrottled(error) || typeof status !== 'number' || status >= 500
}

/** The vendor's name of an error, e.g. `ThrottlingException` or `ECONNREFUSED`. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code: unknown = 'code' in error ? error.code : undefined
  // Node's own: an AggregateError has the failures of all addresses of a host, and often no message.
  return /^(Aggregate)?Error$/.test(error.name) && typeof code === 'string' ? code : error.name
}

/** The first sentence of a vendor's message, on one line. */
export function awsReason(error: unknown): string {
  const text = error instanceof Error ? error.message || errorName(error) : String(error)
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
  return line
    .split(/\. |\.$/)[0]!
    .trim()
    .slice(0, 300)
}

/** How often the SDK sent a call; more than once means that an earlier one may have taken effect. */
export function attemptsOf(result: unknown): number {
  const metadata = metadataOf(result)
  return typeof metadata?.['attempts'] === 'number' ? metadata['attempts'] : 1
}

/** The HTTP status that answered a call, where one did. */
export function httpStatus(error: unknown): unknown {
  return metadataOf(error)?.['httpStatusCode']
}

function metadataOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || !('$metadata' in value)) return undefined
  const metadata = value.$metadata
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : undefined
}
