import {SluiceError} from '../errors.js'

export interface AwsCall {
  /** As a reader knows it, e.g. `Glue`. */
  readonly service: string
  /** As a policy names it, e.g. `glue:GetTable`. */
  readonly action: string
}

/** Errors that say that the credentials are missing or wrong. */
const SIGN_IN = new Set([
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'NotSignedIn',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnauthorizedException',
  'UnrecognizedClientException',
])

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'])
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AllAccessDisabled', 'UnauthorizedOperation'])
const THROTTLED = new Set(['RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'TooManyRequestsException'])
const OTHER_REGION = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
])

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
  return new SluiceError('AWS_UNAVAILABLE', `${service} did not do ${action}: ${reason}.`, {
    ...options,
    fix: 'Check the network, the Region and the endpoints of the environment, then run the same command again.',
  })
}

function accessDenied(error: unknown, {service, action}: AwsCall): SluiceError {
  const text = error instanceof Error ? error.message : ''
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
    fix: `Allow ${denied} in the caller's policy.`,
    details,
    cause: error,
  })
}

/** The caller asks too much at a time: the same call is taken later. */
export function isThrottled(error: unknown): boolean {
  return THROTTLED.has(errorName(error)) || httpStatus(error) === 429
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
  return error.name === 'Error' && typeof code === 'string' ? code : error.name
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
