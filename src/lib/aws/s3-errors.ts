import {SluiceError, hasCode} from '../errors.js'
import {awsError, awsReason, denyingPolicy, errorName, httpStatus, policyFix, READ_THE_REASON} from './aws-errors.js'
import {keyInvalid, shown} from '../ports/object-keys.js'

/** Where a call went, for messages. */
export interface S3Place {
  /** `s3://bucket/prefix`. */
  readonly uri: string
  readonly bucket: string
  readonly region: string
}

/** What a call was doing. */
export interface S3Call {
  /** As a policy names it, e.g. `s3:GetObject`. */
  readonly action: string
  /** Key or prefix within the store. */
  readonly key: string
}

const SLOW_DOWN = new Set(['RequestLimitExceeded', 'ServiceUnavailable', 'SlowDown', 'Throttling', 'TooManyRequests'])
const OTHER_REGION = new Set([
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'PermanentRedirect',
])
const NO_ANSWER = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
])
/** Refusals that stay: of the request itself, or of what it is about. */
const LASTING = new Set([
  'EntityTooLarge',
  'EntityTooSmall',
  'InvalidArgument',
  'InvalidRequest',
  'MethodNotAllowed',
  'NotImplemented',
])
const SAME_COMMAND = 'then run the same command again.'

/** The SluiceError for whatever a call of S3 threw; a SluiceError stays as it is. */
export function s3Error(error: unknown, place: S3Place, call: S3Call): SluiceError {
  if (error instanceof SluiceError) return error
  const name = errorName(error)
  if (name === 'KeyTooLongError') return keyInvalid(call.key, 'S3 says that it is too long', error)
  if (name === 'NoSuchBucket') return noSuchBucket(place, error)
  if (OTHER_REGION.has(name) || httpStatus(error) === 301) return otherRegion(error, place)
  if (SLOW_DOWN.has(name) || [429, 503].includes(Number(httpStatus(error)))) return slowDown(error, place, call)
  if (NO_ANSWER.has(name)) return noAnswer(error, place, call)
  if (name === 'InvalidObjectState') return archived(error, place, call)
  const general = awsError(error, {service: 'S3', action: call.action})
  if (hasCode(general, 'AWS_UNAVAILABLE')) return unavailable(error, place, call)
  return hasCode(general, 'AWS_ACCESS_DENIED') ? denied(general, place, call) : general
}

/** The error for a bucket that is not there. */
export function noSuchBucket({uri, bucket}: S3Place, cause?: unknown): SluiceError {
  return new SluiceError('PLACE_UNUSABLE', `There is no bucket ${shown(bucket)} for ${shown(uri)}.`, {
    fix: "Correct the location in the definition's environment, or make the bucket.",
    details: {bucket},
    ...(cause === undefined ? {} : {cause}),
  })
}

/** The error of a condition that did not hold. */
export function preconditionFailed(key: string, cause?: unknown): SluiceError {
  const options = cause === undefined ? {} : {cause}
  return new SluiceError('PRECONDITION_FAILED', `The object ${shown(key)} was changed in the meantime.`, options)
}

/** `STORE_UNAVAILABLE` for one object, in a sentence of its own. */
export function objectUnavailable(place: S3Place, call: S3Call, why: string, cause?: unknown): SluiceError {
  const message = `S3 did not do ${targetOf(place, call)}: ${why}.`
  return new SluiceError('STORE_UNAVAILABLE', message, {
    fix: `Wait a minute, ${SAME_COMMAND}`,
    details: {action: call.action},
    ...(cause === undefined ? {} : {cause}),
  })
}

function otherRegion(error: unknown, {bucket, region}: S3Place): SluiceError {
  const right = regionOf(error)
  const where = right === null ? 'in another Region' : `in ${right}`
  return new SluiceError('PLACE_UNUSABLE', `The bucket ${shown(bucket)} is ${where}, not in ${region}.`, {
    fix: `Write \`region: ${right ?? "<the bucket's Region>"}\` into the environment, or name a bucket in ${region}.`,
    details: {bucket, region: right},
    cause: error,
  })
}

