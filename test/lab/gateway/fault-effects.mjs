import {setTimeout as sleep} from 'node:timers/promises'
import {errorAnswer} from './answers.mjs'

const THROTTLES = {
  s3: {status: 503, code: 'SlowDown', message: 'Please reduce your request rate.'},
  athena: {status: 400, code: 'TooManyRequestsException', message: 'Rate exceeded'},
  glue: {status: 400, code: 'ThrottlingException', message: 'Rate exceeded'},
  dynamodb: {status: 400, code: 'ThrottlingException', message: 'Rate of requests exceeds the allowed throughput.'},
}
const OTHER_THROTTLE = {status: 400, code: 'Throttling', message: 'Rate exceeded'}

/**
 * What a fault does before the service is asked: an answer instead of it, `'drop'` or `'hang'`;
 * null lets the request through.
 */
export async function before(fault, identity) {
  if (fault.latencyMs !== undefined) await sleep(fault.latencyMs)
  switch (fault.fault) {
    case 'status':
      return fault.after === true ? null : forgedAnswer(fault, identity)
    case 'throttle':
      return errorAnswer(identity, THROTTLES[identity.service] ?? OTHER_THROTTLE)
    case 'expiredToken':
      return errorAnswer(identity, expired(identity))
    case 'dropBefore':
      return 'drop'
    case 'hang':
      return fault.after === true ? null : 'hang'
    default:
      return null
  }
}

/** What a fault makes of the service's answer; its effect has happened. */
export async function after(fault, identity, answer) {
  switch (fault.fault) {
    case 'status':
      return fault.after === true ? forgedAnswer(fault, identity) : answer
    case 'dropAfter':
      return 'drop'
    case 'hang':
      return fault.after === true ? 'hang' : answer
    case 'truncate':
      return {...answer, cutAt: fault.bytes ?? Math.floor(answer.body.length / 2)}
    case 'corrupt':
      return {...answer, body: flipped(answer.body, fault.at ?? Math.floor(answer.body.length / 2))}
    default:
      return answer
  }
}

export const needsWholeAnswer = (fault) => fault !== null && ['truncate', 'corrupt'].includes(fault.fault)

function forgedAnswer(fault, identity) {
  const status = fault.status ?? 503
  const code = fault.code ?? defaultCode(status, identity)
  const message = fault.message ?? `Injected ${code}`
  return errorAnswer(identity, {status, code, message, headers: fault.headers ?? {}})
}

function defaultCode(status, identity) {
  if (status === 503) return identity.service === 's3' ? 'SlowDown' : 'ServiceUnavailable'
  if (status === 409) return identity.service === 's3' ? 'ConditionalRequestConflict' : 'ConflictException'
  if (status === 429) return 'TooManyRequestsException'
  return status >= 500 || status === 200 ? 'InternalError' : 'InvalidRequest'
}

function expired(identity) {
  const message = 'The security token included in the request is expired'
  if (identity.service === 's3') return {status: 400, code: 'ExpiredToken', message: 'The provided token has expired.'}
  if (identity.protocol === 'query') return {status: 403, code: 'ExpiredToken', message}
  return {status: 400, code: 'ExpiredTokenException', message}
}

function flipped(body, position) {
  const changed = Buffer.from(body)
  if (changed.length > 0) changed[Math.min(position, changed.length - 1)] ^= 0xff
  return changed
}
