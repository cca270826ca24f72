import {describe, expect, it} from 'vitest'
import {awsError} from '../../src/lib/aws/aws-errors.js'

/** As the SDK throws it after its last try: through a client, throttling alone takes it ten seconds. */
function thrown(name: string, httpStatusCode?: number): Error {
  const $metadata = httpStatusCode === undefined ? {attempts: 5} : {attempts: 5, httpStatusCode}
  return Object.assign(new Error('Rate exceeded.'), {name, $metadata})
}

describe('a service that answered no try', () => {
  it.each([
    ['ThrottlingException', 400, 'Athena throttles athena:GetWorkGroup: Rate exceeded.', /^Wait a minute/],
    ['Unheard', 429, 'Athena throttles athena:GetWorkGroup: Rate exceeded.', /^Wait a minute/],
    [
      'InternalServerException',
      500,
      'Athena did not do athena:GetWorkGroup: Rate exceeded.',
      /^The fault is in Athena:/,
    ],
    ['Unheard', 502, 'Athena did not do athena:GetWorkGroup: Rate exceeded.', /^The fault is in Athena: wait a minute/],
    ['InvalidRequestException', 400, 'Athena did not do athena:GetWorkGroup: Rate exceeded.', /^Read the reason/],
    ['TimeoutError', undefined, 'Athena did not do athena:GetWorkGroup: Rate exceeded.', /^Check the network/],
  ])('%s (%s)', (name, status, message, fix) => {
    const error = awsError(thrown(name, status), {service: 'Athena', action: 'athena:GetWorkGroup'})
    expect(error).toMatchObject({code: 'AWS_UNAVAILABLE', message})
    expect(error.fix).toMatch(fix)
  })

  it('at any address of its host', () => {
    const error = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:443')]), {code: 'ECONNREFUSED'})
    expect(awsError(error, {service: 'Glue', action: 'glue:GetTable'})).toMatchObject({
      code: 'AWS_UNAVAILABLE',
      message: 'Glue did not do glue:GetTable: ECONNREFUSED.',
      details: {reason: 'ECONNREFUSED'},
    })
  })
})