/** The bucket's own Region, as S3 says it with a refusal. */
export function regionOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null
  if ('Region' in error && typeof error.Region === 'string') return error.Region
  const response: unknown = '$response' in error ? error.$response : undefined
  const headers = (response as {headers?: Readonly<Record<string, string>>} | undefined)?.headers
  return headers?.['x-amz-bucket-region'] ?? null
}

function slowDown(error: unknown, place: S3Place, call: S3Call): SluiceError {
  const message = `S3 asks for fewer calls a second: ${targetOf(place, call)} was put off too often.`
  return new SluiceError('STORE_UNAVAILABLE', message, {
    fix: `Wait a minute, ${SAME_COMMAND}`,
    details: {action: call.action, reason: errorName(error)},
    cause: error,
  })
}

function noAnswer(error: unknown, place: S3Place, call: S3Call): SluiceError {
  const message = `S3 in ${place.region} gave no answer to ${targetOf(place, call)}: ${reasonOf(error)}.`
  return new SluiceError('STORE_UNAVAILABLE', message, {
    fix: `Check the network, the Region and the endpoints of the environment, ${SAME_COMMAND}`,
    details: {action: call.action, reason: errorName(error)},
    cause: error,
  })
}

function archived(error: unknown, {uri}: S3Place, {action, key}: S3Call): SluiceError {
  const message = `The object ${shown(key)} in ${shown(uri)} is archived, and cannot be read before it is restored.`
  return new SluiceError('STORE_UNAVAILABLE', message, {
    fix: `Restore the object (aws s3api restore-object), ${SAME_COMMAND}`,
    details: {action},
    cause: error,
  })
}

function denied(general: SluiceError, place: S3Place, {action, key}: S3Call): SluiceError {
  const named = String(general.details?.['action'] ?? action)
  const policy = denyingPolicy(general.cause)
  const by = policy === null ? '' : `: it is denied by a ${policy}`
  return new SluiceError('AWS_ACCESS_DENIED', `S3 refuses ${targetOf(place, {action: named, key})}${by}.`, {
    fix: policy === null ? fixOf(named) : policyFix(named, policy),
    details: {
      action: named,
      reason: general.details?.['reason'],
      ...(policy === null ? {} : {policy}),
      said: awsReason(general.cause),
    },
    cause: general.cause,
  })
}

function fixOf(action: string): string {
  if (action.startsWith('kms:')) return `Allow ${action} in the policies of the caller and of the key.`
  const allow = `Allow ${action} in the policies of the caller and of the bucket`
  if (!/^s3:GetObject(Version)?$/.test(action)) return `${allow}.`
  return `${allow}, and s3:ListBucket: without it S3 also refuses objects that are not there.`
}

/** An action and what it was done to; listings of everything have no key. */
function targetOf({uri}: S3Place, {action, key}: S3Call): string {
  return key === '' ? `${action} in ${shown(uri)}` : `${action} of ${shown(key)} in ${shown(uri)}`
}

function unavailable(error: unknown, place: S3Place, call: S3Call): SluiceError {
  const [name, status] = [errorName(error), Number(httpStatus(error))]
  const isOfKey = name.startsWith('KMS.') && status < 500
  if (!isOfKey && !LASTING.has(name) && status !== 405) return objectUnavailable(place, call, reasonOf(error), error)
  return new SluiceError('STORE_UNAVAILABLE', `S3 did not do ${targetOf(place, call)}: ${reasonOf(error)}.`, {
    fix: isOfKey ? `Make the key usable again (aws kms describe-key), ${SAME_COMMAND}` : READ_THE_REASON,
    details: {action: call.action, reason: name},
    cause: error,
  })
}

function reasonOf(error: unknown): string {
  const [name, reason] = [errorName(error), awsReason(error)]
  // What the SDK says where an answer has no body.
  const isSilent = reason === '' || reason === 'UnknownError' || reason === name
  const status = httpStatus(error)
  const because = isSilent ? name : `${name}, ${reason}`
  return typeof status === 'number' ? `${because} (HTTP ${status})` : because
}
