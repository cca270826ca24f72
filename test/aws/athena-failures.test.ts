import {describe, expect, it} from 'vitest'
import {failedStatement, refusedStatement} from '../../src/lib/aws/athena-failures.js'

const PLACE = 's3://lake/claims/day=2026-01-04/part-0.parquet'
const SPLIT = `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split ${PLACE} (offset=0, length=18614):`

function failed(StateChangeReason: string, {state = 'FAILED', Retryable = false} = {}) {
  const AthenaError = {ErrorCategory: 1, Retryable}
  const Status = {State: state as 'FAILED', StateChangeReason, AthenaError}
  return failedStatement({QueryExecutionId: 'q-1', Status}, 'lake')
}

function refused(message: string): unknown {
  return refusedStatement(Object.assign(new Error(message), {name: 'InvalidRequestException'}), 'lake')
}

describe('the failure of a statement', () => {
  it.each([
    [`${SPLIT} Slow Down (Service: Amazon S3; Status Code: 503; Error Code: 503 Slow Down; Request ID: 4711)`, 'S3'],
    [
      `${SPLIT} Please reduce your request rate. (Service: Amazon S3; Status Code: 503; Error Code: SlowDown; Request ID: 4711)`,
      'S3',
    ],
    [`${SPLIT} Please reduce your request rate. (Service: S3, Status Code: 503, Request ID: 4711)`, 'S3'],
    [
      `HIVE_CURSOR_ERROR: We encountered an internal error. Please try again. (Service: Amazon S3; Status Code: 500; Error Code: InternalError)`,
      'S3',
    ],
    [
      `${SPLIT} Rate exceeded (Service: AWSLakeFormation; Status Code: 400; Error Code: ThrottlingException)`,
      'AWSLakeFormation',
    ],
    [
      `HIVE_METASTORE_ERROR: Rate exceeded (Service: AWSGlue; Status Code: 400; Error Code: ThrottlingException)`,
      'AWSGlue',
    ],
  ])('that a service was asked too much may pass: %s', (text, service) => {
    const {error, mayPass} = failed(text)
    expect(error).toMatchObject({code: 'AWS_UNAVAILABLE', details: {executionId: 'q-1', service}})
    expect(error.message).not.toMatch(/damaged|4711/)
    expect(mayPass).toBe(true)
  })

  it.each([
    `${SPLIT} The specified key does not exist. (Service: Amazon S3; Status Code: 404; Error Code: NoSuchKey)`,
    `HIVE_FILE_NOT_FOUND: ${PLACE}`,
    `FILE_NOT_FOUND: ${PLACE}`,
  ])('that an object went away is no damage: %s', (text) => {
    const {error, mayPass} = failed(text)
    expect(error).toMatchObject({code: 'QUERY_FAILED', details: {place: PLACE, gone: true}})
    expect(error.message).toBe(`The object ${PLACE} went away while the statement read the lake.`)
    expect(mayPass).toBe(false)
  })

  it.each([
    `${SPLIT} Not a Parquet file`,
    `HIVE_BAD_DATA: Not a Parquet file: ${PLACE}`,
    `HIVE_PARTITION_SCHEMA_MISMATCH: ${PLACE}`,
  ])('that an object cannot be read is damage: %s', (text) => {
    const {error, mayPass} = failed(text)
    expect(error).toMatchObject({code: 'QUERY_FAILED', fix: 'sluice backfill verify', details: {place: PLACE}})
    expect(error.message).toContain('is damaged, or has other columns')
    expect(error.details).not.toHaveProperty('gone')
    expect(mayPass).toBe(false)
  })

  it('that a value says of a throttled call is about the value', () => {
    const text = `INVALID_CAST_ARGUMENT: Cannot cast 'x (Service: Amazon S3; Status Code: 503; x)' to INT`
    expect(failed(text)).toMatchObject({error: {code: 'QUERY_INVALID'}, mayPass: false})
  })

  it.each(['FAILED', 'CANCELLED'])('at the quota of time names it, and is not tried again: %s', (state) => {
    const {error, mayPass, wasStopped} = failed('Query timeout', {state, Retryable: true})
    expect(error).toMatchObject({code: 'QUERY_FAILED', details: {limit: 'DML query timeout'}})
    expect(error.message).toContain('"DML query timeout"')
    expect(error.fix).toMatch(/--engine duckdb.*Service Quotas/)
    expect([mayPass, wasStopped]).toEqual([false, false])
  })

  it('that somebody stopped names the execution', () => {
    const {error, mayPass, wasStopped} = failed('Query cancelled by user', {state: 'CANCELLED'})
    expect(error.message).toBe('The statement q-1 was stopped, by a person or by an earlier process of sluice.')
    expect([error.code, mayPass, wasStopped]).toEqual(['QUERY_FAILED', false, true])
  })

  it('that the workgroup cut off was not stopped by somebody', () => {
    const text = 'Query cancelled! : Bytes scanned limit was exceeded'
    const {error, mayPass, wasStopped} = failed(text, {state: 'CANCELLED', Retryable: true})
    expect(error.details).toMatchObject({workgroup: 'lake', limit: 'bytes-scanned'})
    expect([mayPass, wasStopped]).toEqual([false, false])
  })

  it('may pass where Athena says so, and the statement is not at fault', () => {
    expect(failed('GENERIC_INTERNAL_ERROR: x', {Retryable: true}).mayPass).toBe(true)
    expect(failed('GENERIC_INTERNAL_ERROR: x').mayPass).toBe(false)
    expect(failed(`COLUMN_NOT_FOUND: line 1:8: Column 'x'`, {Retryable: true}).mayPass).toBe(false)
    expect(failed('Access Denied (Service: Amazon S3; Status Code: 403)', {Retryable: true}).mayPass).toBe(false)
    expect(failed('Query exhausted resources at this scale factor').mayPass).toBe(true)
  })
})

describe('the refusal of a statement', () => {
  it('that was begun with other parameters is not about its text', () => {
    expect(refused('Idempotent parameters do not match')).toMatchObject({
      code: 'OPERATION_NOT_RESUMABLE',
      message: 'The statement was begun with another workgroup, database, place of results or encryption.',
    })
    expect(refused(`line 1:8: mismatched input 'FORM'`)).toMatchObject({code: 'QUERY_INVALID'})
  })
})
