import {randomUUID} from 'node:crypto'
import {S3} from '@aws-sdk/client-s3'
import {afterAll, beforeEach, describe, expect, it} from 'vitest'
import {clientConfiguration} from '../../../src/lib/aws/client-settings.js'
import {RoutedObjectStore} from '../../../src/lib/aws/routed-object-store.js'
import {S3ObjectStore} from '../../../src/lib/aws/s3-object-store.js'
import {hasCode} from '../../../src/lib/errors.js'
import {readBytes, readText} from '../../../src/lib/ports/object-content.js'
import type {ObjectStore} from '../../../src/lib/ports/object-store.js'
import {expectCode} from '../../contract/ports/expectations.js'
import {armFault, wireOf, type WireEntry} from '../checks/gateway-control.js'
import {labSettings} from '../lab-settings.js'

const settings = labSettings()
const s3 = new S3({...clientConfiguration(settings, 's3'), forcePathStyle: true})
const text = (value: string): Buffer => Buffer.from(value)

let tables: string
let state: string
let store: ObjectStore

/** Far less than that of S3; its smallest part. */
const largestCopyBytes = 5 * 1024 * 1024

/** Objects of `t/` lie in a bucket of their own. */
beforeEach(async () => {
  const id = randomUUID()
  tables = `copy-tables-${id}`
  state = `copy-state-${id}`
  for (const Bucket of [tables, state])
    await s3.createBucket({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}})
  // settings of its own: a client of its own, and so an allowance of retries of its own
  const open = (uri: string): S3ObjectStore => new S3ObjectStore({settings: {...settings}, uri, largestCopyBytes})
  const routes = [{prefix: 't/', store: open(`s3://${tables}/rows`)}]
  store = new RoutedObjectStore({uri: 's3://lake', routes, rest: open(`s3://${state}/sluice`)})
})

afterAll(() => s3.destroy())

/** Breaks copies into this case's buckets. */
const arm = (fault: string, more: Readonly<Record<string, unknown>> = {}): Promise<void> =>
  armFault({match: {service: 's3', operation: 'CopyObject', path: tables}, fault, ...more})

const callsOf = async (name: string): Promise<readonly WireEntry[]> =>
  (await wireOf(tables)).filter(({operation}) => operation === name)
const copies = (): Promise<readonly WireEntry[]> => callsOf('CopyObject')

describe('a copy', () => {
  it('moves no bytes through this machine, and asks for both conditions', async () => {
    const {etag} = await store.write('staged', Buffer.alloc(200_000, 'x'))
    await store.copy('staged', 't/a', {ifMatch: etag})
    await store.copy('t/a', 't/b', {ifMatch: etag})
    const [across, within] = await copies()
    expect([across!.conditions, within!.conditions]).toEqual([
      {'if-none-match': '*', 'x-amz-copy-source-if-match': `"${etag}"`},
      {'if-none-match': '*', 'x-amz-copy-source-if-match': `"${etag}"`},
    ])
    const bytes = (await wireOf(tables)).map(({requestBytes, responseBytes}) => requestBytes + (responseBytes ?? 0))
    expect(Math.max(...bytes)).toBeLessThan(2000)
    expect((await store.head('t/b'))?.sizeBytes).toBe(200_000)
  })

  it('does not take a source that was changed behind its look', async () => {
    const {etag} = await store.write('staged', text('one'))
    await arm('status', {status: 412, code: 'PreconditionFailed'})
    await expectCode(store.copy('staged', 't/a', {ifMatch: etag}), 'PRECONDITION_FAILED')
    expect(await copies()).toHaveLength(1)
    expect(await store.head('t/a')).toBeNull()
  })
})

const GONE = {status: 404, code: 'NoSuchKey'}

describe('a copy of a source that goes after the look at it', () => {
  it('is no copy, and says so', async () => {
    const {etag} = await store.write('staged', text('one'))
    await arm('status', GONE)
    const error = await expectCode(store.copy('staged', 't/a', {ifMatch: etag}), 'OBJECT_NOT_FOUND')
    expect(error.message).toContain('"staged"')
    expect(await store.head('t/a')).toBeNull()
  })

  it('is there where an earlier attempt had done it', async () => {
    const {etag} = await store.write('staged', text('one'))
    await arm('dropAfter')
    await arm('status', {...GONE, match: {service: 's3', operation: 'CopyObject', path: tables, nth: 2}})
    const head = await store.copy('staged', 't/a', {ifMatch: etag})
    expect(await store.head('t/a')).toEqual(head)
  })
})

describe('a copy of a large object', () => {
  const bytes = Buffer.alloc(2 * largestCopyBytes + 1, 'sluice')
  const armPart = (more: Readonly<Record<string, unknown>>): Promise<void> =>
    armFault({match: {service: 's3', operation: 'UploadPartCopy', path: tables, nth: 2}, fault: 'status', ...more})
  const uploadsLeft = async (): Promise<number> =>
    (await s3.listMultipartUploads({Bucket: tables})).Uploads?.length ?? 0
  let etag: string

  beforeEach(async () => {
    ;({etag} = await store.write('staged', bytes))
  })

  it('goes in parts under both conditions, and is whole', async () => {
    const head = await store.copy('staged', 't/large', {ifMatch: etag})
    expect(await store.head('t/large')).toEqual(head)
    expect((await readBytes(store, 't/large')).equals(bytes)).toBe(true)
    expect(await copies()).toEqual([])
    const parts = await callsOf('UploadPartCopy')
    expect(parts.map(({conditions}) => conditions)).toEqual(
      Array.from({length: 3}, () => ({'x-amz-copy-source-if-match': `"${etag}"`})),
    )
    expect((await callsOf('CompleteMultipartUpload')).map(({conditions}) => conditions)).toEqual([
      {'if-none-match': '*'},
    ])
  })

  it.each([
    [{status: 403, code: 'AccessDenied'}, 'AWS_ACCESS_DENIED'],
    [{status: 412, code: 'PreconditionFailed'}, 'PRECONDITION_FAILED'],
    [GONE, 'OBJECT_NOT_FOUND'],
  ] as const)('leaves no part where one meets %o', async (fault, code) => {
    await armPart(fault)
    await expectCode(store.copy('staged', 't/large', {ifMatch: etag}), code)
    expect(await store.head('t/large')).toBeNull()
    expect(await uploadsLeft()).toBe(0)
  })

  it('never replaces, and sends no part for it', async () => {
    const theirs = await store.write('t/large', text('theirs'))
    await expectCode(store.copy('staged', 't/large', {ifMatch: etag}), 'PRECONDITION_FAILED')
    expect(await store.head('t/large')).toEqual(theirs)
    expect(await callsOf('CreateMultipartUpload')).toEqual([])
  })

  it('is there when the answer to Complete is lost', async () => {
    await armFault({match: {service: 's3', operation: 'CompleteMultipartUpload', path: tables}, fault: 'dropAfter'})
    const head = await store.copy('staged', 't/large', {ifMatch: etag})
    expect(await store.head('t/large')).toEqual(head)
  })
})

describe('a copy whose answer is lost', () => {
  it.each(['across buckets', 'within one'])('is a success, %s', async (way) => {
    const from = way === 'within one' ? 't/staged' : 'staged'
    const {etag} = await store.write(from, text('mine'))
    await arm('dropAfter')
    const head = await store.copy(from, 't/a', {ifMatch: etag})
    expect(await copies()).toHaveLength(2)
    expect(await store.head('t/a')).toEqual(head)
    expect(await readText(store, 't/a')).toBe('mine')
  })

  it('is a success when no answer ever comes', async () => {
    const {etag} = await store.write('staged', text('mine'))
    await arm('dropAfter', {times: 0})
    await store.copy('staged', 't/a', {ifMatch: etag})
    expect(await readText(store, 't/a')).toBe('mine')
  })

  it('is no success when another had written before, even the same bytes', async () => {
    const {etag} = await store.write('staged', text('mine'))
    const theirs = await store.write('t/a', text('mine'))
    await arm('dropAfter')
    await expectCode(store.copy('staged', 't/a', {ifMatch: etag}), 'PRECONDITION_FAILED')
    expect(await store.head('t/a')).toEqual(theirs)
  })

  it('is told as unknown when S3 cannot be reached, and has left nothing', async () => {
    const {etag} = await store.write('staged', text('mine'))
    await arm('dropBefore', {times: 0})
    const error = await expectCode(store.copy('staged', 't/a', {ifMatch: etag}), 'STORE_UNAVAILABLE')
    expect(error.message).toMatch(/^S3 in eu-west-1 gave no answer to s3:PutObject of "a" in "s3:\/\/.*": /)
    expect(await store.head('t/a')).toBeNull()
  })
})

describe('a copy that S3 does not do at once', () => {
  it('is tried again after a conflict, a storm of 503 and an error inside an answer of 200', async () => {
    const {etag} = await store.write('staged', text('mine'))
    await arm('status', {status: 409, code: 'ConditionalRequestConflict', times: 2})
    await store.copy('staged', 't/conflict', {ifMatch: etag})
    await arm('throttle', {times: 2})
    await store.copy('staged', 't/storm', {ifMatch: etag})
    await arm('status', {status: 200, code: 'InternalError'})
    await store.copy('staged', 't/inside', {ifMatch: etag})
    for (const key of ['t/conflict', 't/storm', 't/inside']) expect(await readText(store, key)).toBe('mine')
    expect(await copies()).toHaveLength(3 + 3 + 2)
  })

  it('lets one of twelve copies to one key win, with lost answers and conflicts among them', async () => {
    const heads = await Promise.all(
      Array.from({length: 12}, (_, index) => store.write(`staged/${index}`, text(`source ${index}`))),
    )
    await arm('dropAfter', {match: {service: 's3', operation: 'CopyObject', path: tables, nth: 1, times: 3}})
    await arm('status', {
      match: {service: 's3', operation: 'CopyObject', path: tables, nth: 5, times: 3},
      status: 409,
      code: 'ConditionalRequestConflict',
    })
    const attempts = heads.map(({key, etag}, index) =>
      store.copy(key, 't/race', {ifMatch: etag}).then(
        () => index,
        (error: unknown) => (hasCode(error, 'PRECONDITION_FAILED') ? null : Promise.reject(error)),
      ),
    )
    const winners = (await Promise.all(attempts)).filter((index) => index !== null)
    expect(winners).toHaveLength(1)
    expect(await readText(store, 't/race')).toBe(`source ${winners[0]}`)
  })

  it('names an archived source, which must be restored first', async () => {
    await s3.putObject({Bucket: state, Key: 'sluice/cold', Body: 'x', StorageClass: 'DEEP_ARCHIVE'})
    const head = (await store.head('cold'))!
    expect(head.storageClass).toEqual({name: 'DEEP_ARCHIVE', isArchived: true})
    await arm('status', {status: 403, code: 'InvalidObjectState', message: 'Operation is not valid'})
    const error = await expectCode(store.copy('cold', 't/a', {ifMatch: head.etag}), 'STORE_UNAVAILABLE')
    expect(error.fix).toMatch(/^Restore the object/)
    expect(await store.head('t/a')).toBeNull()
  })
})
